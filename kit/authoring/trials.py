"""What verifying executes: a lesson's two versions, an assignment's known answers.

Runs are collected here and judged by rules. A lesson runs through `kit.running`, an answer to an
assignment through `kit.grading`, exactly as if a learner had handed it in.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from kit.authoring.folder import AssignmentFolder
from kit.authoring.learner import find_leaks, make_learner_version
from kit.authoring.subject import Lesson
from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.execution import Stop
from kit.grading.grade import GradedNotebook, Verdict, grade_notebook
from kit.grading.masters import make_master, source_files
from kit.grading.results import CellMark
from kit.kernels import preload_for
from kit.running import NotebookRun, NotebookTask, run_notebooks

# What an assignment keeps to itself; everything else in its folder is there when a submission runs.
PRIVATE_NAMES = ("wrong", "rubric.md", "assignment.yaml", "*.ipynb", ".*", "__pycache__")
PRIVATE = shutil.ignore_patterns(*PRIVATE_NAMES)


@dataclass(frozen=True)
class LessonTrial:
    """The runs of a lesson: its source, and its learner's version where one can be made."""

    source: NotebookRun
    learner: NotebookRun | None


@dataclass(frozen=True)
class AnswerTrial:
    """What one known answer to an assignment earned.

    Parameters
    ----------
    kind
        The reference solution, the released version as it is, or a known wrong answer.
    name
        The file of a wrong answer; empty for the other two.
    marks
        The mark of every graded cell.
    notebook
        The executed notebook.
    events, repairs
        What stopped a cell, and what grading put right before; one sentence each.
    outside
        The same with the tests in a process of their own, as they run when a class is graded. None where
        the answers and the tests can not be kept apart on this machine.
    """

    kind: Literal["reference", "release", "wrong"]
    name: str
    marks: tuple[CellMark, ...]
    notebook: NotebookNode
    events: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    outside: GradedNotebook | None = None


Tell = Callable[[str], None]


def try_lessons(
    lessons: Sequence[Lesson], *, jobs: int | None = None, tell: Tell = lambda _name: None
) -> list[LessonTrial]:
    """Execute each lesson's source and its learner's version.

    Parameters
    ----------
    lessons
        The lessons; a lesson of which no learner's version can be made is run as source only.
    jobs
        How many notebooks run at once.
    tell
        Called with a name whenever a notebook has finished.
    """

    def watch(tasks: Sequence[NotebookTask]) -> Callable[..., None]:
        return lambda step: tell(tasks[step.index].name) if step.state == "finished" else None

    sources = [
        NotebookTask(lesson.notebook, str(lesson.path), lesson.path.parent) for lesson in lessons
    ]
    source_runs = run_notebooks(sources, jobs=jobs, on_progress=watch(sources))
    sound = [lesson for lesson in lessons if not find_leaks(lesson.notebook)]
    learners = [
        NotebookTask(
            make_learner_version(lesson.notebook), f"{lesson.path} (learner)", lesson.path.parent
        )
        for lesson in sound
    ]
    # Not strict: a learner who has done nothing yet sees a friendly line, and that is what must work.
    learner_runs = run_notebooks(
        learners,
        jobs=jobs,
        strict=False,
        allow=frozenset({"NotImplementedError"}),
        on_progress=watch(learners),
    )
    by_path = {lesson.path: run for lesson, run in zip(sound, learner_runs, strict=True)}
    return [
        LessonTrial(run, by_path.get(lesson.path))
        for lesson, run in zip(lessons, source_runs, strict=True)
    ]


def try_assignments(
    folders: Sequence[AssignmentFolder],
    *,
    jobs: int | None = None,
    tell: Tell = lambda _name: None,
) -> list[tuple[AnswerTrial, ...]]:
    """Execute and mark the known answers of each assignment, several at once.

    Parameters
    ----------
    folders
        The assignments; one of which no released version can be made is tried with nothing.
    jobs
        How many notebooks run at once.
    tell
        Called with a name whenever an answer has been marked.
    """
    from kit.running import default_jobs

    stop = Stop()
    work: list[tuple[int, Callable[[], AnswerTrial]]] = []
    for index, folder in enumerate(folders):
        work += [(index, each) for each in _answer_trials(folder, stop, tell)]
    done: list[list[AnswerTrial]] = [[] for _folder in folders]
    pool = ThreadPoolExecutor(max_workers=jobs or default_jobs(), thread_name_prefix="verify")
    futures = [pool.submit(each) for _index, each in work]
    try:
        waiting = set(futures)
        while waiting:
            # A wait without end can not be interrupted everywhere.
            finished, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
    except BaseException:
        for future in futures:
            future.cancel()
        stop.ask()
        raise
    finally:
        pool.shutdown(wait=True)
    for (index, _each), future in zip(work, futures, strict=True):
        done[index].append(future.result())
    return [tuple(each) for each in done]


def _answer_trials(
    folder: AssignmentFolder, stop: Stop, tell: Tell
) -> list[Callable[[], AnswerTrial]]:
    assignment, release = folder.assignment, folder.release
    if assignment is None or release is None:
        return []
    master = make_master(folder.notebook, name=folder.slug)
    reference = reference_answers(folder.notebook)
    preload = preload_for([folder.notebook])
    files = {
        name: path
        for name, path in source_files(folder.folder, ignore=PRIVATE_NAMES).items()
        if not name.endswith(".ipynb")
    }

    def trial(
        kind: Literal["reference", "release", "wrong"], name: str, answers: Answers
    ) -> AnswerTrial:
        graded = grade(fill_answers(release, answers), "inside")
        outside = grade(fill_answers(release, answers), "outside")
        tell(f"{folder.slug}: {name or kind}")
        return AnswerTrial(
            kind,
            name,
            graded.marks,
            graded.notebook,
            graded.events,
            graded.repairs,
            outside if sys.platform == "linux" else None,
        )

    def grade(notebook: NotebookNode, verdict: Verdict) -> GradedNotebook:
        with tempfile.TemporaryDirectory(prefix="kit-verify-") as temporary:
            cwd = Path(temporary) / folder.slug
            shutil.copytree(folder.folder, cwd, ignore=PRIVATE)
            return grade_notebook(
                master,
                notebook,
                name=folder.slug,
                limits=assignment.limits,
                files=files,
                cwd=cwd,
                preload=preload,
                verdict=verdict,
                stop=stop,
            )

    trials: list[Callable[[], AnswerTrial]] = [
        lambda: trial("reference", "", reference),
        lambda: trial("release", "", Answers("")),
    ]
    for name, answers in folder.wrong.items():
        trials.append(
            lambda name=name, answers=answers: trial("wrong", name, answers.over(reference))  # type: ignore[misc]
        )
    return trials
