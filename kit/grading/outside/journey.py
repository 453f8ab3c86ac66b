"""The verdict from outside for one submission: the entry point, shaped as the one that it will replace.

The learner's cells run in one process and the tests in another; this process tells both what to do, and
believes the first only as far as the outputs of the learner's own cells go. Which marks the outputs of the
tests earn is left to `kit.grading.verdict`, as ever.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from kit.grading.cells import cell_kind
from kit.grading.execution import (
    DIED,
    MAX_RESTARTS,
    MEMORY_INTERVAL,
    NOT_RUN,
    OUT_OF_MEMORY,
    TIMED_OUT,
    Execution,
    Stop,
    StoppedError,
)
from kit.grading.masters import Master
from kit.grading.outside import wire
from kit.grading.outside.nursery import Child, nursery
from kit.grading.outside.plan import Plan, Step, make_plan, normal, reference_cells
from kit.grading.release import notebook_text
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.notebooks import grade_id
from kit.running.kernel import kernel_environment, private_folder
from kit.running.memory import resident_bytes

# A test that does not end although the learner's process is gone is given so many seconds more.
GRACE = 2.0
_LOST = {"time": TIMED_OUT, "died": DIED, "size": DIED, "not connected": DIED}


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
    """

    believed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    troubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    used: Mapping[str, frozenset[str]] = field(default_factory=dict)


def execute_outside(
    notebook: NotebookNode,
    *,
    master: Master,
    cwd: Path,
    files: Mapping[str, Path] | None = None,
    limits: Limits | None = None,
    preload: Sequence[str] = (),
    warm: bool = True,  # noqa: ARG001 - the shape of execute_submission
    stop: Stop | None = None,
) -> OutsideExecution:
    """Execute a copy of a notebook whose author is not trusted, with its tests in another process.

    Parameters
    ----------
    notebook
        The notebook, repaired; it is not changed. Of its tests, only the grade_id and the place count.
    master
        The versions of the source. The trusted process runs text of these, and nothing else.
    cwd
        The working directory of the learner's code.
    files
        The instructor's files, which tests may read; what the learner's code does to its own copies does
        not reach them.
    limits, preload, stop
        As for `kit.grading.execution.execute_submission`.
    warm
        Taken and not used: both processes are forked from one that has the libraries.

    Raises
    ------
    KitError
        If the processes do not start.
    StoppedError
        If ``stop`` was asked for.
    """
    limits, stop = limits or Limits(), stop or Stop()
    plan = plan_for(master, files=files or {}, limits=limits, preload=preload)
    with _folders(files or {}) as (home, tests):
        journey = _Journey(notebook, plan, Path(cwd), home, tests, limits, preload, stop)
        return journey.run()


@contextlib.contextmanager
def _folders(files: Mapping[str, Path]) -> Iterator[tuple[Path, Path]]:
    """Make a folder for IPython's profile, and one for tests, with copies of the instructor's files."""
    with private_folder() as folder:
        tests = folder / "tests"
        tests.mkdir()
        for name, path in files.items():
            (tests / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tests / name)
        yield folder, tests


_plans: OrderedDict[str, Plan] = OrderedDict()
_planning = threading.Lock()


def plan_for(
    master: Master, *, files: Mapping[str, Path], limits: Limits, preload: Sequence[str]
) -> Plan:
    """Return the plan of an assignment; the first time, its reference solution is run twice for it.

    Once as it is, to see which names it binds; once outside, to see what the tests ask of its objects.
    """
    key = notebook_text(master.source) + notebook_text(master.full)
    with _planning:
        if key not in _plans:
            _plans[key] = _find_plan(master, files, limits, preload)
            while len(_plans) > 32:
                _plans.popitem(last=False)
        return _plans[key]


def _find_plan(
    master: Master, files: Mapping[str, Path], limits: Limits, preload: Sequence[str]
) -> Plan:
    with _folders(files) as (home, tests):
        child = nursery("tests", preload).fork("tests", tests, _environment(home))

        def observe(source: str) -> list[str]:
            child.send({"do": "observe", "source": source})
            if child.wait(limits.wall_seconds) != "ready":
                return []
            return list(json.loads(wire.receive(child.control))["names"])

        try:
            plan = make_plan(master, observe)
        finally:
            child.end()
    with _folders(files) as (home, tests):
        reference = copy.deepcopy(master.full)
        answers = {key: cell.source for key, cell, solution in reference_cells(master) if solution}
        for cell in reference.cells:
            if grade_id(cell) in answers:
                cell.source = answers[str(grade_id(cell))]
        # In a copy of the instructor's files as well, apart from those of the tests.
        with _folders(files) as (_home, cwd):
            journey = _Journey(
                reference, plan, cwd, home, tests, limits, preload, Stop(), learning=True
            )
            done = journey.run()
    return replace(plan, surface=done.used)


