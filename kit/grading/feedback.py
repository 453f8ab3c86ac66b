"""The feedback page of a submission: marks, reasons and the learner's own work, never a hidden test.

One page for each submission, also for one that could not be graded. What students wrote goes through
`kit.grading.outputs`; of a test cell only the part that learners were given is shown, and of what it printed
nothing but the message in the result. Computing marks is left to `kit.grading.grade`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.outputs import render_code, render_outputs
from kit.grading.pages import format_duration, format_moment, format_number, render_page
from kit.grading.release import ReleaseRules, hidden_text, make_release_version
from kit.grading.results import CellMark, Result
from kit.grading.sanitizer import render_markdown
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.notebooks import cell_key, grade_id, kit_metadata

MAX_CELLS = 400


@dataclass(frozen=True)
class Mark:
    """What one graded cell says on a page."""

    key: str
    anchor: str
    state: str
    label: str
    points: str
    sentences: tuple[str, ...]
    comment: str = ""


def render_feedback(
    result: Result,
    *,
    title: str,
    zone: tzinfo = UTC,
    work: Mapping[str, NotebookNode] | None = None,
    sources: Mapping[str, NotebookNode] | None = None,
    rules: ReleaseRules | None = None,
    comments: Mapping[str, str] | None = None,
) -> str:
    """Return the feedback page of one submission as HTML.

    Parameters
    ----------
    result
        What grading found.
    title
        The title of the assignment.
    zone
        The clock of the course.
    work
        Name of each notebook → the submission as it was executed. Without it the page shows marks only.
    sources
        Name of each notebook → the source with its hidden tests, to know what must not be shown and for
        the author's feedback lines. A test cell that no source explains is not shown.
    rules
        The delimiters of hidden tests.
    comments
        ``notebook/key`` → what a mentor wrote on a cell.
    """
    sources = sources or {}
    lines = {
        f"{name}/{cell_key(cell)}": kit_metadata(cell).get("feedback")
        for name, source in sources.items()
        for cell in source.cells
    }
    marks = [
        _describe_mark(mark, number, lines.get(f"{mark.notebook}/{mark.key}"), comments or {})
        for number, mark in enumerate(result.marks, 1)
    ]
    by_cell = {
        (mark.notebook, mark.key): described
        for mark, described in zip(result.marks, marks, strict=True)
    }
    notebooks = [
        _Work(name, notebook, sources.get(name), by_cell, rules or ReleaseRules()).render()
        for name, notebook in sorted((work or {}).items())
    ]
    shown = {cell["mark"].anchor for part in notebooks for cell in part["cells"] if cell["mark"]}
    return render_page(
        "feedback.html",
        title=_("Feedback: {title}").format(title=title),
        heading=title,
        student=result.student,
        failed=result.status == "failed",
        outcome=result.outcome,
        score=result.score,
        max_score=result.max_score,
        facts=_facts(result, zone),
        repairs=result.repairs,
        marks=marks,
        notebooks=notebooks,
        apart=[mark for mark in marks if mark.anchor not in shown],
    )


def _facts(result: Result, zone: tzinfo) -> list[str]:
    """Return what to know about the score, one plain sentence each."""
    facts = []
    if result.submitted_at:
        moment = datetime.fromisoformat(result.submitted_at)
        facts.append(_("You handed in on {moment}.").format(moment=format_moment(moment, zone)))
    if result.penalty > 0:
        earned = result.score + result.penalty
        facts.append(
            _(
                "This was {late} late. "
                "Of the {earned} points that you earned, {penalty} are taken off for that."
            ).format(
                late=format_duration(result.late_seconds),
                earned=format_number(earned),
                penalty=format_number(result.penalty),
            )
        )
    elif result.late_seconds > 0:
        facts.append(
            _("This was {late} late. Nothing is taken off for that.").format(
                late=format_duration(result.late_seconds)
            )
        )
    waiting = [mark for mark in result.marks if mark.points is None and mark.max_points > 0]
    if waiting:
        points = format_number(sum(mark.max_points for mark in waiting))
        facts.append(
            ngettext(
                "A mentor still has to mark {n} answer, worth {points} points. It is not in the score yet.",
                "A mentor still has to mark {n} answers, worth {points} points. They are not in the score yet.",
                len(waiting),
            ).format(n=len(waiting), points=points)
        )
    return facts


def _describe_mark(
    mark: CellMark, number: int, author_line: Any, comments: Mapping[str, str]
) -> Mark:
    sentences = [mark.message] if mark.message else []
    full = mark.points is not None and mark.points >= mark.max_points
    if mark.points is None:
        state, label = "wait", _("A mentor marks this")
    elif full:
        state, label = "good", _("Full marks")
    elif mark.points > 0:
        state, label = "wait", _("Part of the marks")
    else:
        state, label = "bad", _("No marks")
    if mark.hidden and not full:
        # The message of a hidden test is the grader's own; the reason must be told in the author's words.
        sentences = [
            _("A hidden check did not pass. Hidden checks try other data than you see here.")
        ]
    if mark.points is not None and not full and isinstance(author_line, str) and author_line:
        sentences.append(author_line)
    if mark.points is None:
        points = _("up to {n} points").format(n=format_number(mark.max_points))
    else:
        points = _("{n} of {total} points").format(
            n=format_number(mark.points), total=format_number(mark.max_points)
        )
    comment = comments.get(f"{mark.notebook}/{mark.key}", "")
    return Mark(mark.key, f"mark-{number}", state, label, points, tuple(sentences), comment)


class _Work:
    """One notebook of a submission, cell by cell."""

    def __init__(
        self,
        name: str,
        notebook: NotebookNode,
        source: NotebookNode | None,
        marks: Mapping[tuple[str, str], Mark],
        rules: ReleaseRules,
    ) -> None:
        self.name = name
        self.cells = notebook.cells
        self.marks = marks
        self.visible: dict[str, str] = {}
        self.secrets: list[str] = []
        if source is not None:
            try:
                released = make_release_version(source, rules=rules)
                self.visible = {cell_key(cell): cell.source for cell in released.cells}
            except KitError:
                # Where it is not certain what is hidden, no test is shown at all.
                self.visible = {}
            shown = {line.strip() for text in self.visible.values() for line in text.split("\n")}
            self.secrets = [
                line.strip()
                for cell in source.cells
                for line in (hidden_text(cell, rules) if self.visible else cell.source.split("\n"))
                if cell_kind(cell) in ("test", "task") and line.strip() not in shown
            ]

    def render(self) -> dict[str, Any]:
        """Return what the template shows: the cells that the page has room for."""
        shown = [self._cell(cell, number) for number, cell in enumerate(self.cells[:MAX_CELLS], 1)]
        return {"name": self.name, "cells": shown, "more": max(0, len(self.cells) - MAX_CELLS)}

    def _cell(self, cell: NotebookNode, number: int) -> dict[str, Any]:
        key, kind = grade_id(cell), cell_kind(cell)
        shown: dict[str, Any] = {
            "mark": self.marks.get((self.name, key)) if key else None,
            "number": number,
        }
        # Tests and tasks are shown as learners were given them. The executed copy holds hidden tests and
        # marking schemes, and its outputs hold values from them.
        given = self.visible.get(key or "", "")
        if kind == "test":
            return {**shown, "kind": "test", "code": render_code(given) if given else ""}
        if cell.cell_type == "markdown":
            text = given if kind == "task" else cell.source
            name = "written" if kind == "written" else "text"
            return {**shown, "kind": name, "text": render_markdown(text)}
        outputs = render_outputs(cell.get("outputs", []), f"out-{number}", self.secrets)
        return {**shown, "kind": "code", "code": render_code(cell.source), "outputs": outputs}
