"""What has to be done to grade an assignment: which submissions, and which results still hold.

A result holds as long as everything that it depends on is the same: submission, source, environment, limits,
walls, verdict and seed. Nothing is changed here, and nothing of nbgrader, nbformat or a kernel is imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.fingerprint import digest_folder, environment_digest, hash_parts
from kit.grading.gradebook import gradebook_file
from kit.grading.policy import Policy, load_policy
from kit.grading.results import Result, read_result
from kit.grading.seeds import make_seed, read_secret
from kit.grading.sentences import describe_outcome
from kit.grading.timestamps import read_timestamp
from kit.grading.versions import require_private, source_digest
from kit.i18n import gettext as _
from kit.sandbox.tiers import Walls

#: Raised when the same submission would get other marks, repairs or sentences than before.
GRADING_VERSION = 2

Verdict = Literal["outside", "inside"]


@dataclass(frozen=True)
class Task:
    """One submission that has to be graded."""

    student: str
    folder: Path
    digest: str
    execution_key: str
    seed: int


@dataclass(frozen=True)
class Plan:
    """What grading an assignment comes to.

    Parameters
    ----------
    todo
        Submissions that are new, or changed, or whose tests or environment changed.
    kept
        Students whose result still holds.
    changed
        Those of ``kept`` whose penalty is to be brought up to date: a due date or a late policy changed.
    pending
        Those of ``kept`` whose result is not in the gradebook yet.
    failed
        Those of ``kept`` who could not be graded, and why.
    walls
        What is to stand around the code of learners; nothing when left out.
    verdict
        Where tests run: outside of the learner's process, or inside.
    private
        The folder of private tests.
    """

    course: Course
    assignment: str
    policy: Policy
    source_digest: str
    todo: tuple[Task, ...]
    kept: tuple[str, ...]
    changed: frozenset[str]
    pending: frozenset[str]
    failed: Mapping[str, str] = field(default_factory=dict)
    walls: Walls | None = None
    verdict: Verdict = "outside"
    private: Path | None = None


def plan_batch(
    course: Course,
    assignment: str,
    *,
    students: Iterable[str] = (),
    force: bool = False,
    walls: Walls | None = None,
    verdict: Verdict = "outside",
    private: Path | None = None,
    without_private: bool = False,
) -> Plan:
    """Find out what has to be graded.

    Parameters
    ----------
    course, assignment
        Where, and what.
    students
        Only these; everyone who handed in when empty.
    force
        Grade also what did not change.
    walls
        From `kit.sandbox.choose_tier`; an ordinary process when left out. What was graded behind other walls
        is graded again.
    verdict
        Where tests run.
    private
        A folder of private tests, see `kit.grading.private`.
    without_private
        Grade without private tests although there were some the last time.

    Raises
    ------
    KitError
        If there is no such assignment, one of the students did not hand it in, or private tests are missing.
    """
    course.check_assignment(assignment)
    folders = course.submissions(assignment)
    wanted = tuple(dict.fromkeys(students))
    unknown = [student for student in wanted if student not in folders]
    if unknown:
        raise KitError(
            _("{students} did not hand in {assignment}").format(
                students=", ".join(unknown), assignment=assignment
            ),
            where=course.root,
            fix=_("Those who did are: {known}").format(known=_some(folders)),
        )
    if private is not None:
        from kit.grading.private import private_files

        private = Path(private).absolute()
        private_files(private, assignment)
    elif not without_private:
        require_private(course, assignment, private)
    policy = load_policy(course, assignment)
    source = source_digest(course, assignment, private)
    secret = read_secret(course)
    common = (
        source,
        environment_digest(),
        policy.limits,
        GRADING_VERSION,
        verdict,
        walls and walls.tier,
    )
    written = read_written(course, assignment)
    todo, kept, failed = [], [], {}
    changed, pending = set(), set()
    for student in wanted or folders:
        digest = digest_folder(folders[student], ignore=course.ignore)
        seed = make_seed(secret, assignment, student)
        key = hash_parts(digest, seed, *common)
        old = None if force else _kept_result(course, assignment, student, key)
        if old is None:
            todo.append(Task(student, folders[student], digest, key, seed))
            continue
        result = with_policy(old, policy, read_timestamp(folders[student]))
        kept.append(student)
        if result.status == "failed":
            failed[student] = result.outcome
        if result != old:
            changed.add(student)
        if written.get(student) != result.key:
            pending.add(student)
    return Plan(
        course=course,
        assignment=assignment,
        policy=policy,
        source_digest=source,
        todo=tuple(todo),
        kept=tuple(kept),
        changed=frozenset(changed),
        pending=frozenset(pending),
        failed=failed,
        walls=walls,
        verdict=verdict,
        private=private,
    )


def with_policy(result: Result, policy: Policy, submitted_at: datetime | None) -> Result:
    """Return a result with lateness and penalty as they are now; the marks stay."""
    late = policy.late_seconds(result.student, submitted_at)
    earned = sum(mark.points for mark in result.marks if mark.points is not None)
    penalty = policy.late.penalty(earned, late)
    due = policy.due_for(result.student)
    hashes = result.evidence.get("hashes", {})
    new = replace(
        result,
        score=round(earned - penalty, 6),
        submitted_at=submitted_at.isoformat() if submitted_at else None,
        late_seconds=late,
        penalty=penalty,
        evidence={
            **result.evidence,
            "late": {
                "due": due.isoformat() if due else None,
                "share": policy.late.penalty(1.0, late),
            },
        },
    )
    new = replace(new, outcome=describe_outcome(new))
    execution = hashes.get("execution")
    # Without a key, a fault of this machine is tried again the next time.
    key = hash_parts(execution, new.submitted_at, due, policy.late) if execution else ""
    return replace(new, key=key)


def result_path(course: Course, assignment: str, student: str) -> Path:
    """Return the file of one result."""
    return course.results_folder(assignment) / f"{student}.json"


def _kept_result(course: Course, assignment: str, student: str, key: str) -> Result | None:
    """Return the result of an earlier run if it still holds."""
    try:
        result = read_result(result_path(course, assignment, student))
    except KitError:
        return None
    if result.evidence.get("hashes", {}).get("execution") != key:
        return None
    folder = course.folder("autograded", assignment, student)
    notebooks = result.evidence.get("executed", {})
    there = all((folder / f"{name}.ipynb").is_file() for name in notebooks)
    return result if there else None


def written_path(course: Course, assignment: str) -> Path:
    """Return the file that says which results are in the gradebook."""
    return course.state("gradebook", f"{assignment}.json")


def read_written(course: Course, assignment: str) -> dict[str, str]:
    """Return student → key of the result that is in the gradebook."""
    file = gradebook_file(course)
    if file is not None and not file.is_file():
        return {}
    try:
        data = json.loads(written_path(course, assignment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    text = ", ".join(listed[:10]) or _("nobody")
    return (
        text
        if len(listed) <= 10
        else _("{text} and {n} more").format(text=text, n=len(listed) - 10)
    )
