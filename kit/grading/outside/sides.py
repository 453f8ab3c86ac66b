"""The two processes of one submission: started, asked, watched, replaced when they are lost, and ended.

Neither is trusted to answer: the learner's because of whose code it runs, the tests' because it waits for the
other. In which order cells run, and what becomes of the answers, is left to `kit.grading.outside.journey`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.execution import (
    DIED,
    OUT_OF_MEMORY,
    TIMED_OUT,
    Stop,
    StoppedError,
)
from kit.grading.outside import wire
from kit.grading.outside.child import Child
from kit.grading.outside.nursery import Errand, Nursery, fork_side, plain_environment
from kit.grading.outside.parcel import pack_folder
from kit.grading.outside.plan import Plan, Step
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.running.kernel import kernel_environment, private_folder
from kit.sandbox.inner_probe import holds_inner
from kit.sandbox.inside import MB
from kit.sandbox.limits import LimitHit
from kit.sandbox.limits import Limits as WalledLimits
from kit.sandbox.tiers import Walls

# A test that does not end although the learner's process is gone is given so many seconds more.
GRACE = 2.0
# How often what a submission uses is looked at.
_TICK = 0.1
_LOST = {"time": TIMED_OUT, "died": DIED, "size": DIED, "not connected": DIED}
Reply = dict[str, Any]


class Clock:
    """The time of all cells of a submission together.

    After a loop without end has used it, there is as much again for the cells that follow. After a second one
    each cell has a little of its own, so that the questions that others did not spoil can still be earned.
    """

    def __init__(self, seconds: float) -> None:
        now = time.monotonic()
        self._ends = [now + seconds, now + 2 * seconds, now + 3 * seconds]
        self._little = max(1.0, seconds / 20)
        self._cell = self._ends[0]

    def begin_cell(self) -> None:
        """Say that a cell begins."""
        last = len(self._ends) == 1
        self._cell = min(self._ends[0], time.monotonic() + self._little) if last else self._ends[0]

    def begin_again(self) -> None:
        """Say that cells are run again for a new process."""
        self._cell = self._ends[-1]

    def cell_end(self) -> float:
        """Return when the cell that runs now must have ended, as `time.monotonic` says it."""
        return min(self._ends[-1], max(self._cell, time.monotonic() + 0.05))

    def left(self) -> float:
        """Return the seconds until then."""
        return self.cell_end() - time.monotonic()

    def give_rest(self) -> bool:
        """Go on after a cell that did not end; return whether there is any time left."""
        if len(self._ends) > 1:
            del self._ends[0]
        return time.monotonic() < self._ends[-1]

    def give_back(self, seconds: float) -> None:
        """Do not count some seconds that were not the submission's own."""
        self._ends = [end + seconds for end in self._ends]
        self._cell += seconds


@dataclass(frozen=True)
class Place:
    """Where the two sides work.

    Parameters
    ----------
    cwd
        The working directory of the learner's code.
    home
        A folder for IPython's profile.
    tests
        The working directory of the tests, with copies of the instructor's files.
    walls
        What stands around the learner's code, which then works on a copy of ``cwd``.
    preload
        The libraries that both sides have loaded.
    """

    cwd: Path
    home: Path
    tests: Path
    walls: Walls | None = None
    preload: tuple[str, ...] = ()


@contextlib.contextmanager
def make_folders(files: Mapping[str, Path]) -> Iterator[tuple[Path, Path]]:
    """Make a folder for IPython's profile, and one for tests, with copies of the instructor's files."""
    with private_folder() as folder:
        tests = folder / "tests"
        tests.mkdir()
        for name, path in files.items():
            (tests / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tests / name)
        yield folder, tests


def make_environment(home: Path | None, *, seed: int | None = None) -> dict[str, str]:
    """Return the environment of a side; nothing of the grader's goes in that it does not need.

    Without a folder for IPython's profile, only what is added to an environment behind walls.
    """
    env = {} if home is None else plain_environment()
    env = kernel_environment(env, strict=False, folder=home) | {"NBGRADER_EXECUTION": "autograde"}
    return env if seed is None else env | {"KIT_SEED": str(seed)}


