"""The door: the command `kit`, one module a group of commands.

A command module holds arguments and printing and nothing else. Modules are imported only when their
command is asked for, so that `kit --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys

import click

from kit import __version__
from kit.cli.help import translate_command
from kit.errors import KitError
from kit.i18n import gettext as _

# command -> (module, one line of help). The line is repeated here so that `kit --help` imports nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "start": ("start", "Make your own folder with the lessons and practice assignments."),
    "update": (
        "update",
        "Bring corrections of the lessons into your folder; what you wrote stays.",
    ),
    "lab": ("lab", "Open JupyterLab on your folder."),
    "check": ("check", "Run the visible tests of an assignment and read what they say."),
    "submit": ("submit", "Hand in an assignment."),
    "new": ("new", "Make a lesson or an assignment that already verifies."),
    "run": ("run", "Execute notebooks and keep a record of every cell."),
    "verify": ("verify", "Check lessons and assignments against the rules."),
    "release": ("release", "Make the version of an assignment that learners get."),
    "collect": ("collect", "Fetch what was handed in."),
    "grade": ("grade", "Grade the submissions of an assignment."),
    "desk": ("desk", "Mark in the browser."),
    "regrade": ("regrade", "Compute marks again from their evidence."),
    "feedback": ("feedback", "Write the feedback pages."),
    "report": ("report", "Write the mentor's report on a class."),
    "grades": ("grades", "Export the marks as CSV."),
    "people": ("people", "Give people their data, or erase it."),
    "evaluate": ("evaluate", "Make the card of a model: what it can do, and what it can not."),
    "kernels": ("kernels", "Install, show or stop the warm kernels."),
    "hub": ("hub", "Give a class a JupyterHub with all of it."),
    "doctor": ("doctor", "See what this machine can do, and what it lacks."),
    "data": ("data", "List, fetch and check the ocean data sets."),
}

GROUPS: dict[str, list[str]] = {
    "Learn": ["start", "update", "lab", "data", "check", "submit"],
    "Teach": [
        "release",
        "collect",
        "grade",
        "regrade",
        "desk",
        "feedback",
        "report",
        "grades",
        "people",
    ],
    "Write": ["new", "run", "verify"],
    "Evaluate": ["evaluate"],
    "Machine": ["doctor", "kernels", "hub"],
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are first used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"kit.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name.replace("-", "_"))
        return translate_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in GROUPS.items():
            with formatter.section(_(title)):
                formatter.write_dl([(name, _(COMMANDS[name][1])) for name in names])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has its own help: kit COMMAND --help",
)
@click.version_option(__version__, "--version", prog_name="kit")
def _kit() -> None:
    """Bitácora: learn, teach and grade with Jupyter notebooks."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line; a `KitError` becomes one message and exit code 1."""
    # nbformat imports jsonschema, which imports this where it is installed, which builds a grammar for
    # more than a second. It checks internationalised web addresses, and no schema here has any.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        code = translate_command(_kit).main(args=argv, prog_name="kit", standalone_mode=False)
    except KitError as error:
        click.echo(click.style(_("error:") + " ", fg="red", bold=True) + error.message(), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n" + _("Stopped. The same command goes on from here."), err=True)
        sys.exit(130)
    # What `ctx.exit(1)` asked for comes back as a value when click is not left alone.
    if isinstance(code, int) and code:
        sys.exit(code)
