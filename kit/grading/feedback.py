"""The feedback page of a submission: marks, reasons and the learner's own work, never a hidden test.

One page for each submission, also for one that could not be graded. What students wrote goes through
`kit.grading.outputs`; of a test cell only the part that learners were given is shown, and of what it printed
nothing but the message in the result. Computing marks is left to `kit.grading.grade`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.outputs import holds_secret, render_code, render_image, render_outputs
from kit.grading.pages import format_duration, format_moment, format_number, render_page
from kit.grading.release import ReleaseRules, hidden_text, make_release_version
from kit.grading.results import CellMark, Result
from kit.grading.sanitizer import render_markdown
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.notebooks import cell_key, grade_id, kit_metadata

MAX_CELLS = 400
MAX_PICTURES = 10
# A piece of text in quotes, without what an f-string fills in.
_SENTENCE = re.compile(r"[^'\"{}]{15,}")


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


@dataclass(frozen=True)
class Original:
    """What learners may and may not see of a source notebook.

    Parameters
    ----------
    visible
        Key of each cell → its text as learners were given it.
    secrets
        Lines of hidden tests and marking schemes, and the sentences in them.
    advice
        Key of each test → what its author says to those who lost points there (``kit.feedback`` in the
        metadata of the cell).
    """

    visible: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)


def read_original(source: NotebookNode, rules: ReleaseRules | None = None) -> Original:
    """Sort what stands in a source notebook into what learners may see and what not.

    Where the delimiters of hidden tests are broken it is not certain what is hidden, and nothing of a test
    is shown.
    """
    try:
        released = make_release_version(source, rules=rules)
        visible = {cell_key(cell): cell.source for cell in released.cells}
    except KitError:
        visible = {}
    open_text = "\n".join(visible.values())
    hidden = [
        line.strip()
        for cell in source.cells
        if cell_kind(cell) in ("test", "task")
        for line in (hidden_text(cell, rules) if visible else cell.source.split("\n"))
    ]
    # The message of an assertion is often printed without the line that it stands in.
    sentences = [text for line in hidden for text in _SENTENCE.findall(line) if " " in text]
    return Original(
        visible=visible,
        secrets=tuple(text for text in dict.fromkeys(hidden + sentences) if text not in open_text),
        advice={
            cell_key(cell): line
            for cell in source.cells
            if isinstance(line := kit_metadata(cell).get("feedback"), str) and line
        },
    )


def render_feedback(
    result: Result,
    *,
    title: str,
    zone: tzinfo = UTC,
    work: Mapping[str, NotebookNode] | None = None,
    originals: Mapping[str, Original] | None = None,
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
    originals
        Name of each notebook → its source, see `read_original`. A test cell whose source is not known is not
        shown.
    comments
        ``notebook/key`` → what a mentor wrote on a cell.
    """
    originals = originals or {}
    # A table of zeros would say of somebody's work what nobody has looked at.
    judged = result.marks if result.status == "graded" else ()
    marks = [
        _describe_mark(mark, number, originals.get(mark.notebook), comments or {})
        for number, mark in enumerate(judged, 1)
    ]
    by_cell = {
        (mark.notebook, mark.key): described for mark, described in zip(judged, marks, strict=True)
    }
    notebooks = [
        _render_work(name, notebook, originals.get(name) or Original(), by_cell, comments or {})
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
    waiting = [mark for mark in result.marks if mark.waits]
    if waiting:
        points = format_number(sum(mark.max_points for mark in waiting))
        facts.append(
            ngettext(
                "A mentor still has to read {n} answer, worth {points} points. It is not in the score yet.",
                "A mentor still has to read {n} answers, worth {points} points. They are not in the score yet.",
                len(waiting),
            ).format(n=len(waiting), points=points)
        )
    if result.status == "graded":
        # What could not be read, and what was stopped.
        facts += [str(fault) for fault in result.evidence.get("faults", {}).values()]
        for executed in result.evidence.get("executed", {}).values():
            facts += [str(event) for event in executed.get("events", [])]
    return facts


def _describe_mark(
    mark: CellMark, number: int, original: Original | None, comments: Mapping[str, str]
) -> Mark:
    original = original or Original()
    message = mark.message
    if mark.hidden and holds_secret(message, original.secrets):
        # The grader never puts such text into a message; a student's exception might.
        message = _("A hidden check did not pass.")
    sentences = [message] if message else []
    full = mark.points is not None and mark.points >= mark.max_points
    if not mark.max_points:
        state, label = "plain", _("A mentor reads this") if mark.points is None else _("Read")
        points = _("no points")
    elif mark.points is None:
        state, label = "wait", _("A mentor marks this")
        points = _("up to {points}").format(points=_count_points(mark.max_points))
    else:
        state, label = (
            ("good", _("Full marks"))
            if full
            else ("wait", _("Part of the marks"))
            if mark.points > 0
            else ("bad", _("No marks"))
        )
        points = _("{n} of {points}").format(
            n=format_number(mark.points), points=_count_points(mark.max_points)
        )
        if not full and mark.key in original.advice:
            sentences.append(original.advice[mark.key])
    comment = comments.get(f"{mark.notebook}/{mark.key}", "")
    return Mark(mark.key, f"mark-{number}", state, label, points, tuple(sentences), comment)


def _count_points(points: float) -> str:
    # Languages have plurals for whole numbers only; half a point takes the form of two.
    n = round(points) if points == round(points) else 2
    return ngettext("{points} point", "{points} points", n).format(points=format_number(points))


def _render_work(
    name: str,
    notebook: NotebookNode,
    original: Original,
    marks: Mapping[tuple[str, str], Mark],
    comments: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the template shows of one notebook: the cells that the page has room for."""
    cells = []
    for number, cell in enumerate(notebook.cells[:MAX_CELLS], 1):
        key = grade_id(cell) or ""
        mark = marks.get((name, key))
        # On code, nbgrader's formgrader writes at the answer, and the points are at its tests.
        comment = comments.get(f"{name}/{key}", "") if mark is None else ""
        cells.append({**_render_cell(cell, number, original, mark), "comment": comment})
    return {"name": name, "cells": cells, "more": max(0, len(notebook.cells) - MAX_CELLS)}


def _render_attachments(cell: NotebookNode) -> Markup:
    """Return the pictures that somebody put into a text, below it."""
    found = [
        (mime, data, str(name))
        for name, bundle in list(cell.get("attachments", {}).items())[:MAX_PICTURES]
        if isinstance(bundle, Mapping)
        for mime in ("image/png", "image/jpeg")
        if isinstance(data := bundle.get(mime), str)
    ]
    return Markup("").join(render_image(data, mime, name) for mime, data, name in found)


def _render_cell(
    cell: NotebookNode, number: int, original: Original, mark: Mark | None
) -> dict[str, Any]:
    kind = cell_kind(cell)
    shown: dict[str, Any] = {"mark": mark, "number": number}
    # Tests and tasks are shown as learners were given them. The executed copy holds hidden tests and
    # marking schemes, and its outputs hold values from them.
    given = original.visible.get(grade_id(cell) or "", "")
    if kind == "test":
        return {**shown, "kind": "test", "code": render_code(given) if given else ""}
    if cell.cell_type == "markdown":
        text = given if kind == "task" else cell.source
        name = "written" if kind == "written" else "text"
        pictures = _render_attachments(cell) if kind != "task" else Markup("")
        return {**shown, "kind": name, "text": render_markdown(text) + pictures}
    outputs = render_outputs(cell.get("outputs", []), f"out-{number}", original.secrets)
    return {**shown, "kind": "code", "code": render_code(cell.source), "outputs": outputs}
