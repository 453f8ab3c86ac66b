"""Rules on what happens when a lesson or an assignment is executed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.authoring.finding import Problem
from kit.authoring.folder import AssignmentFolder
from kit.authoring.registry import rule
from kit.authoring.subject import Lesson
from kit.i18n import gettext as _
from kit.notebooks import cell_key

if TYPE_CHECKING:
    from kit.authoring.trials import AnswerTrial
    from kit.running import NotebookRun

SLOWEST = 60.0
# Language models are slow without a graphics card.
SLOWEST_WITH_TORCH = 120.0
NOT_DONE = "NotImplementedError"


def _run_problems(run: NotebookRun, fix: str) -> Iterator[Problem]:
    reported = False
    for record in run.ledger.cells:
        for text in record.problems if record.executed or record.seconds else ():
            reported = True
            yield Problem(text, fix, record.key)
    if not run.ledger.ok and not reported:
        yield Problem("; ".join(run.ledger.problems), fix)


@rule(
    "source-runs",
    "The lesson's source runs from the first cell to the last with every check in force, and "
    "without a warning that is not declared.",
    executes=True,
)
def source_runs(lesson: Lesson) -> Iterator[Problem]:
    """The solutions are run too."""
    if lesson.trial is not None:
        fix = _("Run the lesson from the top and correct this cell")
        yield from _run_problems(lesson.trial.source, fix)


@rule(
    "learner-runs",
    "The learner's version runs too: only NotImplementedError may stop a cell.",
    executes=True,
)
def learner_runs(lesson: Lesson) -> Iterator[Problem]:
    """Whoever runs all cells on the first day reads 'not done yet', not a NameError."""
    if lesson.trial is not None and lesson.trial.learner is not None:
        fix = _("Make the cell work, or fail with NotImplementedError, before the exercise is done")
        for problem in _run_problems(lesson.trial.learner, fix):
            what = _("in the learner's version: {what}").format(what=problem.what)
            key = (problem.cell or "").removesuffix("-solution") or None
            yield Problem(what, problem.fix, key)


@rule(
    "time",
    f"The lesson runs in at most {SLOWEST:.0f} seconds on one core, and in {SLOWEST_WITH_TORCH:.0f} "
    "with torch.",
    executes=True,
)
def time(lesson: Lesson) -> Iterator[Problem]:
    """Twenty lessons are executed at every change, and people wait."""
    if lesson.trial is None:
        return
    cells = lesson.trial.source.ledger.cells
    seconds = sum(record.seconds for record in cells)
    most = SLOWEST_WITH_TORCH if "torch" in lesson.trial.source.ledger.versions else SLOWEST
    if seconds > most:
        slowest = max(cells, key=lambda record: record.seconds)
        what = _("the lesson takes {n:.0f} seconds, and {most:.0f} are allowed")
        yield Problem(
            what.format(n=seconds, most=most),
            _("Begin with this cell, which takes {n:.0f}").format(n=slowest.seconds),
            slowest.key,
        )


def _trials(subject: AssignmentFolder, kind: str) -> list[AnswerTrial]:
    return [trial for trial in subject.trials or () if trial.kind == kind]


def _errors(trial: AnswerTrial) -> Iterator[tuple[str, str, str]]:
    """Yield key of the cell, name and text of every error of an executed notebook."""
    for cell in trial.notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield cell_key(cell), str(output.ename), str(output.evalue)


@rule(
    "reference-full",
    "The reference solution scores 100 %, without an error, a warning or any other text on stderr.",
    kinds=("assignment",),
    executes=True,
)
def reference_full(subject: AssignmentFolder) -> Iterator[Problem]:
    """If our own solution fails a test, one of the two is wrong."""
    for trial in _trials(subject, "reference"):
        fix = _("Correct the solution or the test")
        for mark in trial.marks:
            if mark.points is not None and mark.points < mark.max_points:
                what = _("the reference solution gets {points:g} of {most:g} points: {message}")
                text = what.format(points=mark.points, most=mark.max_points, message=mark.message)
                yield Problem(text, fix, mark.key)
        graded = {mark.key for mark in trial.marks}
        for key, name, text in _errors(trial):
            if key not in graded:
                what = _("with the reference solution, this cell raises {name}: {text}")
                yield Problem(what.format(name=name, text=text), fix, key)
        for cell in trial.notebook.cells:
            said = "".join(
                output.text
                for output in cell.get("outputs", [])
                if output.output_type == "stream" and output.name == "stderr"
            ).strip()
            if said:
                what = _("with the reference solution, this cell warns: {text}")
                yield Problem(what.format(text=said.splitlines()[0]), fix, cell_key(cell))
        for event in [*trial.events, *trial.repairs]:
            yield Problem(_("the reference solution: {event}").format(event=event), fix)


@rule(
    "release-zero",
    "The released version scores 0, and fails with NotImplementedError only.",
    kinds=("assignment",),
    executes=True,
)
def release_zero(subject: AssignmentFolder) -> Iterator[Problem]:
    """Whoever hands in nothing gets nothing, and sees no error that is not about that."""
    # A task asks for something outside of the notebook, such as a talk: there is no answer to miss.
    tasks = {cell.key for cell in subject.of_kind("task")}
    for trial in _trials(subject, "release"):
        for mark in trial.marks:
            if mark.key in tasks:
                continue
            if mark.points is None or (mark.points > 0 and mark.max_points > 0):
                what = _("the released version, with no answer in it, can get points here")
                yield Problem(what, _("Make the test depend on the answer"), mark.key)
        for key, name, text in _errors(trial):
            if name != NOT_DONE:
                what = _("in the released version this cell raises {name}: {text}")
                yield Problem(
                    what.format(name=name, text=text),
                    _("Let it reach the stub, which raises NotImplementedError"),
                    key,
                )


@rule(
    "wrong-loses",
    "Each known wrong answer loses exactly the points that it declares, cell by cell.",
    kinds=("assignment",),
    executes=True,
)
def wrong_loses(subject: AssignmentFolder) -> Iterator[Problem]:
    """This is the test of the tests."""
    for trial in _trials(subject, "wrong"):
        declared = subject.wrong[trial.name].loses
        for mark in trial.marks:
            # What a person marks is lost only by what the person decides.
            lost = 0.0 if mark.points is None else mark.max_points - mark.points
            wanted = declared.get(mark.key, 0.0)
            if mark.kind == "test" and abs(lost - wanted) > 1e-9:
                what = _("it loses {lost:g} points at {key}, and declares {wanted:g}")
                yield Problem(
                    what.format(lost=lost, key=mark.key, wanted=wanted),
                    _("Sharpen the test, or correct 'loses'"),
                    file=f"wrong/{trial.name}",
                )
