"""The first page of a learner's folder, which lists what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.i18n import gettext as _


@dataclass(frozen=True)
class CourseLine:
    """A course as the first page shows it; each notebook is its path, title and minutes."""

    title: str
    summary: str
    notebooks: tuple[tuple[str, str, int | None], ...]


def write_welcome(
    courses: Sequence[CourseLine], assignments: Sequence[tuple[str, str, int | None]]
) -> str:
    """Return the first page as markdown.

    Examples
    --------
    >>> page = write_welcome([CourseLine("Start", "Ten minutes.", (("a.ipynb", "First", 10),))], [])
    >>> "1. [First](a.ipynb), 10 minutes" in page
    True
    """
    parts = [
        "# " + _("Start here"),
        _(
            "This folder is yours. Write in the notebooks, run them, change them, break them: you can "
            "always get a fresh copy."
        ),
        _("New here? Open the first lesson below. It takes ten minutes."),
    ]
    for course in courses:
        if course.notebooks:
            parts += [f"## {course.title}"]
            parts += [course.summary] if course.summary else []
            parts += [_numbered(course.notebooks)]
    if assignments:
        parts += ["## " + _("Assignments"), _numbered(assignments)]
    parts += [
        "## " + _("Commands"),
        _("Open a terminal in this folder (in JupyterLab: File, New, Terminal)."),
        "\n".join(
            [
                "| " + _("You want to") + " | " + _("Write") + " |",
                "|---|---|",
                "| " + _("open JupyterLab here") + " | `kit lab` |",
                "| " + _("run the visible tests of an assignment") + " | `kit check practice` |",
                "| " + _("hand in an assignment") + " | `kit submit practice` |",
                "| "
                + _("get corrections and new lessons; what you wrote stays")
                + " | `kit update` |",
                "| " + _("get back a file that you deleted") + " | `kit start .` |",
            ]
        ),
        _(
            "What you answer in a lesson is written to `.kit/log.jsonl` in this folder. It is for you, "
            "and nothing is sent anywhere."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _numbered(notebooks: Sequence[tuple[str, str, int | None]]) -> str:
    lines = []
    for number, (path, title, minutes) in enumerate(notebooks, 1):
        time = "" if minutes is None else ", " + _("{n} minutes").format(n=minutes)
        lines.append(f"{number}. [{title}]({path}){time}")
    return "\n".join(lines)
