"""The verdict from outside for one submission: the entry point, shaped as `kit.grading.inside`'s.

What the reference solution has to say before the first submission is found in `kit.grading.outside.planning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from kit.grading.execution import Stop
from kit.grading.masters import Master
from kit.grading.outside.journey import Journey, OutsideExecution
from kit.grading.outside.planning import Yard, plan_for
from kit.grading.outside.sides import Place, Sides, make_folders
from kit.grading.terms import Limits
from kit.sandbox.tiers import Walls


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
    plans: Path | None = None,
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
    plans
        A folder in which the plan of the assignment is kept, so that its reference solution is not run again.

    Raises
    ------
    KitError
        If the processes do not start.
    StoppedError
        If ``stop`` was asked for.
    """
    limits, stop, files = limits or Limits(), stop or Stop(), files or {}
    yard = Yard(files, limits, tuple(preload), walls, stop)
    plan = plan_for(master, yard, plans)
    with make_folders(files) as (home, tests):
        place = Place(Path(cwd), home, tests, walls, yard.preload)
        sides = Sides(plan, place, limits=limits, stop=stop, seed=seed)
        return Journey(notebook, sides).run()
