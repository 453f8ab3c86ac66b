"""The feedback pages of a course: which submission gets which page, and where it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from zoneinfo import ZoneInfo

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.assignment import read_contract
from kit.grading.course import Course
from kit.grading.feedback import Original, read_original, render_feedback
from kit.grading.grades import load_results
from kit.grading.mentor_marks import MentorMark, read_mentor_marks
from kit.grading.results import Result
from kit.grading.roster import read_languages
from kit.grading.versions import course_of, find_version
from kit.i18n import gettext as _
from kit.i18n import speaking
from kit.notebooks import read_notebook
from kit.notebooks.files import write_atomically


class FeedbackPages:
    """The pages of one assignment; each is written when it is asked for, and its path returned."""

    def __init__(self, course: Course, assignment: str, results: Collection[Result]) -> None:
        self.course = course
        self.assignment = assignment
        self.results = results
        self.title = read_title(course, assignment)
        self.zone = ZoneInfo(course.settings.timezone)
        self.originals: dict[str, dict[str, Original]] = {}
        self.marks = read_mentor_marks(course, assignment)
        self.languages = read_languages(course)

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[str]:
        for result in self.results:
            with speaking(self.languages.get(result.student)):
                page = render_feedback(
                    result,
                    title=self.title,
                    zone=self.zone,
                    work=self._read_work(result),
                    originals=self._read_originals(result),
                    comments=_comments(self.marks.get(result.student, {})),
                )
            path = feedback_path(self.course, self.assignment, result.student)
            write_atomically(page, path)
            yield str(path)

    def _read_originals(self, result: Result) -> dict[str, Original]:
        """Return what may be shown of the source that this submission was graded with.

        Not of the source as it is now: that may lack private tests, or hide other lines.
        """
        digest = str(result.evidence.get("hashes", {}).get("source", ""))
        if digest not in self.originals:
            version = find_version(self.course, self.assignment, digest)
            course = course_of(self.course, version) if version else self.course
            sources = sorted(course.folder("source", self.assignment).glob("*.ipynb"))
            self.originals[digest] = {
                path.stem: read_original(read_notebook(path), course.rules) for path in sources
            }
        return self.originals[digest]

    def _read_work(self, result: Result) -> dict[str, NotebookNode]:
        """Return the notebooks as they were executed. A failed submission may still have older ones."""
        if result.status != "graded":
            return {}
        folder = self.course.folder("autograded", self.assignment, result.student)
        return {path.stem: read_notebook(path) for path in sorted(folder.glob("*.ipynb"))}


def write_feedback(
    course: Course, assignment: str, *, students: Collection[str] = ()
) -> FeedbackPages:
    """Return the feedback pages of an assignment, to be written one after the other.

    Parameters
    ----------
    course, assignment
        Where, and for which assignment.
    students
        Only for these; for everybody when left out.

    Raises
    ------
    KitError
        If nothing was graded, or a student has no result.
    """
    results = load_results(course, assignment)
    unknown = sorted(set(students) - {result.student for result in results})
    if unknown:
        raise KitError(
            _("these students have no result: {names}").format(names=", ".join(unknown)),
            where=course.results_folder(assignment),
            fix=_("Check the ids, and run kit collect and kit grade first"),
        )
    chosen = [result for result in results if not students or result.student in students]
    return FeedbackPages(course, assignment, chosen)


def feedback_path(course: Course, assignment: str, student: str) -> str:
    """Return where the page of a submission is."""
    return str(course.folder("feedback", assignment, student) / f"{assignment}.html")


def read_title(course: Course, assignment: str) -> str:
    """Return the title of an assignment; its name when its contract has none."""
    path = course.contract_path(assignment)
    title = read_contract(path).get("title") if path.is_file() else None
    return title if isinstance(title, str) and title else assignment


def _comments(marks: Mapping[tuple[str, str], MentorMark]) -> dict[str, str]:
    return {
        f"{notebook}/{key}": mark.comment for (notebook, key), mark in marks.items() if mark.comment
    }
