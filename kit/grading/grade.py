"""One submission from what was handed in to its marks, without a course around it.

`grade_notebook` repairs, executes and marks one notebook. Folders, the gradebook, late work and many
submissions at once are left to `kit.grading.batch`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from kit.grading.execution import Stop, execute_submission
from kit.grading.folders import working_folder
from kit.grading.masters import Master, make_master
from kit.grading.repair import repair_notebook
from kit.grading.results import CellMark
from kit.grading.rules import ReleaseRules
from kit.grading.terms import Limits
from kit.grading.verdict import earned, mark_cells
from kit.sandbox.tiers import Walls


@dataclass(frozen=True)
class GradedNotebook:
    """What became of one notebook.

    Parameters
    ----------
    notebook
        Repaired and executed.
    marks
        One for each graded cell of the source.
    score, max_score
        The points of the tests, and the points of all graded cells.
    repairs, events
        What was put right, and what stopped a cell; one sentence each.
    """

    notebook: NotebookNode
    marks: tuple[CellMark, ...]
    score: float
    max_score: float
    repairs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    seconds: float = 0.0
    restarts: int = 0
    warm: bool = False
    walls: str = "none"

    def mark(self, key: str) -> CellMark:
        """Return the mark of a cell."""
        return next(mark for mark in self.marks if mark.key == key)


def grade_notebook(
    source: NotebookNode | Master,
    submission: NotebookNode,
    *,
    name: str = "",
    limits: Limits | None = None,
    rules: ReleaseRules | None = None,
    files: Path | None = None,
    cwd: Path | None = None,
    preload: Sequence[str] = (),
    warm: bool = True,
    walls: Walls | None = None,
    stop: Stop | None = None,
) -> GradedNotebook:
    """Repair, execute and mark one notebook.

    Parameters
    ----------
    source
        The source notebook, or its `Master` where many submissions are graded against one.
    submission
        What was handed in; it is not changed.
    name
        The name of the notebook, for its marks.
    limits
        Time and memory; the defaults of `Limits` when left out.
    rules
        The course's delimiters.
    files
        A folder whose files the notebook may read. It runs in a copy.
    cwd
        Run here instead, for notebooks that share a folder.
    preload, warm, walls, stop
        As for `kit.grading.execution.execute_submission`.

    Raises
    ------
    KitErrors
        If the source can not be released.
    KitError
        If its kernel does not start.
    """
    master = source if isinstance(source, Master) else make_master(source, name=name, rules=rules)
    repaired = repair_notebook(submission, master=master.full, release=master.release)
    with _folder(cwd, files) as folder:
        execution = execute_submission(
            repaired.notebook,
            cwd=folder,
            limits=limits,
            preload=preload,
            warm=warm,
            walls=walls,
            stop=stop,
        )
    marks = mark_cells(
        master.source, master.release, execution.notebook, name=master.name, rules=master.rules
    )
    return GradedNotebook(
        notebook=execution.notebook,
        marks=marks,
        score=earned(marks),
        max_score=sum(mark.max_points for mark in marks),
        repairs=repaired.repairs,
        events=execution.events,
        seconds=execution.seconds,
        restarts=execution.restarts,
        warm=execution.warm,
        walls=execution.walls,
    )


@contextmanager
def _folder(cwd: Path | None, files: Path | None) -> Iterator[Path]:
    if cwd is not None:
        yield cwd
        return
    present: Mapping[str, Path] = {}
    if files is not None:
        present = {
            path.relative_to(files).as_posix(): path
            for path in sorted(files.rglob("*"))
            if path.is_file() and path.suffix != ".ipynb"
        }
    with working_folder(present) as folder:
        yield folder
