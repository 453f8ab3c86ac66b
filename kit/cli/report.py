"""`kit report`: write the mentor's report on a class."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option


@click.command()
@click.argument("assignment")
@course_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it. By default reports/ASSIGNMENT.html in the course.",
)
def report(assignment: str, course: Path, output: Path | None) -> None:
    """Write one page on how a class did in an assignment.

    It says what to look at first, how the scores are spread and how each question fared. Students appear by
    their ids. Groups (see groups.csv in docs/mentors.md) appear where enough people are in them.

    \b
    Example:
      kit report error-bars --course ai-2027 --output error-bars.html
    """
    from kit.grading.course import load_course
    from kit.grading.report_page import write_report

    click.echo(write_report(load_course(course), assignment, output=output))
