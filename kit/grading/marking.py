"""One learner's folder from reading to result; whatever is in it, there is a result in the end.

Repairing, executing and marking a notebook is left to `kit.grading.grade`; who is graded, and when, to
`kit.grading.batch`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kit import __version__
from kit.errors import KitError
from kit.grading.cells import compute_checksum, known_cells
from kit.grading.course import Course
from kit.grading.execution import Stop, StoppedError
from kit.grading.folders import Replacement, copy_files, set_modes, working_folder
from kit.grading.grade import GradedNotebook, Verdict, grade_notebook
from kit.grading.masters import Master, source_files
from kit.grading.matching import match_names
from kit.grading.policy import Policy
from kit.grading.results import CellMark, Result
from kit.grading.submission import Submission, read_submission
from kit.grading.terminal import clean_text, shorten
from kit.grading.terms import Limits
from kit.grading.timestamps import TIMESTAMP
from kit.grading.verdict import mark_cells
from kit.i18n import gettext as _
from kit.sandbox.tiers import Walls

# As nbgrader shortens what is shown, so that its formgrader opens the page.
MAX_LINES = 1000
MAX_TRACEBACK = 100
MAX_SENTENCE = 500
MAX_SENTENCES = 40


@dataclass(frozen=True)
class Desk:
    """What is the same for every submission of a batch."""

    course: Course
    assignment: str
    masters: Sequence[Master]
    limits: Limits
    files: Mapping[str, Path] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    warm: bool = True
    walls: Walls | None = None
    verdict: Verdict = "outside"
    plans: Path | None = None

    @classmethod
    def prepare(
        cls,
        course: Course,
        assignment: str,
        masters: Sequence[Master],
        policy: Policy,
        *,
        warm: bool = True,
        walls: Walls | None = None,
        verdict: Verdict = "outside",
    ) -> Desk:
        """Gather what grading an assignment needs, one preload list for all processes included.

        Raises
        ------
        KitError
            If a kernel that a source notebook asks for is not installed here.
        """
        found = source_files(course.folder("source", assignment), ignore=course.ignore)
        keep = course.keep_files.get(assignment, ())
        files = {
            name: path
            for name, path in found.items()
            if not name.endswith(".ipynb") and name not in keep
        }
        _check_kernels(masters)
        preload: tuple[str, ...] = ()
        if verdict == "outside" or (warm and walls is None):
            from kit.kernels import preload_for

            preload = preload_for([master.full for master in masters])
        return cls(
            course, assignment, tuple(masters), policy.limits, files, preload, warm, walls, verdict
        )


def grade_submission(
    desk: Desk,
    student: str,
    folder: Path,
    *,
    stop: Stop | None = None,
    seed: int | None = None,
) -> Result:
    """Grade what one learner handed in, and write ``autograded/<student>/<assignment>/``.

    Never raises for what is in the folder. The result has no lateness yet. A seed of the submission's own is
    there for tests that ask for it.

    Raises
    ------
    StoppedError
        If ``stop`` was asked for.
    """
    try:
        return _grade(desk, student, folder, stop or Stop(), seed)
    except StoppedError:
        raise
    except KitError as err:
        return _failed(desk, student, err.message(), machine=True)
    # A fault in this program must cost one submission too, not the class.
    except Exception as err:
        text = _("kit itself failed on this submission: {error}").format(
            error=f"{type(err).__name__}: {err}"
        )
        return _failed(desk, student, text, machine=True)


def _grade(desk: Desk, student: str, folder: Path, stop: Stop, seed: int | None) -> Result:
    submission = read_submission(folder, student, ignore=desk.course.ignore)
    names = match_names({one.name: one.full for one in desk.masters}, submission.notebooks)
    if not names:
        return _failed(desk, student, _why_nothing(submission, desk), submission=submission)
    repairs = [*submission.repairs, *_tell_names(names)]
    graded: dict[str, GradedNotebook] = {}
    faults: dict[str, str] = {}
    tampering: list[str] = []
    marks: list[CellMark] = []
    with working_folder(submission.files, desk.files) as cwd:
        for master in desk.masters:
            if master.name not in names:
                faults[master.name] = _fault(master, submission)
                marks += _no_marks(master, faults[master.name])
                continue
            done = grade_notebook(
                master,
                submission.notebooks[names[master.name]],
                limits=desk.limits,
                files=desk.files,
                cwd=cwd,
                preload=desk.preload,
                warm=desk.warm,
                walls=desk.walls,
                verdict=desk.verdict,
                seed=seed,
                stop=stop,
                plans=desk.plans,
            )
            graded[master.name] = done
            marks += done.marks
            where = f"{master.name}.ipynb: " if len(desk.masters) > 1 else ""
            repairs += [where + sentence for sentence in done.repairs]
            tampering += [where + sentence for sentence in done.tampering]
    _write_autograded(desk, student, submission, graded)
    return Result(
        assignment=desk.assignment,
        student=student,
        status="graded",
        outcome="",
        marks=tuple(marks),
        max_score=sum(mark.max_points for mark in marks),
        repairs=_clean(repairs),
        evidence={
            **_provenance(desk, graded.values()),
            "tampering": list(_clean(tampering)),
            "faults": dict(zip(faults, _clean(faults.values()), strict=True)),
            "executed": {name: _tell_execution(done) for name, done in graded.items()},
            "untouched": [
                [master.name, key]
                for master in desk.masters
                if master.name in graded
                for key in _untouched(master, graded[master.name].notebook)
            ],
        },
    )


def _failed(
    desk: Desk,
    student: str,
    why: str,
    *,
    submission: Submission | None = None,
    machine: bool = False,
) -> Result:
    """Return the result of a submission of which nothing could be graded."""
    shutil.rmtree(desk.course.folder("autograded", desk.assignment, student), ignore_errors=True)
    (why,) = _clean([why])
    marks = [mark for master in desk.masters for mark in _no_marks(master, why)]
    evidence: dict[str, Any] = {**_provenance(desk), "faults": {"": why}, "executed": {}}
    if machine:
        evidence["machine"] = True
    return Result(
        assignment=desk.assignment,
        student=student,
        status="failed",
        outcome="",
        marks=tuple(marks),
        max_score=sum(mark.max_points for mark in marks),
        repairs=_clean(submission.repairs) if submission is not None else (),
        evidence=evidence,
    )


def _clean(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return sentences without what a file's name could do to a terminal, and not without end."""
    cleaned = [shorten(clean_text(sentence), MAX_SENTENCE) for sentence in sentences]
    more = len(cleaned) - MAX_SENTENCES
    if more > 0:
        cleaned = [*cleaned[:MAX_SENTENCES], _("… and {n} more.").format(n=more)]
    return tuple(cleaned)