def _environment(home: Path) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    return kernel_environment(env, strict=False, folder=home) | {"NBGRADER_EXECUTION": "autograde"}


class _Journey:
    """One notebook from its first cell to its last."""

    def __init__(
        self,
        notebook: NotebookNode,
        plan: Plan,
        cwd: Path,
        home: Path,
        tests: Path,
        limits: Limits,
        preload: Sequence[str],
        stop: Stop,
        *,
        learning: bool = False,
    ) -> None:
        self.notebook = copy.deepcopy(notebook)
        self.plan = plan
        self.cwd, self.tests = cwd, tests
        self.env = _environment(home)
        self.limits = limits
        self.preload = preload
        self.stop = stop
        self.learning = learning
        self.events: list[str] = []
        self.believed: dict[str, tuple[str, ...]] = {}
        self.troubles: dict[str, tuple[str, ...]] = {}
        self.used: dict[str, frozenset[str]] = {}
        self.student: Child | None = None
        self.tester: Child | None = None
        self.starts = 0
        self.overtime = False
        # What the learner's process has run, to bring another one to the same place.
        self.done: list[str] = []
        self.steps = list(plan.steps)
        self.prepared: list[Step] = []
        self.end = self.deadline = 0.0

    def run(self) -> OutsideExecution:
        """Execute everything that can be executed."""
        began = time.monotonic()
        self.end = began + 2 * self.limits.wall_seconds
        self.deadline = began + self.limits.wall_seconds
        given_up = False
        try:
            self._start_tester()
            self._start_student()
            for number, cell in enumerate(self.notebook.cells, 1):
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if not cell.source.strip():
                    continue
                if given_up:
                    self._fail(cell, NOT_RUN, _("the notebook was stopped before this cell"))
                    continue
                lost = self._run_test(cell) if cell_kind(cell) == "test" else self._run_cell(cell)
                if lost:
                    given_up = not self._go_on(number, cell, lost)
        finally:
            for child in (self.student, self.tester):
                if child is not None:
                    child.end()
        return OutsideExecution(
            notebook=self.notebook,
            seconds=round(time.monotonic() - began, 3),
            events=tuple(self.events),
            restarts=max(0, self.starts - 1),
            warm=True,
            believed=self.believed,
            troubles=self.troubles,
            used=self.used,
        )

    # -- processes -------------------------------------------------------------------------------------

    def _start_tester(self) -> None:
        """Start a process for tests, brought to where the last one was: set-up cells again, tests not."""
        if self.tester is not None:
            self.tester.end()
        self.tester = nursery("tests", self.preload).fork("tests", self.tests, self.env)
        again, self.prepared = self.prepared, []
        for step in again:
            self._run_step(step)

    def _start_student(self) -> None:
        """Start a process for the learner's code, and bring it to where the last one was."""
        assert self.tester is not None
        self.starts += 1
        if self.student is not None:
            self.student.end()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.student = nursery("student", self.preload).fork(
                "student", self.cwd, self.env, theirs
            )
            request = {
                "do": "connect",
                "names": sorted(self.plan.names),
                "deadline": self._cell_end(),
            }
            self.tester.send(request)
            with contextlib.suppress(OSError):
                socket.send_fds(self.tester.control, [b"x"], [ours.fileno()])
            self._answer(self.tester, GRACE)
        for source in self.done:
            reply, _why = self._ask_student(source)
            if reply is None:
                return

    def _cell_end(self) -> float:
        return min(self.end, max(self.deadline, time.monotonic() + 0.05))

    def _go_on(self, number: int, cell: NotebookNode, why: str) -> bool:
        """After a cell that did not end: write that down, and say whether others can still run."""
        reason = {
            TIMED_OUT: _("it did not end within {n:g} seconds").format(n=self.limits.wall_seconds),
            OUT_OF_MEMORY: _("it used more than {n} MB of memory").format(n=self.limits.memory_mb),
            DIED: _("it ended the Python process"),
        }[why]
        self._fail(cell, why, reason)
        self.events.append(
            _("Cell {number} was stopped: {reason}.").format(number=number, reason=reason)
        )
        if (why == TIMED_OUT and self.overtime) or self.starts > MAX_RESTARTS:
            self.events.append(_("The code cells after it were not run."))
            return False
        if why == TIMED_OUT:
            # It has used all of the time; the others get it once more, and that is all.
            self.overtime, self.deadline = True, self.end
        self._start_student()
        return True

    def _fail(self, cell: NotebookNode, name: str, reason: str) -> None:
        cell.outputs = [out for out in cell.outputs if out.output_type == "stream"]
        cell.outputs.append(
            new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])
        )

    # -- cells -----------------------------------------------------------------------------------------

    def _run_cell(self, cell: NotebookNode) -> str:
        """Run a cell where the learner's code runs; return why it was lost, or nothing."""
        reply, why = self._ask_student(cell.source)
        if reply is None:
            return why
        self.done.append(cell.source)
        cell.outputs = clean_outputs(reply.get("outputs"))
        number = reply.get("number")
        cell.execution_count = number if type(number) is int else None
        return ""

    def _run_test(self, cell: NotebookNode) -> str:
        """Run the source's text of a test where tests run; return why it was lost, or nothing."""
        key = str(grade_id(cell))
        step = self.plan.step(key)
        while self.steps and self.steps[0] is not step and step in self.steps:
            ahead = self.steps.pop(0)
            if not ahead.test:
                self._run_step(ahead)
        reply = self._run_step(step)
        if reply is None:
            cell.execution_count = 1
            return TIMED_OUT
        cell.outputs = clean_outputs(reply["outputs"])
        cell.execution_count = reply["number"]
        if reply["beliefs"] and reply["fine"]:
            self.believed[key] = tuple(reply["beliefs"])
        if reply["troubles"]:
            self.troubles[key] = tuple(reply["troubles"])
        self.used[key] = frozenset(reply["used"])
        if reply["lost"]:
            # The deadline may have passed while the process was ended for its memory.
            return OUT_OF_MEMORY if self.exceeded else _LOST[reply["lost"]]
        if step.definitions and self._ask_student(step.definitions)[0] is not None:
            self.done.append(step.definitions)
        return ""

    def _run_step(self, step: Step) -> dict[str, Any] | None:
        """Run a cell of the source; None when even the process of the tests had to be ended."""
        assert self.tester is not None
        left = self._cell_end() - time.monotonic()
        self.tester.send(
            {
                "do": "run",
                "source": step.source,
                "test": step.test,
                "wanted": sorted(step.wanted) if self.student is not None else [],
                "hand": list(step.hand),
                "surface": sorted(self.plan.surface.get(step.key, ())),
                "learning": self.learning,
                "deadline": self._cell_end(),
                "seconds": left + GRACE / 2,
            }
        )
        reply = self._answer(self.tester, left + GRACE)
        if reply is None:
            self.student_gone = True
            self._start_tester()
        elif not step.test:
            self.prepared.append(step)
            if not reply["fine"]:
                text = _("The set-up cell {key!r} failed where the tests run.")
                self.events.append(text.format(key=step.key))
        return reply

    exceeded = False
    student_gone = False

    def _ask_student(self, source: str) -> tuple[dict[str, Any] | None, str]:
        assert self.student is not None
        self.student.send({"do": "run", "source": source})
        reply = self._answer(self.student, self._cell_end() - time.monotonic())
        if reply is not None:
            return reply, ""
        if self.exceeded:
            return None, OUT_OF_MEMORY
        return None, TIMED_OUT if time.monotonic() >= self._cell_end() - 0.06 else DIED

    def _answer(self, child: Child, seconds: float) -> dict[str, Any] | None:
        """Wait for an answer, with an eye on memory and on whoever wants us to stop."""
        deadline = time.monotonic() + seconds
        self.exceeded = False
        patience = 0.05
        while True:
            state = child.wait(min(patience, max(0.0, deadline - time.monotonic())))
            if state == "ready":
                try:
                    reply = json.loads(wire.receive(child.control, deadline=deadline + 1))
                    return reply if isinstance(reply, dict) else None
                except (
                    wire.ClosedError,
                    wire.DeadlineError,
                    wire.TooLargeError,
                    ValueError,
                    RecursionError,
                ):
                    return None
            if state == "ended" or time.monotonic() >= deadline:
                return None
            if self.stop.asked:
                raise StoppedError
            patience = MEMORY_INTERVAL
            if (
                self.student is not None
                and resident_bytes(self.student.pid) > self.limits.memory_mb * 1e6
            ):
                self.exceeded = True
                self.student.end()
                if child is self.student:
                    return None


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


__all__ = ["OutsideExecution", "execute_outside", "normal", "plan_for"]
