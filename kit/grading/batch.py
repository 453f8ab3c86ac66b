"""Grading a class: doing what a plan says, keeping every result as it comes, and writing the gradebook once.

So the same command goes on after it was stopped or killed at any moment, and later grades only what changed.
What has to be done is found in `kit.grading.plan`; who does it is chosen in `kit.grading.crew`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.grading.folders import reserved_folder
from kit.grading.plan import (
    Plan,
    Task,
    plan_batch,
    read_written,
    result_path,
    with_policy,
    written_path,
)
from kit.grading.results import Result, read_result
from kit.grading.timestamps import read_timestamp
from kit.grading.versions import keep_version
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.crew import Crew
    from kit.grading.order import Order

__all__ = ["Plan", "plan_batch", "run_batch"]


def run_batch(
    plan: Plan,
    *,
    jobs: int = 1,
    warm: bool = True,
    cluster: str | None = None,
    on_result: Callable[[Result], None] = lambda _result: None,
) -> dict[str, str]:
    """Grade what a plan says, keep every result as it comes, and write the gradebook at the end.

    Parameters
    ----------
    plan
        From `plan_batch`.
    jobs
        How many submissions at once.
    warm
        Use warm kernels where there are any, and the plan has no walls.
    cluster
        The address of a Dask cluster that does the work instead of this machine.
    on_result
        Called with each new result, in this thread.

    Returns
    -------
    dict
        Student → outcome, for those who could not be graded, new and kept.

    Raises
    ------
    KitError
        If the source can not be graded with, the gradebook can not be written, or another command is at
        work in this course. Results stay.
    KeyboardInterrupt
        When stopped. Results stay, every kernel has ended, and the same plan goes on.
    """
    if not plan.todo and not plan.pending and not plan.changed:
        return dict(plan.failed)
    with reserved_folder(plan.course.state()):
        return _run(plan, jobs, warm, cluster, on_result)


def _run(
    plan: Plan, jobs: int, warm: bool, cluster: str | None, on_result: Callable[[Result], None]
) -> dict[str, str]:
    from kit.grading.order import Order, prepare_desk
    from kit.grading.registration import register_assignment

    for student in sorted(plan.changed):
        _bring_up_to_date(plan, student)
    version = keep_version(plan.course, plan.assignment, plan.source_digest, private=plan.private)
    order = Order.of(plan, version, warm=warm)
    # Before hours of grading, not after: the gradebook may not be writable, or a kernel be missing.
    due = plan.policy.deadline.due or plan.policy.dates.due
    register_assignment(plan.course, plan.assignment, order.masters(), due=due)
    failed = dict(plan.failed)
    graded: list[str] = []
    if plan.todo:
        prepare_desk(order)
        for result in grade_tasks(order, plan.todo, choose_crew(order, jobs, cluster)):
            _keep(plan, result)
            on_result(result)
            graded.append(result.student)
            if result.status == "failed":
                failed[result.student] = result.outcome
    _write_gradebook(plan, sorted({*graded, *plan.pending}))
    return dict(sorted(failed.items()))


def choose_crew(order: Order, jobs: int, cluster: str | None) -> AbstractContextManager[Crew]:
    """Return those who do the work of an order."""
    from kit.grading.crew import cluster_crew, local_crew

    return local_crew(jobs) if cluster is None else cluster_crew(cluster, order)


def grade_tasks(
    order: Order, tasks: Sequence[Task], crew: AbstractContextManager[Crew]
) -> Iterator[Result]:
    """Yield the result of each task as it comes. Only a few are handed out at once, however many there are.

    Raises
    ------
    KeyboardInterrupt
        When stopped; everything that was under way has ended.
    KitError
        If a worker can not do the work, or workers die again and again.
    """
    from kit.grading.execution import StoppedError

    remaining = iter(tasks)
    try:
        with crew as one:
            waiting: set[Future[Result]] = set()
            while True:
                for task in remaining:
                    waiting.add(one.submit(order, task))
                    if len(waiting) >= one.width:
                        break
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield _outcome(future)
    except StoppedError:
        raise KeyboardInterrupt from None


def _outcome(future: Future[Result]) -> Result:
    try:
        return future.result()
    except Exception as err:
        # Dask hands a task on when its worker dies, and gives up after the third.
        if type(err).__name__ != "KilledWorker":
            raise
        raise KitError(
            _("workers of the cluster die again and again ({reason})").format(reason=err),
            fix=_("Look at the logs of the workers; then give the same command again"),
        ) from err


def _keep(plan: Plan, result: Result) -> None:
    from kit.notebooks.files import write_atomically

    write_atomically(result.to_json(), result_path(plan.course, plan.assignment, result.student))


def _bring_up_to_date(plan: Plan, student: str) -> None:
    old = read_result(result_path(plan.course, plan.assignment, student))
    folder = plan.course.folder("submitted", plan.assignment, student)
    _keep(plan, with_policy(old, plan.policy, read_timestamp(folder)))


def _write_gradebook(plan: Plan, students: Sequence[str]) -> None:
    """Write results into the gradebook, read from their files a few at a time."""
    from kit.grading.writer import Entry, write_results
    from kit.notebooks.files import write_atomically

    governed = plan.policy.deadline.due is not None or bool(plan.policy.deadline.extensions)
    keys: dict[str, str] = {}

    def entries() -> Iterator[Entry]:
        for student in students:
            result = read_result(result_path(plan.course, plan.assignment, student))
            keys[student] = result.key
            yield Entry(
                result=result,
                late=plan.policy.late,
                extension=plan.policy.extension(student),
                sets_extension=governed,
            )

    write_results(plan.course, plan.assignment, entries())
    # Only now: a run that is killed before this line writes the same rows again.
    written = read_written(plan.course, plan.assignment) | keys
    text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(text, written_path(plan.course, plan.assignment))