def _no_marks(master: Master, why: str) -> list[CellMark]:
    marks = mark_cells(master.source, master.release, None, name=master.name, rules=master.rules)
    return [replace(mark, message=why) for mark in marks]


def _why_nothing(submission: Submission, desk: Desk) -> str:
    if submission.folder.is_symlink():
        return _("The folder is a link, and links are not followed.")
    faults = [fault.rstrip(".") + "." for fault in submission.faults.values()]
    if faults:
        return " ".join(faults)
    wanted = ", ".join(f"{master.name}.ipynb" for master in desk.masters)
    if submission.notebooks:
        found = ", ".join(f"{name}.ipynb" for name in submission.notebooks)
        return _("There is {found}, which is not {wanted}.").format(found=found, wanted=wanted)
    return _("There is no notebook in what was handed in; {wanted} was expected.").format(
        wanted=wanted
    )


def _fault(master: Master, submission: Submission) -> str:
    fault = submission.faults.get(master.name)
    return fault or _("{name}.ipynb was not handed in.").format(name=master.name)


def _tell_names(names: Mapping[str, str]) -> list[str]:
    return [
        _("The notebook was handed in as {found}.ipynb and taken for {wanted}.ipynb.").format(
            found=found, wanted=wanted
        )
        for wanted, found in names.items()
        if wanted != found
    ]


