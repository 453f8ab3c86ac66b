"""`kit grades`: export the marks as CSV."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option


@click.command()
@course_option
@click.option(
    "--assignment", multiple=True, metavar="A", help="Only this assignment. Give it once for each."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it. By default the table is printed.",
)
def grades(course: Path, assignment: tuple[str, ...], output: Path | None) -> None:
    """Export the marks as CSV: one row for each student and assignment.

    \b
    Columns:
      student         the pseudonymous id
      assignment      the assignment
      status          graded, waiting (a mentor has answers to mark), failed, or missing
      score           points after the late penalty; empty when failed or missing
      max_score       points of all questions
      waiting_points  points of answers that a mentor still has to mark; not in the score
      penalty         points taken off for being late
      late_seconds    seconds after the due date, extensions considered
      submitted_at    when it was handed in, ISO 8601 with offset
      repairs         how many things were put right before grading
      outcome         one sentence

    Marks that a mentor gave in the gradebook are in the score.

    \b
    Example:
      kit grades --course ai-2027 --output marks.csv
    """
    from kit.grading.course import load_course
    from kit.grading.grades import collect_grades, format_csv
    from kit.notebooks.files import write_atomically

    text = format_csv(collect_grades(load_course(course), assignment))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(text, output)
        click.echo(output)
