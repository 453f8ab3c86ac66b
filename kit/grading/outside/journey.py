"""The way of one submission through its two processes, from its first cell to its last.

The learner's cells run in one process and the tests in another; this tells both what to do, and believes the
first only as far as the outputs of the learner's own cells go. A test of a kind that can not be asked from
outside runs in the learner's process, and is labelled so. Which marks the outputs of the tests earn is left to
`kit.grading.verdict`, as ever.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from kit.grading.cells import cell_kind
from kit.grading.execution import (
    MAX_RESTARTS,
    NOT_RUN,
    OUT_OF_MEMORY,
    TIMED_OUT,
    Execution,
)
from kit.grading.outside.plan import Step, bound_names, parse, words
from kit.grading.outside.sides import Reply, Sides
from kit.grading.verdict import fails_unittest
from kit.i18n import gettext as _
from kit.notebooks import grade_id


@dataclass(frozen=True)
class OutsideExecution(Execution):
    """What came of executing one notebook with its tests outside.

    Parameters
    ----------
    believed
        grade_id of a test → what of its verdict rests on the learner's own objects: ``"comparison"``,
        ``"truth"``. Such a mark can be forged.
    troubles
        grade_id of a test → what it could not hand over to the learner's side. Honest work can lose by it.
    inside
        grade_id of a test that ran in the learner's interpreter → why. Such a mark can be forged.
    hits
        The names of the limits that were reached, as in `kit.sandbox.limits.LimitHit`.
    """

    believed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    troubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    hits: tuple[str, ...] = ()
    used: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Journey:
    """One notebook from its first cell to its last.

    Parameters
    ----------
    notebook
        The notebook, repaired; it is not changed.
    sides
        Where its cells and its tests run.
    """

    def __init__(self, notebook: NotebookNode, sides: Sides) -> None:
        self.notebook = copy.deepcopy(notebook)
        self.sides = sides
        self.plan = sides.plan
        self.events: list[str] = []
        self.believed: dict[str, tuple[str, ...]] = {}
        self.troubles: dict[str, tuple[str, ...]] = {}
        self.inside: dict[str, str] = {}
        self.used: dict[str, frozenset[str]] = {}
        self.steps = list(self.plan.steps)
        self.timeouts = 0

    def run(self) -> OutsideExecution:
        """Execute everything that can be executed."""
        began = time.monotonic()
        given_up = False
        try:
            self.sides.start()
            for number, cell in enumerate(self.notebook.cells, 1):
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if not cell.source.strip():
                    continue
                if given_up:
                    _fail(cell, NOT_RUN, _("the notebook was stopped before this cell"))
                    continue
                self.sides.clock.begin_cell()
                lost = self._run_test(cell) if cell_kind(cell) == "test" else self._run_cell(cell)
                if lost:
                    given_up = not self._go_on(number, cell, lost)
        finally:
            self.sides.close()
        # What was refused but ended nothing; the others are told with their cells.
        self.events += [str(hit) for hit in self.sides.hits.values() if not hit.fatal]
        return OutsideExecution(
            notebook=self.notebook,
            seconds=round(time.monotonic() - began, 3),
            events=tuple(self.events),
            restarts=max(0, self.sides.starts - 1),
            warm=True,
            walls=self.sides.label,
            believed=self.believed,
            troubles=self.troubles,
            inside=self.inside,
            hits=tuple(self.sides.hits),
            used=self.used,
        )

    def _go_on(self, number: int, cell: NotebookNode, why: str) -> bool:
        """After a cell that did not end: write that down, and say whether others can still run."""
        limits, excess = self.sides.limits, self.sides.exceeded
        if why == TIMED_OUT:
            reason = self._explain_time()
        elif why == OUT_OF_MEMORY:
            reason = _("it used more than {n} MB of memory").format(n=limits.memory_mb)
        else:
            reason = _("it ended the Python process")
        if excess is not None and excess.name == "cpu":
            reason = _("it used more than {n:g} seconds of processor time").format(n=excess.limit)
        _fail(cell, why, reason)
        self.events.append(
            _("Cell {number} was stopped: {reason}.").format(number=number, reason=reason)
        )
        # A crash costs one question, and there are so many.
        most = MAX_RESTARTS + sum(step.test for step in self.plan.steps)
        over = why == TIMED_OUT and not self.sides.clock.give_rest()
        if over or self.sides.starts > most:
            self.events.append(_("The code cells after it were not run."))
            return False
        self.sides.start_student()
        return True

    def _explain_time(self) -> str:
        self.timeouts += 1
        if self.timeouts > 2:
            return _("it did not end in the time that was left")
        seconds = self.sides.limits.wall_seconds
        return _("it did not end within {n:g} seconds").format(n=seconds)

    def _run_cell(self, cell: NotebookNode) -> str:
        """Run a cell where the learner's code runs; return why it was lost, or nothing."""
        reply, why = self.sides.ask_student(cell.source)
        if reply is None:
            return why
        self.sides.done.append(cell.source)
        _take_outputs(cell, reply)
        return ""

    def _run_test(self, cell: NotebookNode) -> str:
        """Run the source's text of a test; return why it was lost, or nothing."""
        key = str(grade_id(cell))
        step = self.plan.step(key)
        while self.steps and self.steps[0] is not step and step in self.steps:
            ahead = self.steps.pop(0)
            if not ahead.test:
                self._prepare(ahead)
        if key in self.plan.inside:
            return self._run_inside(cell, step)
        reply = self.sides.run_step(step)
        if reply is None:
            cell.execution_count = 1
            return TIMED_OUT
        _take_outputs(cell, reply)
        if reply["beliefs"] and reply["fine"]:
            self.believed[key] = tuple(reply["beliefs"])
        if reply["troubles"]:
            self.troubles[key] = tuple(reply["troubles"])
        self.used[key] = frozenset(reply["used"])
        if reply["lost"]:
            return self.sides.explain_loss(reply["lost"])
        if step.definitions and self.sides.ask_student(step.definitions)[0] is not None:
            self.sides.done.append(step.definitions)
        return ""

    def _prepare(self, step: Step) -> None:
        """Run a set-up cell where tests run."""
        reply = self.sides.run_step(step)
        if reply is not None and not reply["fine"]:
            text = _("The set-up cell {key!r} failed where the tests run.")
            self.events.append(text.format(key=step.key))

    def _run_inside(self, cell: NotebookNode, step: Step) -> str:
        """Run a test where the learner's code runs; a hidden one in a process that does not go on."""
        self.inside[step.key] = self.plan.inside[step.key]
        ask = self.sides.ask_apart if step.hidden else self.sides.ask_student
        reply, why = ask(step.source)
        if reply is None:
            return why
        _take_outputs(cell, reply)
        if step.hidden:
            cell.outputs = keep_verdict(cell.outputs)
            return ""
        self.sides.done.append(step.source)
        # Later tests may use what it binds, on their side.
        if bound_names(parse(step.source)) & set().union(
            *(words(s.source) for s in self.steps[1:])
        ):
            self.sides.run_step(step)
        return ""


