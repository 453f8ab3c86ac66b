"""`kit run`: execute notebooks and keep a record of every cell."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from kit.cli.run_display import Display
from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.notebooks import read_notebook, write_notebook
from kit.notebooks.files import write_atomically

if TYPE_CHECKING:
    from kit.running import NotebookRun

DEFAULT_OUTPUT = "kit-run"


@click.command(
    epilog="""\b
Examples:
  kit run courses/ocean-data/05-enso.ipynb
  kit run courses assignments --report run.json
  kit run lesson.ipynb -p n_bootstrap 2000 -p model small
  kit run homework.ipynb --allow NotImplementedError --lenient
"""
)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@click.option(
    "-p",
    "--parameter",
    "typed",
    type=(str, str),
    multiple=True,
    metavar="NAME VALUE",
    help="Set a parameter; numbers, true, false, null and JSON are understood. May be repeated.",
)
@click.option(
    "-r",
    "--raw",
    type=(str, str),
    multiple=True,
    metavar="NAME VALUE",
    help="Set a parameter to a text as it stands. May be repeated.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    help="How many at once. Default: one a core, at most 4.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="The time that one whole notebook may take.",
)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the ledger as JSON."
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the ledger as a page (Markdown).",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Folder for red notebooks, with their outputs and a note that leads to the problem.",
)
@click.option("--save-all", is_flag=True, help="Write green notebooks to that folder, too.")
@click.option(
    "--allow",
    multiple=True,
    metavar="EXCEPTION",
    help="Go on after this exception wherever it comes, such as NotImplementedError in a learner's copy.",
)
@click.option(
    "--lenient",
    is_flag=True,
    help="Record undeclared warnings and stderr, but do not turn red for them; checks print, and do not raise.",
)
@click.option("--no-warm", is_flag=True, help="Start a new process for each kernel.")
def run(
    paths: tuple[Path, ...],
    typed: tuple[tuple[str, str], ...],
    raw: tuple[tuple[str, str], ...],
    jobs: int | None,
    timeout: float,
    report: Path | None,
    page: Path | None,
    output: Path,
    save_all: bool,
    allow: tuple[str, ...],
    lenient: bool,
    no_warm: bool,
) -> None:
    """Execute notebooks and keep a record of every cell.

    PATH is a notebook, or a folder: then every notebook below it is executed. Each one runs in its own
    folder, in a copy; the file itself is never changed.

    The exit code is 0 only if every code cell of every notebook ran to completion, and nothing happened
    that the cell does not declare in its metadata: an exception (kit.expect_error), a warning
    (kit.expect_warning), text on stderr (kit.expect_stderr), a shell command that failed
    (kit.expect_failed_command).
    """
    from kit.running import NotebookTask, ledger_page, make_report, run_notebooks

    found = find_notebooks(paths, leave_out=output)
    parameters = {name: typed_value(text) for name, text in typed} | dict(raw)
    tasks = [
        NotebookTask(notebook, str(path), path.parent, parameters)
        for path, notebook in zip(found, _read_all(found), strict=True)
    ]
    display = Display([task.name for task in tasks])
    signal.signal(signal.SIGTERM, _interrupt)
    with display:
        runs = run_notebooks(
            tasks,
            jobs=jobs,
            strict=not lenient,
            timeout=timeout,
            allow=frozenset(allow),
            warm=not no_warm,
            on_progress=display.update,
        )
    for path, result in zip(found, runs, strict=True):
        _write_copy(result, output / _place(path), always=save_all)
    ledger = make_report(runs, strict=not lenient)
    if report is not None:
        write_atomically(json.dumps(ledger, indent=1, ensure_ascii=False) + "\n", report)
    if page is not None:
        write_atomically(ledger_page(ledger), page)
    _print_summary(runs, ledger, output)
    if not ledger["ok"]:
        sys.exit(1)


def find_notebooks(paths: tuple[Path, ...], *, leave_out: Path) -> list[Path]:
    """Return the notebooks that paths name, each once, without hidden folders and earlier results."""
    found: dict[Path, Path] = {}
    errors = []
    for path in paths:
        if path.is_dir():
            below = [
                file
                for file in sorted(path.rglob("*.ipynb"))
                if not any(part.startswith(".") for part in file.relative_to(path).parts)
                and not file.absolute().is_relative_to(leave_out.absolute())
            ]
            if not below:
                errors.append(
                    KitError(
                        _("there is no notebook below this folder"),
                        where=path,
                        fix=_("Name another one"),
                    )
                )
            found.update((file.resolve(), file) for file in below)
        elif path.exists():
            found.setdefault(path.resolve(), path)
        else:
            errors.append(
                KitError(
                    _("there is no such file or folder"),
                    where=path,
                    fix=_("Check the name and the folder"),
                )
            )
    if errors:
        raise KitErrors(errors)
    return list(found.values())


def typed_value(text: str) -> Any:
    """Return the value that a text on the command line stands for.

    Examples
    --------
    >>> [typed_value(text) for text in ("3", "0.5", "true", "None", "[1, 2]", "yes", "2026-01-31")]
    [3, 0.5, True, None, [1, 2], 'yes', '2026-01-31']
    """
    words = {"true": True, "false": False, "null": None, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    for reader in (json.loads, int, float):
        try:
            return reader(text)
        except ValueError:
            continue
    return text


def _read_all(paths: list[Path]) -> list[Any]:
    """Read every notebook, and report every one that can not be read before any is executed."""
    notebooks, errors = [], []
    for path in paths:
        try:
            notebooks.append(read_notebook(path))
        except KitError as error:
            errors.append(error)
    if errors:
        raise KitErrors(errors)
    return notebooks


def _place(path: Path) -> Path:
    """Return where below the output folder the copy of a notebook goes."""
    absolute = path.resolve()
    here = Path.cwd().resolve()
    base = here if absolute.is_relative_to(here) else Path(absolute.anchor)
    return absolute.relative_to(base)


def _write_copy(result: NotebookRun, path: Path, *, always: bool) -> None:
    from kit.running import point_to_problems
    from kit.running.pointer import is_note

    if not result.ledger.ok:
        write_notebook(point_to_problems(result), path)
    elif always:
        write_notebook(result.notebook, path)
    elif path.exists() and any(is_note(cell) for cell in read_notebook(path).cells):
        # A red copy of an earlier run would say what is no longer true. Only our own copies go.
        path.unlink()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _print_summary(runs: tuple[NotebookRun, ...], ledger: dict[str, Any], output: Path) -> None:
    red = [result for result in runs if not result.ledger.ok]
    for result in red:
        click.echo()
        for line in _problem_lines(result):
            click.echo(click.style(_("red: "), fg="red", bold=True) + line)
    if red:
        click.echo()
        click.echo(_("The red notebooks, with outputs: {folder}").format(folder=output))
    text = ngettext("{n} notebook, {red} red", "{n} notebooks, {red} red", len(runs))
    click.echo(text.format(n=len(runs), red=len(red)))
    if ledger["agreement"] is not None:
        click.echo(
            "agreement: {checked} checked, {not_checked} not checked".format(**ledger["agreement"])
        )


def _problem_lines(result: NotebookRun) -> list[str]:
    """Return each problem as ``file:cell key: problem``, which an editor can follow."""
    places = tuple(f"{cell.place}: " for cell in result.ledger.cells)
    return [
        f"{result.name}:{problem}" if problem.startswith(places) else f"{result.name}: {problem}"
        for problem in result.ledger.problems
    ]
