"""`kit verify`: hold lessons and assignments against the rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext

if TYPE_CHECKING:
    from kit.authoring.verify import Report

EXAMPLES = """
\b
Examples:
  kit verify courses assignments              everything, executed too
  kit verify --static courses/ai-evaluation   only read, in a second
  kit verify assignments/error-bars -j 2      two notebooks at once
  kit verify --fix assignments/error-bars     clear outputs and name cells first
  kit verify courses --format json            for another program
  kit verify --rules                          every rule, with what it asks
"""


@click.command(epilog=EXAMPLES)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--static", is_flag=True, help="Read only: execute nothing.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Execute so many notebooks at once.")
@click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Compare with what was released in this course directory.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="First put right what needs no judgement: stored outputs, kernel metadata, ids that "
    "Jupyter made up.",
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules and stop.")
def verify(
    paths: tuple[Path, ...],
    static: bool,
    jobs: int | None,
    course: Path | None,
    form: str,
    fix: bool,
    list_rules: bool,
) -> None:
    """Check lessons and assignments against the rules of the author's guide.

    PATH is a notebook, the folder of an assignment, or a folder that holds some of them. Every
    violation is reported at once, with its file, cell, line and rule, and what to do. The exit code
    is 1 if there is any.
    """
    from kit.authoring.targets import find_targets
    from kit.authoring.tidy import tidy_files
    from kit.authoring.verify import verify as apply_rules
    from kit.grading.course import load_course

    if list_rules:
        _print_rules()
        return
    if not paths:
        raise click.UsageError(_("Name a lesson, an assignment, or a folder of them."))
    targets = find_targets(paths)
    if fix:
        for path in tidy_files(targets):
            click.echo(_("tidied {path}").format(path=path), err=True)
    in_course = load_course(course) if course is not None else None
    report = apply_rules(targets, static=static, jobs=jobs, course=in_course, tell=_tell)
    if form == "json":
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
    else:
        _print_report(report)
    sys.exit(0 if report.ok else 1)


def _tell(name: str) -> None:
    # Progress is for a person who waits, not for a log.
    if sys.stderr.isatty():
        click.echo(click.style(_("  executed {name}").format(name=name), dim=True), err=True)


def _print_report(report: Report) -> None:
    path = None
    for finding in report.findings:
        if finding.path != path:
            path = finding.path
            click.secho(f"\n{path}", bold=True)
        where = f"{finding.where}: " if finding.where else ""
        click.echo(f"  {where}" + click.style(finding.rule, fg="yellow") + f": {finding.what}")
        click.secho(f"      → {finding.fix}", dim=True)
    lessons = sum(target.kind == "lesson" for target in report.targets)
    assignments = len(report.targets) - lessons
    counts = [
        ngettext("{n} lesson", "{n} lessons", lessons).format(n=lessons),
        ngettext("{n} assignment", "{n} assignments", assignments).format(n=assignments),
        _("executed") if report.executed else _("read only"),
    ]
    total = len(report.findings)
    verdict = ngettext("{n} violation", "{n} violations", total).format(n=total)
    colour = "green" if report.ok else "red"
    click.echo(("\n" if total else "") + ", ".join(counts) + ": " + click.style(verdict, fg=colour))


def _print_rules() -> None:
    from kit.authoring.registry import rules_for

    for kind in ("lesson", "assignment"):
        for each in rules_for(kind):
            if kind == each.kinds[0]:
                what = ", ".join(each.kinds) + (_(", executed") if each.executes else "")
                click.echo(click.style(each.name, bold=True) + f" ({what})\n    {_(each.asks)}")
