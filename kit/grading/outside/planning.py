"""Making the plan of an assignment: its reference solution is run, and what it showed is kept.

It shows whose each name is, what the tests ask, and which tests can not be asked from outside. What a plan is
stands in `kit.grading.outside.plan`.
"""

from __future__ import annotations

import copy
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from kit.grading.execution import STOPPED, Stop, StoppedError
from kit.grading.fingerprint import environment_digest, hash_parts
from kit.grading.masters import Master
from kit.grading.outside import wire
from kit.grading.outside.journey import Journey, OutsideExecution
from kit.grading.outside.kept_plan import keep_plan, read_plan
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
from kit.i18n import current_language
from kit.i18n import gettext as _
from kit.notebooks import grade_id
from kit.sandbox.tiers import Walls

_MOST_PLANS = 32


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


def plan_for(master: Master, yard: Yard, folder: Path | None = None) -> Plan:
    """Return the plan of an assignment; the first time, its reference solution is run twice for it.

    Once as it is, to see which names it binds; once outside, to see what the tests ask of its objects, and
    which tests it loses there. Those run in the learner's interpreter.

    Parameters
    ----------
    folder
        Where plans are kept for other processes, and for another day.
    """
    text = [notebook_text(master.source), notebook_text(master.full), repr(yard.limits)]
    text += [f"{name} {path} {path.stat().st_mtime_ns}" for name, path in yard.files.items()]
    here = hash_parts(*text)
    with _planning:
        if here not in _plans:
            _plans[here] = _read_or_find(master, yard, folder)
            while len(_plans) > _MOST_PLANS:
                _plans.popitem(last=False)
        return _plans[here]


def _read_or_find(master: Master, yard: Yard, folder: Path | None) -> Plan:
    if folder is None:
        return _find_plan(master, yard)[0]
    kept = folder / f"{master.name}.json"
    key = _everywhere(master, yard)
    plan = read_plan(kept, key)
    if plan is None:
        plan, is_sure = _find_plan(master, yard)
        # A reference solution that was stopped may have met a busy machine: it gets another chance.
        if is_sure:
            keep_plan(kept, key, plan)
    return plan


def _everywhere(master: Master, yard: Yard) -> str:
    """Return a hash of all that a plan depends on, the same in every process and on every machine."""
    files = [hash_parts(name, path.read_bytes()) for name, path in sorted(yard.files.items())]
    return hash_parts(
        notebook_text(master.source),
        notebook_text(master.full),
        master.rules,
        yard.limits,
        yard.walls and yard.walls.tier,
        *files,
        environment_digest(),
        _code_digest(),
        current_language(),
    )


@cache
def _code_digest() -> str:
    """Return a hash of the code that makes plans and carries them out."""
    return hash_parts(*(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))


def _find_plan(master: Master, yard: Yard) -> tuple[Plan, bool]:
    """Return a plan, and whether the reference solution came to its end with every cell."""
    plan, is_sure = _read_names(master, yard)
    # The solution, too, works on copies of its own, apart from those of the tests.
    with make_folders(yard.files) as (home, tests), make_folders(yard.files) as (_home, cwd):
        place = Place(cwd, home, tests, yard.walls, yard.preload)
        sides = Sides(plan, place, limits=yard.limits, stop=yard.stop, learning=True)
        done = Journey(make_reference(master), sides).run()
    is_sure = is_sure and not done.events and not done.hits
    return replace(plan, surface=done.used, inside=find_misfits(master, done)), is_sure


def _read_names(master: Master, yard: Yard) -> tuple[Plan, bool]:
    with make_folders(yard.files) as (home, tests):
        place = Place(tests, home, tests, preload=yard.preload)
        child = start_tests(place, make_environment(home))
        lost: list[str] = []

        def observe(source: str) -> list[str]:
            if yard.stop.asked:
                raise StoppedError
            child.send({"do": "observe", "source": source})
            if child.wait(yard.limits.wall_seconds) != "ready":
                lost.append(source)
                return []
            return list(json.loads(wire.receive(child.control))["names"])

        try:
            return make_plan(master, observe), not lost
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