class Sides:
    """The learner's process and that of the tests.

    Parameters
    ----------
    learning
        Whether this is the reference solution, from which is learnt what tests may ask.
    seed
        The submission's own seed, which only tests see.
    """

    def __init__(
        self,
        plan: Plan,
        place: Place,
        *,
        limits: Limits,
        stop: Stop,
        learning: bool = False,
        seed: int | None = None,
    ) -> None:
        self.plan = plan
        self.place = place
        self.limits = limits
        self.stop = stop
        self.learning = learning
        self.seed = seed
        self.clock = Clock(limits.wall_seconds)
        self.starts = 0
        #: The limit for which the learner's process was ended last, if one was.
        self.exceeded: LimitHit | None = None
        self.hits: dict[str, LimitHit] = {}
        self._received = 0
        # What each process has run, to bring another one to the same place.
        self.done: list[str] = []
        self.prepared: list[Step] = []
        self.label: str = place.walls.tier if place.walls else "none"
        self._student: Child | None = None
        self._tester: Child | None = None
        self._parcel: int | None = None
        self._own: Nursery | None = None

    def start(self) -> None:
        """Start both processes."""
        self._start_tester()
        self.start_student()

    def close(self) -> None:
        """End both processes, and everything that they started."""
        for child in (self._student, self._tester):
            if child is not None:
                child.end()
        if self._own is not None:
            self._own.close()
        if self._parcel is not None:
            os.close(self._parcel)
            self._parcel = None

    def _start_tester(self) -> None:
        """Start a process for tests, brought to where the last one was: set-up cells again, tests not."""
        if self._tester is not None:
            self._tester.end()
        env = make_environment(self.place.home, seed=self.seed)
        self._tester = start_tests(self.place, env)
        again, self.prepared = self.prepared, []
        for step in again:
            self.run_step(step)

    def start_student(self) -> None:
        """Start a process for the learner's code, and bring it to where the last one was."""
        assert self._tester is not None
        self.starts += 1
        if self._student is not None:
            self._student.end()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._student = self._fork_student(theirs)
            self._tester.send(
                {
                    "do": "connect",
                    "names": sorted(self.plan.names),
                    "deadline": self.clock.cell_end(),
                }
            )
            with contextlib.suppress(OSError):
                socket.send_fds(self._tester.control, [b"x"], [ours.fileno()])
            self._answer(self._tester, GRACE)
        if self.done:
            self.clock.begin_again()
        for source in self.done:
            if self.ask_student(source)[0] is None:
                return

    def _fork_student(self, *links: socket.socket, seed: int | None = None) -> Child:
        place, walls = self.place, self.place.walls
        if walls is None or walls.tier == "none":
            errand = Errand("student", make_environment(place.home, seed=seed), cwd=place.cwd)
        else:
            if self._parcel is None:
                self._parcel = pack_folder(place.cwd)
            inner = WalledLimits(**asdict(self.limits)) if holds_inner(walls.tier) else None
            errand = Errand("student", make_environment(None, seed=seed), None, self._parcel, inner)
        if errand.cwd is None and errand.limits is None:
            # Nothing keeps submissions in one server apart, so each has its own.
            if self._own is not None:
                self._own.close()
            self._own = Nursery(place.preload, walls, self.limits)
            child, self.label = self._own.fork(errand, *links), self._own.label
        else:
            child, self.label = fork_side(errand, *links, preload=place.preload, walls=walls)
        try:
            child.expect_ready()
        except KitError:
            child.end()
            raise
        return child

    # -- questions -------------------------------------------------------------------------------------

    def ask_student(self, source: str) -> tuple[Reply | None, str]:
        """Run a cell where the learner's code runs; return what came, or None and why it was lost."""
        assert self._student is not None
        return self._ask(self._student, source)

    def ask_apart(self, source: str) -> tuple[Reply | None, str]:
        """Run a cell in another process of the learner's, brought to the same place and ended after it.

        So that a text which the learner must not see leaves nothing behind in the process that goes on.
        """
        began = time.monotonic()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            child = self._fork_student(theirs, seed=self.seed)
            try:
                self.clock.begin_again()
                for earlier in self.done:
                    reply, why = self._ask(child, earlier)
                    if reply is None:
                        return None, why
                self.clock.begin_cell()
                return self._ask(child, source)
            finally:
                child.end()
                self.clock.give_back(time.monotonic() - began)

    def _ask(self, child: Child, source: str) -> tuple[Reply | None, str]:
        child.send({"do": "run", "source": source})
        reply = self._answer(child, self.clock.left())
        if reply is not None:
            return reply, ""
        if self.exceeded:
            return None, self._name_excess()
        return None, TIMED_OUT if self.clock.left() <= 0.06 else DIED

    def run_step(self, step: Step) -> Reply | None:
        """Run a cell of the source where tests run; None when even that process had to be ended."""
        assert self._tester is not None
        left = self.clock.left()
        self._tester.send(
            {
                "do": "run",
                "source": step.source,
                "test": step.test,
                "wanted": sorted(step.wanted) if self._student is not None else [],
                "hand": list(step.hand),
                "imported": sorted(step.imported) if self._student is not None else [],
                "surface": sorted(self.plan.surface.get(step.key, ())),
                "learning": self.learning,
                "deadline": self.clock.cell_end(),
                "seconds": left + GRACE / 2,
            }
        )
        reply = self._answer(self._tester, left + GRACE)
        if reply is None:
            self._start_tester()
        elif not step.test:
            self.prepared.append(step)
        return reply

    def explain_loss(self, lost: str) -> str:
        """Return why a test was lost, from what the process of the tests says of the other one."""
        # The deadline may have passed while the process was ended for its memory.
        return self._name_excess() if self.exceeded else _LOST.get(lost, DIED)

    def _name_excess(self) -> str:
        assert self.exceeded is not None
        return OUT_OF_MEMORY if self.exceeded.name == "memory" else TIMED_OUT

    def _answer(self, child: Child, seconds: float) -> Reply | None:
        """Wait for an answer, with an eye on memory and on whoever wants us to stop."""
        deadline = time.monotonic() + seconds
        self.exceeded = None
        patience = 0.05
        while True:
            state = child.wait(min(patience, max(0.0, deadline - time.monotonic())))
            if state == "ready":
                return self._read_reply(child, deadline + 1)
            if state == "ended" or time.monotonic() >= deadline:
                return None
            if self.stop.asked:
                raise StoppedError
            patience = _TICK
            for watched in {child, self._student} - {None, self._tester}:
                assert watched is not None
                if self._look_at(watched) and watched is child:
                    return None

    def _look_at(self, child: Child) -> bool:
        """Compare what a process of the learner's uses with what it may; return whether it had to be ended."""
        for hit in child.find_hits(self.limits):
            self.hits[hit.name] = hit
            if hit.fatal:
                self.exceeded = hit
                child.end()
                return True
        return False

    def _read_reply(self, child: Child, deadline: float) -> Reply | None:
        try:
            data = wire.receive(child.control, deadline=deadline)
            reply = json.loads(data)
        except (
            wire.ClosedError,
            wire.DeadlineError,
            wire.TooLargeError,
            ValueError,
            RecursionError,
        ):
            return None
        if not isinstance(reply, dict):
            return None
        if child is not self._tester:
            self._received += len(data)
            if self._received > self.limits.output_mb * MB:
                self.hits["output"] = LimitHit("output", self.limits.output_mb, fatal=False)
                note = _("… the rest of the output was left out …")
                reply["outputs"] = [{"output_type": "stream", "name": "stdout", "text": note}]
        return reply


def start_tests(place: Place, env: Mapping[str, str]) -> Child:
    """Start a process for tests; no walls stand around it, and nothing of the learner's runs there."""
    errand = Errand("tests", env, cwd=place.tests)
    child, _label = fork_side(errand, preload=place.preload)
    child.expect_ready()
    return child
