"""Rules on what a person marks: written questions, their rubric, three questions face to face."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.folder import AssignmentFolder, worth
from kit.authoring.prose import headings
from kit.authoring.registry import rule
from kit.i18n import gettext as _

LEVELS = (0, 1, 2, 3)
ORAL = 3


@rule(
    "written",
    "At least one written answer earns points, and rubric.md has a section for each: levels 0 to 3, "
    "each with a sentence that anchors it and an example.",
    kinds=("assignment",),
)
def written(subject: AssignmentFolder) -> Iterator[Problem]:
    """Two mentors with the same rubric give the same mark."""
    graded = [cell for cell in subject.of_kind("written") if worth(cell.node) > 0]
    if not graded:
        yield Problem(
            _("no written answer earns points"),
            _("Add a question that asks for a reason in three or four sentences"),
        )
    if subject.rubric is None:
        return
    parts = sections(subject.rubric)
    for cell in graded:
        text = next((body for title, body in parts if _names(title, cell.key)), None)
        if text is None:
            yield Problem(
                _("rubric.md has no section for {key}").format(key=cell.key),
                _("Add '## {key}' and a table of four levels").format(key=cell.key),
                file="rubric.md",
            )
            continue
        for level in LEVELS:
            sentence, example = level_of(text, level)
            missing = [
                name
                for name, there in ((_("sentence"), sentence), (_("example"), example))
                if not there
            ]
            if missing:
                what = _("level {level} of {key} has no {what}")
                yield Problem(
                    what.format(level=level, key=cell.key, what=_(" and no ").join(missing)),
                    _(
                        "Write '| {level} | points | sentence | example |', or a heading "
                        "'### Level {level}: sentence' and the example as a quotation"
                    ).format(level=level),
                    file="rubric.md",
                )


@rule(
    "oral",
    f"rubric.md ends with {ORAL} questions to ask the author of an answer face to face.",
    kinds=("assignment",),
)
def oral(subject: AssignmentFolder) -> Iterator[Problem]:
    """Whoever wrote an answer can talk about it."""
    if subject.rubric is None:
        return
    found = [
        body
        for title, body in sections(subject.rubric)
        if re.search("face to face", title, re.IGNORECASE)
    ]
    count = len(re.findall(r"(?m)^\s*(?:\d+[.)]|[-*])\s+.*\?", found[0])) if found else 0
    if count != ORAL:
        what = _("rubric.md has {n} questions under 'face to face', and {wanted} are right")
        yield Problem(
            what.format(n=count, wanted=ORAL),
            _("Add '## Questions to ask face to face' and a list of three questions"),
            file="rubric.md",
        )


def sections(text: str) -> list[tuple[str, str]]:
    """Return the sections of a rubric: heading of level 2, and the text below it.

    Examples
    --------
    >>> sections("# R\\n## a\\nx\\n## b\\ny")
    [('a', 'x'), ('b', 'y')]
    >>> sections("No headings.")
    []
    """
    starts = [heading for heading in headings(text) if heading.level == 2]
    lines = text.split("\n")
    ends = [*(heading.line - 1 for heading in starts[1:]), len(lines)]
    return [
        (heading.text, "\n".join(lines[heading.line : end]))
        for heading, end in zip(starts, ends, strict=False)
    ]


def _names(title: str, key: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", title) is not None


def level_of(text: str, level: int) -> tuple[str, str]:
    """Return the anchor sentence and the example of a level; empty where there is none.

    A level is either a row of a table that begins with its number (the example is the last column, the
    sentence the longest of the others), or a heading ``### Level 2: sentence`` with the example, as a
    quotation, below it.

    Examples
    --------
    >>> level_of("| 0 | 0 points | It says nothing. | a blank page |", 0)
    ('It says nothing.', 'a blank page')
    >>> level_of("### Level 1: It begins.\\n\\n> I think so.", 1)
    ('It begins.', 'I think so.')
    """
    found = headings(text)
    for heading, following in zip(found, [*found[1:], None], strict=False):
        match = re.match(rf"level {level}\b[:. ]*(.*)", heading.text, re.IGNORECASE)
        if match:
            end = following.line - 1 if following else None
            below = text.split("\n")[heading.line : end]
            quoted = [line.lstrip("> ").strip() for line in below if line.startswith(">")]
            return match[1], " ".join(quoted)
    for line in text.split("\n"):
        columns = [part.strip() for part in line.strip().strip("|").split("|")]
        if line.strip().startswith("|") and re.fullmatch(
            rf"\**(level )?{level}\**", columns[0], re.I
        ):
            middle = [part for part in columns[1:-1] if len(part.split()) >= 3]
            example = columns[-1] if len(columns[-1].split()) >= 2 else ""
            return max(middle, key=len, default=""), example
    return "", ""
