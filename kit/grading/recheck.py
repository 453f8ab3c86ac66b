"""Marks computed again from their evidence: do they come out as they stand?

The evidence of a mark names the submission, the source, the environment, the walls, the limits and the seed.
The source of that time is kept (`kit.grading.versions`), so a disputed mark can be computed again by anyone who
has the course. The gradebook is compared too: its points must be those that grading found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from kit.errors import KitError
from kit.grading.batch import choose_crew, grade_tasks
from kit.grading.course import Course
from kit.grading.fingerprint import digest_folder, environment_digest, hash_parts
from kit.grading.gradebook import read_rows
from kit.grading.order import Order
from kit.grading.plan import Task, result_path
from kit.grading.policy import load_policy
from kit.grading.preview import CellChange, compare_results, trial_folder
from kit.grading.results import Result, read_result
from kit.grading.seeds import SEED
from kit.grading.terms import Limits
from kit.grading.versions import Version, find_version
from kit.i18n import gettext as _
from kit.sandbox import choose_tier
from kit.sandbox.tiers import Walls

_POINTS = (
    "SELECT sa.student_id, n.name, c.name, x.auto_score FROM grade x"
    " JOIN submitted_notebook sn ON sn.id = x.notebook_id"
    " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
    " JOIN assignment a ON a.id = sa.assignment_id"
    " JOIN notebook n ON n.id = sn.notebook_id"
    " JOIN base_cell c ON c.id = x.cell_id"
    " WHERE a.name = :name"
)


@dataclass(frozen=True)
class Recheck:
    """What came of computing the marks of one student again.

    Parameters
    ----------
    state
        ``"agrees"``, ``"differs"``, or ``"impossible"`` when the evidence is not complete any more.
    cells
        The cells that differ: as they stand, and as they come out.
    reason
        Why it is impossible, or where something differs.
    notes
        What is not as it was, although the marks could be computed: other libraries, for one.
    """

    student: str
    state: Literal["agrees", "differs", "impossible"]
    cells: tuple[CellChange, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


def recheck_results(
    course: Course,
    assignment: str,
    *,
    students: Iterable[str] = (),
    jobs: int = 1,
    cluster: str | None = None,
    on_result: Callable[[Result], None] = lambda _result: None,
) -> tuple[Recheck, ...]:
    """Compute marks again and compare them with those that stand; nothing is written.

    Parameters
    ----------
    course, assignment
        Where, and what.
    students
        Only these; all who have a result when empty.
    jobs, cluster, on_result
        As for `kit.grading.batch.run_batch`.

    Returns
    -------
    tuple of Recheck
        One for each student, sorted.

    Raises
    ------
    KitError
        If there is no result to check.
    """
    course.check_assignment(assignment)
    names = sorted(
        {*students} or {p.stem for p in course.results_folder(assignment).glob("*.json")}
    )
    if not names:
        raise KitError(_("nothing was graded yet"), where=course.root, fix=_("Run kit grade first"))
    stands = {name: read_result(result_path(course, assignment, name)) for name in names}
    points = _read_points(course, assignment)
    found: dict[str, Recheck] = {}
    # Results of one order are computed together.
    groups: dict[Any, list[tuple[_Old, Task]]] = {}
    for name, result in stands.items():
        try:
            old = _Old.of(course, result)
            task = _task(course, result)
        except _ImpossibleError as err:
            found[name] = Recheck(name, "impossible", reason=str(err))
            continue
        groups.setdefault(old.group, []).append((old, task))
    with trial_folder(course) as folder:
        for members in groups.values():
            order = members[0][0].order(course, assignment, folder / "autograded")
            crew = choose_crew(order, jobs, cluster)
            for new in grade_tasks(order, [task for _old, task in members], crew):
                on_result(new)
                before = stands[new.student]
                found[new.student] = _judge(before, new, points.get(new.student))
    return tuple(found[name] for name in names)


class _ImpossibleError(Exception):
    """Why marks can not be computed again."""


@dataclass(frozen=True)
class _Old:
    """Under what a result came about."""

    version: Version
    walls: Walls | None
    verdict: Any
    limits: Limits

    @classmethod
    def of(cls, course: Course, result: Result) -> _Old:
        evidence = result.evidence
        if "machine" in evidence:
            raise _ImpossibleError(_("This machine failed on it; kit grade tries again."))
        digest = evidence.get("hashes", {}).get("source", "")
        version = find_version(course, result.assignment, digest)
        if version is None:
            raise _ImpossibleError(_("The source that it was graded with is not kept."))
        if version.rules != hash_parts(course.rules):
            raise _ImpossibleError(_("The delimiters in nbgrader_config.py were changed since."))
        tier = str(evidence.get("asked", {}).get("walls", "none"))
        try:
            walls = None if tier == "none" else choose_tier(tier)
        except KitError as err:
            raise _ImpossibleError(err.message()) from err
        verdict = evidence.get("asked", {}).get("verdict", "outside")
        return cls(version, walls, verdict, Limits(**evidence["limits"]))

    @property
    def group(self) -> tuple[Any, ...]:
        return (self.version.digest, self.walls, self.verdict, self.limits)

    def order(self, course: Course, assignment: str, autograded: Any) -> Order:
        policy = replace(load_policy(course, assignment), limits=self.limits)
        return Order(
            course=course,
            assignment=assignment,
            policy=policy,
            version=self.version,
            walls=self.walls,
            verdict=self.verdict,
            autograded=autograded,
        )


def _task(course: Course, result: Result) -> Task:
    folder = course.folder("submitted", result.assignment, result.student)
    if not folder.is_dir():
        raise _ImpossibleError(_("The submission is not there any more."))
    digest = digest_folder(folder, ignore=course.ignore)
    if digest != result.evidence.get("hashes", {}).get("submission"):
        raise _ImpossibleError(_("The submission is not the one that was graded."))
    seed = int(result.evidence.get("seeds", {}).get(SEED, 0))
    return Task(result.student, folder, digest, "", seed)


def _judge(before: Result, after: Result, points: dict[tuple[str, str], Any] | None) -> Recheck:
    notes = []
    if before.evidence.get("hashes", {}).get("environment") != environment_digest():
        notes.append(_("Other libraries are installed than when it was graded."))
    # Penalties follow the due date as it is now; here it is about what was earned.
    change = compare_results(replace(before, score=0.0), replace(after, score=0.0))
    if change is not None:
        reason = _("The marks come out otherwise.")
        return Recheck(after.student, "differs", change.cells, reason, tuple(notes))
    stands = {(mark.notebook, mark.key): mark.points for mark in before.marks}
    if points is None:
        notes.append(_("It is not in the gradebook."))
    else:
        cells = tuple(
            CellChange(*place, points[place], stands[place])
            for place in stands
            if place in points and points[place] != stands[place]
        )
        if cells:
            reason = _("The gradebook has other points than grading found.")
            return Recheck(after.student, "differs", cells, reason, tuple(notes))
    return Recheck(after.student, "agrees", notes=tuple(notes))


def _read_points(course: Course, assignment: str) -> dict[str, dict[tuple[str, str], Any]]:
    """Return student → (notebook, cell) → the points that the gradebook has from grading."""
    found: dict[str, dict[tuple[str, str], Any]] = {}
    (rows,) = read_rows(course, [_POINTS], {"name": assignment})
    for student, notebook, key, points in rows:
        found.setdefault(student, {})[notebook, key] = points
    return found
