"""Rules on an assignment's folder: what is in it, and that its parts agree."""

from __future__ import annotations

from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.folder import AssignmentFolder, worth
from kit.authoring.leaks import find_leaks
from kit.authoring.registry import rule
from kit.errors import KitError
from kit.grading.cells import cell_kind, known_cells
from kit.grading.release import make_release_version
from kit.i18n import gettext as _

FEWEST_WRONG = 2


def as_problem(fault: KitError, file: str | None = None) -> Problem:
    """Return an error of another part of the kit as a problem; what it says of the cell is kept."""
    where = (fault.where or "").split(", ", 1)
    place = f"{where[1]}: " if len(where) > 1 else ""
    return Problem(place + fault.what, fault.fix or _("Correct it"), file=file)


@rule(
    "folder",
    "The folder holds the notebook (named like the folder), assignment.yaml, rubric.md, and wrong/ "
    f"with at least {FEWEST_WRONG} known wrong answers.",
    kinds=("assignment",),
)
def folder(subject: AssignmentFolder) -> Iterator[Problem]:
    """An assignment without wrong answers has tests that nobody has tested."""
    if not (subject.folder / "assignment.yaml").exists():
        yield Problem(
            _("assignment.yaml is missing"),
            _("Write it; docs/authors.md shows one"),
            file="assignment.yaml",
        )
    if subject.rubric is None:
        yield Problem(
            _("rubric.md is missing"), _("Write it; docs/authors.md shows one"), file="rubric.md"
        )
    count = len(subject.wrong) + len(subject.wrong_faults)
    if count < FEWEST_WRONG:
        what = _("wrong/ holds {n} wrong answers, and {least} are needed")
        yield Problem(
            what.format(n=count, least=FEWEST_WRONG),
            _("Add the mistakes that you expect, one script each"),
            file="wrong",
        )


@rule(
    "assignment-yaml",
    "assignment.yaml is complete, its points are the sum of the cells' points, its id is the "
    "folder's name, and 'ai: declared' goes with a cell 'ai-declaration'.",
    kinds=("assignment",),
)
def assignment_yaml(subject: AssignmentFolder) -> Iterator[Problem]:
    """Grading reads the contract from here."""
    if not (subject.folder / "assignment.yaml").exists():
        return
    for fault in subject.faults:
        if "assignment.yaml" in (fault.where or ""):
            yield as_problem(fault, "assignment.yaml")
    if subject.assignment is None:
        return
    courses = subject.folder.resolve().parent.parent / "courses"
    lesson = subject.assignment.lesson
    if courses.is_dir() and not (courses / f"{lesson}.ipynb").exists():
        what = _("the lesson {lesson} does not exist")
        yield Problem(
            what.format(lesson=lesson),
            _("Name a lesson as course/file name"),
            file="assignment.yaml",
        )
    elif not lesson.startswith(f"{subject.assignment.course}/"):
        what = _("the lesson {lesson} is not of the course {course}")
        yield Problem(
            what.format(lesson=lesson, course=subject.assignment.course),
            _("Correct one of the two"),
            file="assignment.yaml",
        )


@rule(
    "nbgrader",
    "nbgrader's metadata is sound, no two cells share a grade_id, and every delimiter of a solution "
    "or hidden test is exact.",
    kinds=("assignment",),
)
def nbgrader(subject: AssignmentFolder) -> Iterator[Problem]:
    """What the machine does not recognise, it releases."""
    for fault in subject.faults:
        if "assignment.yaml" not in (fault.where or ""):
            yield as_problem(fault)


@rule(
    "wrong-answers",
    "Each script in wrong/ has a title, answers cells that exist, and loses points: no more than "
    "each cell is worth.",
    kinds=("assignment",),
)
def wrong_answers(subject: AssignmentFolder) -> Iterator[Problem]:
    """A wrong answer that loses nothing is a right answer."""
    for name, faults in subject.wrong_faults.items():
        for fault in faults:
            yield as_problem(fault, f"wrong/{name}")
    most = {key: worth(cell) for key, cell in known_cells(subject.notebook).items()}
    for name, answers in subject.wrong.items():
        if sum(answers.loses.values()) <= 0:
            yield Problem(
                _("this wrong answer loses no points"),
                _("Say under 'loses' which tests it fails"),
                file=f"wrong/{name}",
            )
        for key, points in answers.loses.items():
            if points and cell_kind(known_cells(subject.notebook)[key]) != "test":
                yield Problem(
                    _("it declares points lost at {key}, which a person marks").format(key=key),
                    _("Name cells that tests mark"),
                    file=f"wrong/{name}",
                )
            if points > most.get(key, points):
                what = _("it loses {points:g} points at {key}, which is worth {worth:g}")
                yield Problem(
                    what.format(points=points, key=key, worth=most[key]),
                    _("Correct the number"),
                    file=f"wrong/{name}",
                )


@rule(
    "no-leak",
    "No line of a solution or of a hidden test can be read in the released version: not in cells, "
    "outputs, metadata or attachments.",
    kinds=("assignment",),
)
def no_leak(subject: AssignmentFolder) -> Iterator[Problem]:
    """The gate looks at what is released, not at how it was made."""
    if subject.release is None:
        return
    for leak in find_leaks(subject.notebook, subject.release):
        what = _("'{line}' of the cell {key} can be read in {place}")
        place = leak.place if not leak.found_in else _("{place} ({key})")
        where = place.format(place=leak.place, key=leak.found_in)
        yield Problem(
            what.format(line=leak.line, key=leak.taken_from, place=where),
            _("Take it out, or write the visible line in another way"),
            leak.found_in or None,
        )


@rule(
    "release-fresh",
    "Making the released version twice gives the same, and a version released before (--course) is "
    "still what the source gives.",
    kinds=("assignment",),
)
def release_fresh(subject: AssignmentFolder) -> Iterator[Problem]:
    """What learners got last week is what they get today."""
    if subject.release is None:
        return
    if make_release_version(subject.notebook) != subject.release:
        yield Problem(
            _("two releases of the same source differ"), _("Report this: it is a fault of the kit")
        )
    for released in subject.stale:
        yield Problem(
            _("{path} is not what the source gives today").format(path=released),
            _("Release it again: kit release {slug}").format(slug=subject.slug),
        )
