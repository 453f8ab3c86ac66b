"""Whose marks would change, and by how much: a batch is graded aside, compared, and thrown away.

For an author who corrects an assignment after submissions came in. Nothing in the course is touched.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError
from kit.grading.batch import choose_crew, grade_tasks
from kit.grading.course import Course
from kit.grading.order import Order
from kit.grading.plan import Plan, result_path, with_policy
from kit.grading.results import Result, read_result
from kit.grading.timestamps import read_timestamp
from kit.grading.versions import keep_version


@dataclass(frozen=True)
class CellChange:
    """What a cell earned and would earn; None where it has no points, or is not there."""

    notebook: str
    key: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Change:
    """What would change for one student.

    Parameters
    ----------
    before, after
        The score as it stands, and as it would be; ``before`` is None for who has no result yet.
    max_before, max_after
        The points of all questions.
    cells
        The cells whose points would change.
    outcome
        The sentence that would be said.
    """

    student: str
    before: float | None
    after: float
    max_before: float | None
    max_after: float
    cells: tuple[CellChange, ...] = ()
    outcome: str = ""

    @property
    def is_new(self) -> bool:
        """Say whether this student has no result yet."""
        return self.before is None


def preview_batch(
    plan: Plan,
    *,
    jobs: int = 1,
    warm: bool = True,
    cluster: str | None = None,
    on_result: Callable[[Result], None] = lambda _result: None,
) -> tuple[Change, ...]:
    """Return what grading would change, sorted by student; nothing is written.

    Parameters are those of `kit.grading.batch.run_batch`.

    Raises
    ------
    KitError
        If the source can not be graded with.
    """
    changes = []
    for student in plan.changed:
        old = read_result(result_path(plan.course, plan.assignment, student))
        folder = plan.course.folder("submitted", plan.assignment, student)
        changes.append(compare_results(old, with_policy(old, plan.policy, read_timestamp(folder))))
    if plan.todo:
        with trial_folder(plan.course) as folder:
            version = keep_version(
                plan.course,
                plan.assignment,
                plan.source_digest,
                private=plan.private,
                folder=folder / "version",
            )
            order = Order.of(plan, version, warm=warm, autograded=folder / "autograded")
            for new in grade_tasks(order, plan.todo, choose_crew(order, jobs, cluster)):
                on_result(new)
                try:
                    before = read_result(result_path(plan.course, plan.assignment, new.student))
                except KitError:
                    before = None
                changes.append(compare_results(before, new))
    found = [change for change in changes if change is not None]
    return tuple(sorted(found, key=lambda change: change.student))


@contextmanager
def trial_folder(course: Course) -> Iterator[Path]:
    """Make a folder that all machines of a cluster see, and remove it after."""
    course.state().mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=course.state(), prefix="trial-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compare_results(before: Result | None, after: Result) -> Change | None:
    """Return what differs between two results of one student, or None when the marks are the same.

    Examples
    --------
    >>> from kit.grading.results import CellMark
    >>> one = Result("tides", "intern-07", "graded", "", (CellMark("t", "test", 1.0, 1.0),), 1.0, 1.0)
    >>> two = Result("tides", "intern-07", "graded", "", (CellMark("t", "test", 0.0, 1.0),), 0.0, 1.0)
    >>> compare_results(one, one) is None
    True
    >>> compare_results(one, two).cells
    (CellChange(notebook='', key='t', before=1.0, after=0.0),)
    """
    old = {} if before is None else {(m.notebook, m.key): m.points for m in before.marks}
    new = {(mark.notebook, mark.key): mark.points for mark in after.marks}
    cells = tuple(
        CellChange(*place, old.get(place), new.get(place))
        for place in dict.fromkeys([*new, *old])
        if (place in old) != (place in new) or old[place] != new[place]
    )
    if before is not None and not cells and before.score == after.score:
        return None
    return Change(
        student=after.student,
        before=None if before is None else before.score,
        after=after.score,
        max_before=None if before is None else before.max_score,
        max_after=after.max_score,
        cells=cells if before is not None else (),
        outcome=after.outcome,
    )
