"""One submission from what was handed in to its marks, without a course around it.

`grade_notebook` repairs, executes and marks one notebook. Folders, the gradebook, late work and many
submissions at once are left to `kit.grading.batch`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode

from kit.grading.execution import Execution, Stop
from kit.grading.folders import working_folder
from kit.grading.inside.journey import execute_inside
from kit.grading.masters import Master, make_master
from kit.grading.repair import repair_notebook
from kit.grading.results import CellMark
from kit.grading.rules import ReleaseRules
from kit.grading.terms import Limits
from kit.grading.verdict import earned, mark_cells
from kit.i18n import gettext as _
from kit.sandbox.tiers import Walls

Verdict = Literal["outside", "inside"]


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
    repairs, tampering, events
        What was put right, which of that were changed tests, and what stopped a cell; one sentence each.
    verdict
        Where the tests ran: outside of the process of the learner's code, or inside.
    why
        Why they ran inside although outside was asked for.
    inside
        grade_id → why, for single tests that ran inside. Their marks can be forged.
    believed, troubles, hits
        As for `kit.grading.outside.journey.OutsideExecution`.
    """

    notebook: NotebookNode
    marks: tuple[CellMark, ...]
    score: float
    max_score: float
    repairs: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    seconds: float = 0.0
    restarts: int = 0
    warm: bool = False
    walls: str = "none"
    verdict: Verdict = "outside"
    why: str = ""
    inside: Mapping[str, str] = field(default_factory=dict)
    believed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    troubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hits: tuple[str, ...] = ()

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
    files: Path | Mapping[str, Path] | None = None,
    cwd: Path | None = None,
    preload: Sequence[str] = (),
    warm: bool = True,
    walls: Walls | None = None,
    verdict: Verdict = "outside",
    seed: int | None = None,
    stop: Stop | None = None,
    plans: Path | None = None,
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
        The instructor's files: a folder, or relative path → file. Tests read copies of their own.
    cwd
        Where the notebook runs, for notebooks that share a folder. Otherwise in a copy of ``files``.
    preload, warm, walls, stop
        As for `kit.grading.inside.journey.execute_inside`.
    verdict
        Where tests run. Outside is not possible for every kernel; `GradedNotebook.verdict` says what was.
    seed
        The submission's own seed, for tests that ask for it.
    plans
        As for `kit.grading.outside.session.execute_outside`.

    Raises
    ------
    KitErrors
        If the source can not be released.
    KitError
        If its kernel does not start.
    """
    master = source if isinstance(source, Master) else make_master(source, name=name, rules=rules)
    repaired = repair_notebook(
        submission, master=master.full, release=master.release, earlier=master.earlier
    )
    known = _list_files(files)
    why = find_obstacle(master) if verdict == "outside" else ""
    execution: Execution
    with _folder(cwd, known) as folder:
        how: dict[str, Any] = {
            "cwd": folder,
            "limits": limits,
            "preload": preload,
            "walls": walls,
            "stop": stop,
            "seed": seed,
        }
        if verdict == "outside" and not why:
            # Imported here: an intern's `kit check` has no use for it.
            from kit.grading.outside.session import execute_outside

            execution = execute_outside(
                repaired.notebook, master=master, files=known, plans=plans, **how
            )
        else:
            execution = execute_inside(repaired.notebook, warm=warm, **how)
    marks = mark_cells(
        master.source, master.release, execution.notebook, name=master.name, rules=master.rules
    )
    return GradedNotebook(
        notebook=execution.notebook,
        marks=marks,
        score=earned(marks),
        max_score=sum(mark.max_points for mark in marks),
        repairs=repaired.repairs,
        tampering=repaired.tampering,
        events=execution.events,
        seconds=execution.seconds,
        restarts=execution.restarts,
        warm=execution.warm,
        walls=execution.walls,
        verdict="inside" if why else verdict,
        why=why,
        inside=getattr(execution, "inside", {}),
        believed=getattr(execution, "believed", {}),
        troubles=getattr(execution, "troubles", {}),
        hits=getattr(execution, "hits", ()),
    )


def find_obstacle(master: Master) -> str:
    """Return why the tests of a notebook can not run outside on this machine; empty when they can."""
    if sys.platform != "linux":
        return _("tests outside of the process of the answers need Linux")
    kernel = master.full.metadata.get("kernelspec", {})
    name, language = str(kernel.get("name", "python3")), str(kernel.get("language", "python"))
    if name in ("python3", "python") and language == "python":
        return ""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec(name).argv[0]
    except (NoSuchKernel, IndexError):
        command = ""
    # Not resolved: an environment's interpreter may be a link to that of another one.
    if command == sys.executable:
        return ""
    return _("the kernel {name!r} is not the Python that grades").format(name=name)


def _list_files(files: Path | Mapping[str, Path] | None) -> Mapping[str, Path]:
    if not isinstance(files, Path):
        return files or {}
    return {
        path.relative_to(files).as_posix(): path
        for path in sorted(files.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }


@contextmanager
def _folder(cwd: Path | None, files: Mapping[str, Path]) -> Iterator[Path]:
    if cwd is not None:
        yield cwd
        return
    with working_folder(files) as folder:
        yield folder