def _tell_execution(done: GradedNotebook) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seconds": done.seconds,
        "restarts": done.restarts,
        "warm": done.warm,
        "events": list(done.events),
        "verdict": done.verdict,
    }
    # What a mentor reads is short: most submissions have none of these.
    doubts = {
        "why": done.why,
        "inside": dict(done.inside),
        "believed": {key: list(what) for key, what in done.believed.items()},
        "troubles": {key: list(what) for key, what in done.troubles.items()},
        "hits": list(done.hits),
    }
    return told | {name: value for name, value in doubts.items() if value}


def _where(graded: Sequence[GradedNotebook], asked: Verdict) -> str:
    """Say where tests ran: outside of the learner's interpreter, inside, or some here and some there."""
    places = {done.verdict for done in graded} or {asked}
    return "mixed" if len(places) > 1 or any(done.inside for done in graded) else places.pop()


def _provenance(desk: Desk, graded: Iterable[GradedNotebook] = ()) -> dict[str, Any]:
    asked = desk.walls.tier if desk.walls else "none"
    graded = list(graded)
    return {
        "kit": __version__,
        "python": sys.version.split()[0],
        "walls": ", ".join(sorted({done.walls for done in graded})) or asked,
        "verdict": _where(graded, desk.verdict),
        "limits": asdict(desk.limits),
    }


def _untouched(master: Master, notebook: NotebookNode) -> list[str]:
    """Return the answer cells that still are as they were given."""
    given = known_cells(master.release)
    return [
        key
        for key, cell in known_cells(notebook).items()
        if cell.metadata.nbgrader.get("solution")
        and key in given
        and compute_checksum(cell) == compute_checksum(given[key])
    ]


def _write_autograded(
    desk: Desk, student: str, submission: Submission, graded: Mapping[str, GradedNotebook]
) -> None:
    """Write the executed notebooks and the files beside them as nbgrader's autograde does."""
    target = desk.course.folder("autograded", desk.assignment, student)
    with Replacement(target) as fresh:
        copy_files(submission.files, fresh)
        copy_files(desk.files, fresh)
        stamp = submission.folder / TIMESTAMP
        if submission.submitted_at is not None:
            copy_files({TIMESTAMP: stamp}, fresh)
        for name, done in graded.items():
            text = nbformat.writes(_shorten(done.notebook)) + "\n"
            # A learner's output may hold half a surrogate pair, which no file can.
            (fresh / f"{name}.ipynb").write_bytes(text.encode("utf-8", "replace"))
    set_modes(target, 0o664 if desk.course.groupshared else 0o444)


def _shorten(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with as many lines of output and traceback as nbgrader leaves."""
    short = nbformat.from_dict(notebook)
    for cell in short.cells:
        left = MAX_LINES
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                lines = output.text.split("\n")
                if len(lines) > left:
                    output.text = "\n".join([*lines[: max(0, left - 1)], _("… left out …")])
                left = max(0, left - len(lines))
            elif output.output_type == "error" and len(output.traceback) > MAX_TRACEBACK:
                half = MAX_TRACEBACK // 2
                kept = output.traceback
                output.traceback = [*kept[:half], _("… left out …"), *kept[-half + 1 :]]
    return short


def _check_kernels(masters: Sequence[Master]) -> None:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager()
    for master in masters:
        name = master.full.metadata.get("kernelspec", {}).get("name", "python3")
        try:
            manager.get_kernel_spec("python3" if name == "python" else name)
        except NoSuchKernel as err:
            raise KitError(
                _("there is no kernel named {name!r} on this machine").format(name=name),
                where=f"{master.name}.ipynb",
                fix=_("Those that there are: {known}").format(
                    known=", ".join(sorted(manager.find_kernel_specs()))
                ),
            ) from err
