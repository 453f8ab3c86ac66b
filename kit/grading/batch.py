"""Grading a class: what has to be done, doing it, keeping it, and writing the gradebook once.

Each result is kept as it comes, under a key made of everything that it depends on. So the same command goes
on after it was stopped, and later grades only what changed. Nothing of nbgrader is imported until there is
something to write. One submission is graded in `kit.grading.grade`.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit import __version__
from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.fingerprint import digest_folder
from kit.grading.folders import reserved_folder
from kit.grading.gradebook import gradebook_file
from kit.grading.policy import Policy, load_policy
from kit.grading.registration import register_assignment
from kit.grading.results import Result, read_result
from kit.grading.timestamps import read_timestamp
from kit.grading.writer import Entry, write_results
from kit.i18n import gettext as _
from kit.sandbox.tiers import Walls

if TYPE_CHECKING:
    from kit.grading.masters import Master

#: Raised when the same submission would get other marks, repairs or sentences than before.
GRADING_VERSION = 1


@dataclass(frozen=True)
class Task:
    """One submission that has to be graded."""

    student: str
    folder: Path
    digest: str
    execution_key: str


@dataclass(frozen=True)
class Plan:
    """What grading an assignment comes to.

    Parameters
    ----------
    todo
        Submissions that are new, or changed, or whose tests or environment changed.
    kept
        Results that still hold, brought up to date where only a due date or a late policy changed.
    changed
        Students of ``kept`` whose result was brought up to date.
    pending
        Students of ``kept`` whose result is not in the gradebook yet.
    walls
        What is to stand around the code of learners; nothing when left out.
    """

    course: Course
    assignment: str
    policy: Policy
    source_digest: str
    todo: tuple[Task, ...]
    kept: tuple[Result, ...]
    changed: frozenset[str]
    pending: frozenset[str]
    walls: Walls | None = None


def plan_batch(
    course: Course,
    assignment: str,
    *,
    students: Iterable[str] = (),
    force: bool = False,
    walls: Walls | None = None,
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
        From `kit.sandbox.choose_tier`; an ordinary kernel when left out. What was graded behind other walls
        is graded again.

    Raises
    ------
    KitError
        If there is no such assignment, or one of the students did not hand it in.
    """
    course.check_assignment(assignment)
    folders = course.submissions(assignment)
    wanted = tuple(students)
    unknown = [student for student in wanted if student not in folders]
    if unknown:
        raise KitError(
            _("{students} did not hand in {assignment}").format(
                students=", ".join(unknown), assignment=assignment
            ),
            where=course.root,
            fix=_("Those who did are: {known}").format(known=_some(folders)),
        )
    policy = load_policy(course, assignment)
    source = _source_digest(course, assignment)
    written = _read_written(course, assignment)
    todo, kept, changed, pending = [], [], set(), set()
    for student in wanted or folders:
        digest = digest_folder(folders[student], ignore=course.ignore)
        # Without walls the key is what it was before there were any.
        tier = (walls.tier,) if walls is not None else ()
        key = _hash(digest, source, environment_digest(), policy.limits, GRADING_VERSION, *tier)
        old = None if force else _kept_result(course, assignment, student, key)
        if old is None:
            todo.append(Task(student, folders[student], digest, key))
            continue
        result = _with_policy(old, policy, read_timestamp(folders[student]))
        kept.append(result)
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
        walls=walls,
    )


def run_batch(
    plan: Plan,
    *,
    jobs: int = 1,
    warm: bool = True,
    on_result: Callable[[Result], None] = lambda _result: None,
) -> tuple[Result, ...]:
    """Grade what a plan says, keep every result as it comes, and write the gradebook at the end.

    Parameters
    ----------
    plan
        From `plan_batch`.
    jobs
        How many submissions at once.
    warm
        Use warm kernels where there are any, and the plan has no walls.
    on_result
        Called with each new result, in this thread.

    Returns
    -------
    tuple of Result
        New and kept results, sorted by student.

    Raises
    ------
    KitError
        If the source can not be graded with, the gradebook can not be written, or another command is at
        work in this course. Results stay.
    KeyboardInterrupt
        When stopped. Results stay, every kernel has ended, and the same plan goes on.
    """
    if not plan.todo and not plan.pending and not plan.changed:
        return plan.kept
    with reserved_folder(plan.course.state()):
        return _run(plan, jobs, warm, on_result)


def _run(
    plan: Plan, jobs: int, warm: bool, on_result: Callable[[Result], None]
) -> tuple[Result, ...]:
    for result in plan.kept:
        if result.student in plan.changed:
            _keep(plan, result)
    masters = _read_masters(plan)
    # Before hours of grading, not after: the gradebook may hold other cells, or be in use.
    register_assignment(
        plan.course, plan.assignment, masters, due=plan.policy.deadline.due or plan.policy.dates.due
    )
    new = _grade_all(plan, masters, jobs, warm, on_result) if plan.todo else []
    results = tuple(sorted([*plan.kept, *new], key=lambda result: result.student))
    fresh = {result.student for result in new} | plan.pending
    _write_gradebook(plan, [result for result in results if result.student in fresh])
    return results


