"""The verdict from outside for one submission: the entry point, shaped as `kit.grading.inside`'s.

Before the first submission of an assignment its reference solution is run, to learn whose each name is, what
the tests ask, and which tests can not be asked from outside.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from kit.grading.execution import STOPPED, Stop, StoppedError
from kit.grading.masters import Master
from kit.grading.outside import wire
from kit.grading.outside.journey import Journey, OutsideExecution
from kit.grading.outside.plan import Plan, make_plan, reference_cells
from kit.grading.outside.sides import (
    Place,
    Sides,
    make_environment,
    make_folders,
    start_tests,
)
from kit.grading.release import notebook_text
from kit.grading.terms import Limits
from kit.grading.verdict import mark_cells
from kit.i18n import gettext as _
from kit.notebooks import grade_id
from kit.sandbox.tiers import Walls

_MOST_PLANS = 32


def execute_outside(
    notebook: NotebookNode,
    *,
    master: Master,
    cwd: Path,
    files: Mapping[str, Path] | None = None,
    limits: Limits | None = None,
    preload: Sequence[str] = (),
    walls: Walls | None = None,
    stop: Stop | None = None,
    seed: int | None = None,
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
    walls
        What stands around the learner's code, from `kit.sandbox.choose_tier`; none when left out.
    limits, preload, stop
        As for `kit.grading.inside.journey.execute_inside`.
    seed
        The submission's own seed; tests find it in the environment variable ``KIT_SEED``.

    Raises
    ------
    KitError
        If the processes do not start.
    StoppedError
        If ``stop`` was asked for.
    """
    limits, stop, files = limits or Limits(), stop or Stop(), files or {}
    yard = Yard(files, limits, tuple(preload), walls, stop)
    plan = plan_for(master, yard)
    with make_folders(files) as (home, tests):
        place = Place(Path(cwd), home, tests, walls, yard.preload)
        sides = Sides(plan, place, limits=limits, stop=stop, seed=seed)
        return Journey(notebook, sides).run()


@dataclass(frozen=True)
class Yard:
    """What is the same for the reference solution and for every submission."""

    files: Mapping[str, Path] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    preload: tuple[str, ...] = ()
    walls: Walls | None = None
    stop: Stop = field(default_factory=Stop)


_plans: OrderedDict[str, Plan] = OrderedDict()
_planning = threading.Lock()


def plan_for(master: Master, yard: Yard) -> Plan:
    """Return the plan of an assignment; the first time, its reference solution is run twice for it.

    Once as it is, to see which names it binds; once outside, to see what the tests ask of its objects, and
    which tests it loses there. Those run in the learner's interpreter.
    """
    text = [notebook_text(master.source), notebook_text(master.full), repr(yard.limits)]
    text += [f"{name} {path} {path.stat().st_mtime_ns}" for name, path in yard.files.items()]
    key = hashlib.sha256("\0".join(text).encode("utf-8", "surrogatepass")).hexdigest()
    with _planning:
        if key not in _plans:
            _plans[key] = _find_plan(master, yard)
            while len(_plans) > _MOST_PLANS:
                _plans.popitem(last=False)
        return _plans[key]


def _find_plan(master: Master, yard: Yard) -> Plan:
    plan = _read_names(master, yard)
    # The solution, too, works on copies of its own, apart from those of the tests.
    with make_folders(yard.files) as (home, tests), make_folders(yard.files) as (_home, cwd):
        place = Place(cwd, home, tests, yard.walls, yard.preload)
        sides = Sides(plan, place, limits=yard.limits, stop=yard.stop, learning=True)
        done = Journey(make_reference(master), sides).run()
    return replace(plan, surface=done.used, inside=find_misfits(master, done))


def _read_names(master: Master, yard: Yard) -> Plan:
    with make_folders(yard.files) as (home, tests):
        place = Place(tests, home, tests, preload=yard.preload)
        child = start_tests(place, make_environment(home))

        def observe(source: str) -> list[str]:
            if yard.stop.asked:
                raise StoppedError
            child.send({"do": "observe", "source": source})
            if child.wait(yard.limits.wall_seconds) != "ready":
                return []
            return list(json.loads(wire.receive(child.control))["names"])

        try:
            return make_plan(master, observe)
        finally:
            child.end()


def make_reference(master: Master) -> NotebookNode:
    """Return the reference solution as if somebody had handed it in."""
    reference = copy.deepcopy(master.full)
    answers = {key: cell.source for key, cell, solution in reference_cells(master) if solution}
    for cell in reference.cells:
        if grade_id(cell) in answers:
            cell.source = answers[str(grade_id(cell))]
    return reference


def find_misfits(master: Master, done: OutsideExecution) -> dict[str, str]:
    """Return grade_id → why, for the tests that the reference solution does not pass from outside."""
    marks = mark_cells(master.source, master.release, done.notebook, rules=master.rules)
    found = {}
    for mark in marks:
        if mark.kind != "test":
            continue
        if mark.key in done.troubles:
            found[mark.key] = _(
                "it hands something to the answer that can not be copied: {what}"
            ).format(what="; ".join(done.troubles[mark.key]))
        elif (mark.points or 0) < mark.max_points or _was_stopped(done, mark.key):
            found[mark.key] = _("the reference solution does not pass it from outside")
    return found


def _was_stopped(done: OutsideExecution, key: str) -> bool:
    return any(
        output.output_type == "error" and output.ename in STOPPED
        for cell in done.notebook.cells
        if grade_id(cell) == key
        for output in cell.get("outputs", [])
    )