def keep_verdict(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return what a hidden test decides, and no text: the learner's code saw the test, and may repeat it."""
    found = []
    for output in outputs:
        if output.output_type == "error":
            known = isinstance(getattr(builtins, output.ename, None), type)
            name = output.ename if known else "Exception"
            found.append(new_output("error", ename=name, evalue="", traceback=[name]))
        elif output.output_type == "execute_result":
            with contextlib.suppress(ValueError, TypeError):
                points = repr(float(output.data.get("text/plain", "")))
                found.append(new_output("execute_result", data={"text/plain": points}))
        elif output.output_type == "stream" and fails_unittest(output.text):
            name = "AssertionError"
            found.append(new_output("error", ename=name, evalue="", traceback=[name]))
    return found


def _take_outputs(cell: NotebookNode, reply: Reply) -> None:
    cell.outputs = clean_outputs(reply.get("outputs"))
    number = reply.get("number")
    cell.execution_count = number if type(number) is int else None


def _fail(cell: NotebookNode, name: str, reason: str) -> None:
    cell.outputs = [out for out in cell.outputs if out.output_type == "stream"]
    cell.outputs.append(
        new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])
    )


def clean_outputs(outputs: Any) -> list[NotebookNode]:
    """Return the outputs that are nbformat's, and leave out everything else that came."""
    found = []
    for output in outputs if isinstance(outputs, list) else []:
        with contextlib.suppress(Exception):
            kind = output["output_type"]
            if kind == "stream" and output["name"] in ("stdout", "stderr"):
                found.append(new_output(kind, name=output["name"], text=str(output["text"])))
            elif kind == "error":
                lines = [str(line) for line in output["traceback"]]
                name, text = str(output["ename"]), str(output["evalue"])
                found.append(new_output(kind, ename=name, evalue=text, traceback=lines))
            elif kind in ("display_data", "execute_result"):
                data = {str(name): value for name, value in output["data"].items()}
                made = new_output(kind, data=data, metadata=dict(output.get("metadata") or {}))
                if kind == "execute_result":
                    number = output.get("execution_count")
                    made["execution_count"] = number if type(number) is int else None
                found.append(made)
    return found