def _read_masters(plan: Plan) -> tuple[Master, ...]:
    from kit.grading.masters import read_masters, source_files

    folder = plan.course.folder("source", plan.assignment)
    return read_masters(plan.course, source_files(folder, ignore=plan.course.ignore))


def _grade_all(
    plan: Plan,
    masters: Sequence[Master],
    jobs: int,
    warm: bool,
    on_result: Callable[[Result], None],
) -> list[Result]:
    from kit.grading.execution import Stop, StoppedError
    from kit.grading.marking import Desk, grade_submission

    desk = Desk.prepare(
        plan.course, plan.assignment, masters, plan.policy, warm=warm, walls=plan.walls
    )
    stop = Stop()
    results: list[Result] = []

    def work(task: Task) -> Result:
        result = grade_submission(desk, task.student, task.folder, stop=stop)
        hashes = {
            "submission": task.digest,
            "source": plan.source_digest,
            "environment": environment_digest(),
            "execution": task.execution_key if "machine" not in result.evidence else "",
        }
        result = replace(result, evidence={**result.evidence, "hashes": hashes})
        return _with_policy(result, plan.policy, read_timestamp(task.folder))

    # Threads only wait here: learners' code runs in processes of its own.
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting: set[Future[Result]] = {pool.submit(work, task) for task in plan.todo}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    _keep(plan, result)
                    on_result(result)
                    results.append(result)
        except BaseException as err:
            stop.ask()
            pool.shutdown(wait=True, cancel_futures=True)
            if isinstance(err, StoppedError):
                raise KeyboardInterrupt from None
            raise
    return results


def _keep(plan: Plan, result: Result) -> None:
    from kit.notebooks.files import write_atomically

    path = plan.course.results_folder(plan.assignment) / f"{result.student}.json"
    write_atomically(result.to_json(), path)


def _write_gradebook(plan: Plan, results: Sequence[Result]) -> None:
    from kit.notebooks.files import write_atomically

    governed = plan.policy.deadline.due is not None or bool(plan.policy.deadline.extensions)
    entries = [
        Entry(
            result=result,
            late=plan.policy.late,
            extension=plan.policy.extension(result.student),
            sets_extension=governed,
        )
        for result in results
    ]
    write_results(plan.course, plan.assignment, entries)
    written = _read_written(plan.course, plan.assignment)
    written |= {result.student: result.key for result in results}
    text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(text, _written_path(plan.course, plan.assignment))


def _with_policy(result: Result, policy: Policy, submitted_at: datetime | None) -> Result:
    """Return a result with lateness and penalty as they are now; the marks stay."""
    from kit.grading.sentences import describe_outcome

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
    key = _hash(execution, new.submitted_at, due, policy.late) if execution else ""
    return replace(new, key=key)


def _kept_result(course: Course, assignment: str, student: str, key: str) -> Result | None:
    """Return the result of an earlier run if it still holds."""
    try:
        result = read_result(course.results_folder(assignment) / f"{student}.json")
    except KitError:
        return None
    if result.evidence.get("hashes", {}).get("execution") != key:
        return None
    folder = course.folder("autograded", assignment, student)
    notebooks = result.evidence.get("executed", {})
    there = all((folder / f"{name}.ipynb").is_file() for name in notebooks)
    return result if there else None


def _source_digest(course: Course, assignment: str) -> str:
    parts: list[Any] = [digest_folder(course.folder("source", assignment), ignore=course.ignore)]
    for name in (course.header, course.footer):
        path = course.root / name
        parts.append(path.read_bytes() if name and path.is_file() else b"")
    return _hash(*parts, course.rules, sorted(course.keep_files.get(assignment, ())))


@cache
def environment_digest() -> str:
    """Return a hash of the interpreter and of the libraries that are installed, with their versions."""
    # Not sys.path: importing some libraries, setuptools among them, adds places to it.
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    found = {path.name for folder in folders for path in Path(folder).glob("*.dist-info")}
    return _hash(sys.version, platform.machine(), __version__, sorted(found))


def _hash(*parts: Any) -> str:
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def _written_path(course: Course, assignment: str) -> Path:
    return course.state("gradebook", f"{assignment}.json")


def _read_written(course: Course, assignment: str) -> dict[str, str]:
    """Return student → key of the result that is in the gradebook."""
    file = gradebook_file(course)
    if file is not None and not file.is_file():
        return {}
    try:
        data = json.loads(_written_path(course, assignment).read_text(encoding="utf-8"))
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
