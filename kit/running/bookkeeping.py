"""From what a session saw to the ledger: records, problems, and sums over the notebook."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode

from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.running.judgement import judge_cell, not_executed
from kit.running.ledger import Agreement, CellRecord, Ledger
from kit.running.session import Session
from kit.running.sources import describe_seeds

INJECTED = "injected-parameters"

# The line that kit.learn prints below each of its agreement tables.
_AGREEMENT = re.compile(r"agreement: (\d+) checked, (\d+) not checked")


def name_injected(executed: NotebookNode) -> NotebookNode:
    """Return a copy in which the cell that papermill injected has a key that says what it is."""
    result = copy.deepcopy(executed)
    for cell in result.cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
    return result


def make_ledger(executed: NotebookNode, session: Session, **facts: Any) -> Ledger:
    """Return the ledger of a run.

    Parameters
    ----------
    executed
        The executed notebook, from `name_injected`.
    session
        What was seen while it ran.
    facts
        What only the caller knows of the ledger's fields: when, how long, with which kernel.
    """
    cells = _records(executed, session)
    peaks = [cell.peak_memory_mb for cell in cells if cell.peak_memory_mb is not None]
    summary = session.summary
    return Ledger(
        cells=cells,
        problems=_problems(cells, session),
        peak_memory_mb=max(peaks, default=None),
        warm=session.is_warm,
        python=summary.get("python"),
        versions=dict(summary.get("versions", {})),
        seeds=describe_seeds(summary.get("seeds", []), summary.get("values", {})),
        agreement=_agreement(executed),
        **facts,
    )


def _records(executed: NotebookNode, session: Session) -> tuple[CellRecord, ...]:
    records, number = [], 0
    for index, cell in enumerate(executed.cells):
        injected = INJECTED in cell.metadata.get("tags", [])
        number += not injected
        if cell.cell_type == "code":
            records.append(
                judge_cell(
                    cell,
                    session.seen.get(index),
                    number=0 if injected else number,
                    strict=session.strict,
                    allow=session.allow,
                )
            )
    return tuple(records)


def _problems(cells: Sequence[CellRecord], session: Session) -> tuple[str, ...]:
    problems = [] if session.failure is None else [session.failure]
    if session.stopped:
        problems.append(_("the run was stopped"))
    problems += [
        _("a task failed, and nothing waited for its result: {text}").format(text=text)
        for text in session.summary.get("lost", [])
    ]
    unreached = sum(cell.problems == (not_executed(),) for cell in cells)
    for cell in cells:
        if cell.problems != (not_executed(),):
            problems += [f"{cell.place}: {problem}" for problem in cell.problems]
    if unreached:
        problems.append(
            ngettext(
                "{n} code cell was not executed", "{n} code cells were not executed", unreached
            ).format(n=unreached)
        )
    return tuple(problems)


def _agreement(executed: NotebookNode) -> Agreement | None:
    found = []
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stdout":
                found += _AGREEMENT.findall(output.text)
    if not found:
        return None
    return Agreement(sum(int(a) for a, _b in found), sum(int(b) for _a, b in found))
