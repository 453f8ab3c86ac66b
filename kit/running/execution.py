"""Execute notebooks through papermill, one or several at once, and hand back their ledgers."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode

from kit.running.bookkeeping import make_ledger, name_injected
from kit.running.ledger import NotebookRun
from kit.running.parameters import check_parameters, with_defaults
from kit.running.session import Session
from kit.running.sources import hash_sources

DEFAULT_TIMEOUT = 600.0


@dataclass(frozen=True)
class NotebookTask:
    """A notebook to execute: under which name, in which folder (None: the current one), with what."""

    notebook: NotebookNode
    name: str
    cwd: Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far one of several notebooks is; ``run`` is there once it has finished."""

    index: int
    state: Literal["started", "cell", "finished"]
    cell: int = 0
    cells: int = 0
    run: NotebookRun | None = None


# What a learner's notebook raises where an exercise is not done yet.
UNFINISHED = frozenset({"NotImplementedError"})


def _is_learners(notebook: NotebookNode) -> bool:
    lesson = notebook.metadata.get("lesson")
    return isinstance(lesson, dict) and lesson.get("version") == "learner"


def run_notebook(
    notebook: NotebookNode,
    *,
    name: str,
    cwd: Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    strict: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    allow: frozenset[str] = frozenset(),
    warm: bool = True,
) -> NotebookRun:
    """Execute a copy of a notebook and return it with its ledger.

    Whatever the notebook does ends up in the ledger, never in an exception. A learner's copy of a lesson
    is never held to the strict rules, and an exercise that is not done yet does not make it red.

    Parameters
    ----------
    notebook
        The notebook; it is not changed.
    name
        What to call it in messages.
    cwd
        The kernel's working folder; by default the current one.
    parameters
        Values for its parameters, as in papermill.
    strict
        Set ``KIT_CHECKS=strict``, and take undeclared warnings, stderr and ``raises-exception`` tags
        for problems.
    timeout
        Seconds that the whole notebook may take.
    allow
        Names of exceptions that are tolerated anywhere; ``"*"`` stands for all but SystemExit.
    warm
        Use a warm kernel where there is one.

    Raises
    ------
    KitErrors
        If a parameter is unknown or of a wrong type.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("1 / 0", id="divide")
    >>> run = run_notebook(new_notebook(cells=[cell]), name="demo", warm=False)
    >>> run.ledger.problems
    ('divide (cell 1): it raised ZeroDivisionError: division by zero',)
    """
    task = NotebookTask(notebook, name, cwd, dict(parameters or {}))
    return run_notebooks([task], jobs=1, strict=strict, timeout=timeout, allow=allow, warm=warm)[0]


def run_notebooks(
    tasks: Iterable[NotebookTask],
    *,
    jobs: int | None = None,
    strict: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    allow: frozenset[str] = frozenset(),
    warm: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
) -> tuple[NotebookRun, ...]:
    """Execute several notebooks, some of them at once, and return their runs in the order given.

    When this is interrupted (Ctrl-C), every kernel is ended before the interruption goes on.

    Parameters
    ----------
    tasks
        What to execute; `run_notebook` explains the options that they share.
    jobs
        How many at once; by default `default_jobs`.
    on_progress
        Called, from several threads, when a notebook starts, moves to a cell, or finishes.

    Raises
    ------
    KitErrors
        If a parameter of any notebook is unknown or of a wrong type; then nothing was executed.
    """
    ordered = list(tasks)
    for task in ordered:
        check_parameters(task.notebook, task.parameters, name=task.name)
    tell = on_progress or (lambda _progress: None)
    preload = _libraries_to_preload(ordered) if warm else ()
    sessions = [
        Session(
            cwd=(task.cwd or Path.cwd()).absolute(),
            timeout=timeout,
            strict=strict and not _is_learners(task.notebook),
            allow=allow | UNFINISHED if _is_learners(task.notebook) else allow,
            warm=warm,
            preload=preload,
            watch=_watcher(tell, index),
        )
        for index, task in enumerate(ordered)
    ]

    def work(index: int) -> NotebookRun:
        run = _execute(ordered[index], sessions[index])
        if not sessions[index].stopped:
            tell(Progress(index, "finished", run=run))
        return run

    # One thread a notebook: the work is done in the kernels, and a thread's Ctrl-C never arrives in
    # the middle of nbclient, but here, where all kernels are known.
    pool = ThreadPoolExecutor(max_workers=jobs or default_jobs(), thread_name_prefix="run")
    futures = [pool.submit(work, index) for index in range(len(ordered))]
    try:
        waiting = set(futures)
        while waiting:
            # A wait without end can't be interrupted on Windows.
            done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
    except BaseException:
        for future in futures:
            future.cancel()
        for session in sessions:
            session.stop()
        raise
    finally:
        pool.shutdown(wait=True)
    return tuple(future.result() for future in futures)


def default_jobs() -> int:
    """Return how many notebooks to execute at once: the cores this process may use, at most four.

    Each kernel holds its libraries in memory, some 300 MB with the usual ones; with ``-j`` whoever has
    the memory can ask for more.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(4, cores))


def _watcher(tell: Callable[[Progress], None], index: int) -> Callable[[int, int], None]:
    return lambda cell, cells: tell(Progress(index, "cell" if cell else "started", cell, cells))


def _libraries_to_preload(tasks: Sequence[NotebookTask]) -> tuple[str, ...]:
    # One list for all, so that one server does for all.
    from kit.kernels import preload_for

    return preload_for([task.notebook for task in tasks])


def _execute(task: NotebookTask, session: Session) -> NotebookRun:
    from papermill import PapermillExecutionError, execute_notebook

    from kit.running.client import register_engine

    prepared = with_defaults(task.notebook)
    kernel_name = str(prepared.metadata.kernelspec.name)
    started, began = datetime.now(UTC), time.monotonic()
    # papermill raises for expected exceptions too; the ledger knows better.
    with contextlib.suppress(PapermillExecutionError):
        execute_notebook(
            prepared,
            None,
            parameters=dict(task.parameters) or None,
            engine_name=register_engine(),
            request_save_on_cell_execute=False,
            progress_bar=False,
            kernel_name=kernel_name,
            language=str(prepared.metadata.kernelspec.language),
            # papermill would change the folder of this whole process; the session gives it to the kernel.
            cwd=None,
            session=session,
        )
    assert session.notebook is not None
    executed = name_injected(session.notebook)
    ledger = make_ledger(
        executed,
        session,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - began, 3),
        kernel=kernel_name,
        parameters=dict(task.parameters),
        source_sha256=hash_sources(task.notebook),
    )
    return NotebookRun(name=task.name, notebook=executed, ledger=ledger)
