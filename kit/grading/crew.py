"""Who grades: a pool of threads on this machine, or the workers of a Dask cluster.

Both are a `concurrent.futures.Executor`, and take the same work. Threads only wait, because learners' code runs
in processes of its own, on a worker too: so a submission that kills its process never takes a worker with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.grading.fingerprint import environment_digest
from kit.grading.order import Order, grade_task
from kit.grading.plan import Task
from kit.grading.results import Result
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.execution import Stop

CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Crew:
    """Those who grade.

    Parameters
    ----------
    executor
        Takes the work.
    width
        How many submissions to hand out at once, so that everybody has something to do and nothing piles up.
    take
        Grades one submission of an order; what the executor is given to run.
    stop
        Ends what is under way.
    """

    executor: Executor
    width: int
    take: Callable[[Order, Task], Result]
    stop: Callable[[], None]

    def submit(self, order: Order, task: Task) -> Future[Result]:
        """Hand out one submission."""
        return self.executor.submit(self.take, order, task)


@contextmanager
def local_crew(jobs: int) -> Iterator[Crew]:
    """Grade on this machine, some submissions at once."""
    from kit.grading.execution import Stop

    stop = Stop()

    def take(order: Order, task: Task) -> Result:
        return grade_task(order, task, stop)

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            yield Crew(pool, 2 * max(1, jobs), take, stop.ask)
        except BaseException:
            stop.ask()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def cluster_crew(address: str, order: Order) -> Iterator[Crew]:
    """Grade on the workers of a Dask cluster.

    Parameters
    ----------
    address
        The address of its scheduler, ``tcp://host:8786``, or the path of a scheduler file.
    order
        What is to be graded: every worker is asked whether it can.

    Raises
    ------
    KitError
        If the cluster can not be reached, has no worker, or has one that can not do the work.
    """
    try:
        from distributed import Client
    except ImportError as err:
        raise KitError(
            _("Dask is not installed"), fix='pip install "bitacora-kit[cluster]"'
        ) from err
    place = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    try:
        client = Client(**place, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as err:
        raise KitError(
            _("no Dask scheduler answers ({reason})").format(reason=err),
            where=address,
            fix=_(
                "Start one with: dask scheduler. Then start workers: dask worker {address}"
            ).format(address=address),
        ) from err
    with client:
        _check_workers(client, address, order)
        # Dask would answer a second request for the same work with the result of the first.
        executor = client.get_executor(pure=False)
        threads = sum(client.nthreads().values())
        try:
            yield Crew(
                executor,
                2 * max(1, threads),
                take_on_worker,
                lambda: client.run(stop_on_worker, order.token),
            )
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            client.run(stop_on_worker, order.token)
            raise


def _check_workers(client: Any, address: str, order: Order) -> None:
    """Refuse a cluster that could not do the work, before hours of it."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as err:
        raise KitError(
            _("this Dask cluster has no worker"),
            where=address,
            fix=_("Start some: dask worker {address}").format(address=address),
        ) from err
    walls = order.walls.tier if order.walls is not None else None
    problems = client.run(find_problem, str(order.version.folder), order.environment, walls)
    bad = {worker: problem for worker, problem in problems.items() if problem}
    if bad:
        raise KitError(
            _("workers of this cluster can not grade: {problems}").format(
                problems="; ".join(f"{worker}: {problem}" for worker, problem in bad.items())
            ),
            where=address,
            fix=_("Put these workers right, or take them out of the cluster"),
        )


def find_problem(folder: str, environment: str, walls: str | None) -> str:
    """Return why this process can not grade; empty when it can. Runs on a worker."""
    if not Path(folder).is_dir():
        return _("there is no {folder}").format(folder=folder)
    if environment_digest() != environment:
        return _("other versions of libraries are installed")
    if walls is not None:
        from kit.sandbox import choose_tier

        try:
            choose_tier(walls)
        except KitError as err:
            return err.message()
    return ""


_stops: dict[str, Stop] = {}
_lock = threading.Lock()


def _stop_of(token: str) -> Stop:
    from kit.grading.execution import Stop

    with _lock:
        return _stops.setdefault(token, Stop())


def take_on_worker(order: Order, task: Task) -> Result:
    """Grade one submission. Runs on a worker."""
    return grade_task(order, task, _stop_of(order.token))


def stop_on_worker(token: str) -> None:
    """End what this worker does for a batch. Runs on a worker."""
    _stop_of(token).ask()
