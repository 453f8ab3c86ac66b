"""A course as the desk sees it: results, marks, records and questions of an assignment, kept ready.

Everything is read once and again only where it changed on disk: a mentor's page must not wait for six hundred
files. A `Room` is a value; marking makes a new one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kit.desk.entries import Appeal, LogEntry, Note, Snapshot
from kit.desk.marks import Given, Gradebook
from kit.desk.questions import Question, read_questions
from kit.desk.records import FILE, Records, read_snapshot
from kit.desk.roster import Roster, read_people
from kit.desk.sources import usual_source
from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.feedback_pages import read_title
from kit.grading.mentor_marks import MentorMark, with_mentor_marks
from kit.grading.results import CellMark, Result, read_result
from kit.i18n import gettext as _

#: The files that the questions of an assignment come from, and when each changed.
Sources = tuple[tuple[Path, int], ...]


@dataclass(frozen=True)
class Room:
    """One assignment.

    Parameters
    ----------
    questions
        In the order of the assignment.
    automatic
        Student → the result as the grader left it.
    results
        Student → the result with the marks of mentors in it.
    given
        (student, notebook, cell) → what the gradebook says of a mentor's work.
    people
        Groups and languages.
    records
        The desk's own records.
    """

    assignment: str
    title: str
    questions: tuple[Question, ...]
    automatic: Mapping[str, Result]
    results: Mapping[str, Result]
    given: Mapping[tuple[str, str, str], Given]
    people: Roster
    records: Snapshot

    @cached_property
    def students(self) -> tuple[str, ...]:
        """Everybody with a result, sorted."""
        return tuple(sorted(self.results))

    @cached_property
    def marks(self) -> dict[tuple[str, str, str], CellMark]:
        """(student, notebook, cell) → its mark, with what mentors gave."""
        return {
            (student, mark.notebook, mark.key): mark
            for student, result in self.results.items()
            if result.status == "graded"
            for mark in result.marks
        }

    @cached_property
    def automatic_marks(self) -> dict[tuple[str, str, str], CellMark]:
        """(student, notebook, cell) → its mark, as the grader left it."""
        return {
            (student, mark.notebook, mark.key): mark
            for student, result in self.automatic.items()
            for mark in result.marks
        }

    def question(self, notebook: str, key: str) -> Question:
        """Return a question by its place.

        Raises
        ------
        KitError
            If there is none.
        """
        for question in self.questions:
            if (question.notebook, question.key) == (notebook, key):
                return question
        raise KitError(_("there is no such question"), where=f"{notebook} / {key}")

    def question_of(self, notebook: str, key: str) -> Question | None:
        """Return the question that a graded cell belongs to."""
        for question in self.questions:
            if question.notebook == notebook and (key == question.key or key in question.marks):
                return question
        return None

    def who_answered(self, question: Question) -> tuple[str, ...]:
        """Return the students whose work on a question could be graded, sorted."""
        return tuple(
            student
            for student in self.students
            if any((student, question.notebook, key) in self.marks for key in question.marks)
        )

    def waits(self, question: Question, student: str) -> bool:
        """Say whether an answer waits for a mentor: it was never marked, or it changed since it was."""
        if not question.needs_mentor:
            return False
        mark = self.marks.get((student, question.notebook, question.key))
        if mark is None:
            return False
        return mark.points is None or self.changed_since(question, student)

    def changed_since(self, question: Question, student: str) -> bool:
        """Say whether the grader put a marked answer before the mentor again, as nbgrader does."""
        given = self.given.get((student, question.notebook, question.key))
        return given is not None and given.points is not None and given.waits

    def waiting(self, question: Question) -> tuple[str, ...]:
        """Return the students whose answer to a question waits for a mentor."""
        if not question.needs_mentor:
            return ()
        return tuple(student for student in self.students if self.waits(question, student))

    def next_waiting(self, question: Question, after: str = "") -> str | None:
        """Return the next answer that waits, behind a student and around the class; None when none is left."""
        waiting = [student for student in self.waiting(question) if student != after]
        return next((student for student in waiting if student > after), next(iter(waiting), None))

    def note(self, question: Question, student: str) -> Note:
        """Return what is on record as a comment; a comment that was written elsewhere counts as own words."""
        note = self.records.notes.get((question.notebook, question.key, student), Note())
        given = self.given.get((student, question.notebook, question.key), Given())
        if given.comment != note.composed:
            return replace(note, own=given.comment, phrases=(), composed=given.comment)
        return note

    def history(self, student: str, notebook: str, keys: tuple[str, ...]) -> tuple[LogEntry, ...]:
        """Return the marks on record for some cells of a student, the oldest first."""
        return tuple(
            entry
            for entry in self.records.log.get(student, ())
            if entry.notebook == notebook and entry.key in keys
        )

    def appeals(self, student: str) -> tuple[Appeal, ...]:
        """Return the appeals of a student."""
        return tuple(appeal for appeal in self.records.appeals if appeal.student == student)


class Classroom:
    """The assignments of a course, read when they are asked for and again when they changed."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.gradebook = Gradebook(course)
        self.records = Records(course.state(FILE))
        self._watch = self.records.connect()
        self._lock = threading.RLock()
        self._results: dict[str, dict[str, tuple[tuple[int, int], Result]]] = {}
        self._questions: dict[str, tuple[object, tuple[Question, ...], str]] = {}
        self._merged: dict[tuple[str, str], tuple[Result, dict[Any, MentorMark], Result]] = {}
        self._rooms: dict[str, tuple[object, Room]] = {}

    def assignments(self) -> tuple[str, ...]:
        """Return the assignments that were graded, sorted."""
        folder = self.course.state("results")
        if not folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in folder.iterdir() if any(path.glob("*.json"))))

    def room(self, assignment: str) -> Room:
        """Return an assignment as it is now.

        Raises
        ------
        KitError
            If there is no such assignment, or nothing of it was graded.
        """
        with self._lock:
            if assignment not in self.assignments():
                raise KitError(
                    _("nothing of {assignment!r} was graded yet").format(assignment=assignment),
                    where=self.course.root,
                    fix=_("Run kit grade first"),
                )
            results, files = self._read_results(assignment)
            book = self.gradebook.version()
            data = self._watch.execute("PRAGMA data_version").fetchone()[0]
            sources = self._stamp_sources(assignment, results)
            stamp = (files, book, data, sources)
            kept = self._rooms.get(assignment)
            if kept is not None and kept[0] == stamp and book is not None:
                return kept[1]
            room = self._make_room(assignment, results, sources)
            self._rooms[assignment] = (stamp, room)
            return room

    def _make_room(self, assignment: str, results: dict[str, Result], sources: Sources) -> Room:
        given = self.gradebook.read(assignment)
        by_student: dict[str, dict[Any, MentorMark]] = {}
        for (student, notebook, key), mark in given.items():
            if mark.points is not None or mark.extra or mark.comment:
                one = MentorMark(mark.points, mark.extra, mark.comment)
                by_student.setdefault(student, {})[notebook, key] = one
        questions, title = self._read_questions(assignment, sources)
        return Room(
            assignment=assignment,
            title=title,
            questions=questions,
            automatic=results,
            results={
                student: self._merge(result, by_student.get(student, {}))
                for student, result in results.items()
            },
            given=given,
            people=read_people(self.course),
            records=read_snapshot(self._watch, assignment),
        )

    def _merge(self, result: Result, marks: dict[Any, MentorMark]) -> Result:
        place = (result.assignment, result.student)
        kept = self._merged.get(place)
        if kept is not None and kept[0] is result and kept[1] == marks:
            return kept[2]
        merged = with_mentor_marks(result, marks)
        self._merged[place] = (result, marks, merged)
        return merged

    def _read_results(self, assignment: str) -> tuple[dict[str, Result], object]:
        kept = self._results.setdefault(assignment, {})
        found: dict[str, tuple[tuple[int, int], Result]] = {}
        with os.scandir(self.course.results_folder(assignment)) as entries:
            for entry in entries:
                if not entry.name.endswith(".json"):
                    continue
                status = entry.stat()
                stamp = (status.st_mtime_ns, status.st_size)
                old = kept.get(entry.name)
                if old is not None and old[0] == stamp:
                    found[entry.name] = old
                else:
                    found[entry.name] = (stamp, read_result(entry.path))
        self._results[assignment] = found
        results = {
            result.student: result
            for _stamp, result in sorted(found.values(), key=lambda one: one[1].student)
        }
        return results, frozenset((name, stamp) for name, (stamp, _result) in found.items())

    def _stamp_sources(self, assignment: str, results: dict[str, Result]) -> Sources:
        """Return the files that questions come from, the notebooks first, and when they changed."""
        source = usual_source(self.course, assignment, results.values())
        paths = [
            *sorted(source.glob("*.ipynb")),
            self.course.rubric_path(assignment),
            self.course.contract_path(assignment),
            self.course.root / "groups.csv",
        ]
        return tuple((path, path.stat().st_mtime_ns if path.is_file() else 0) for path in paths)

    def _read_questions(self, assignment: str, stamp: Sources) -> tuple[tuple[Question, ...], str]:
        kept = self._questions.get(assignment)
        if kept is None or kept[0] != stamp:
            source = stamp[0][0].parent if stamp[0][0].suffix == ".ipynb" else None
            questions = read_questions(self.course, assignment, source)
            kept = (stamp, questions, read_title(self.course, assignment))
            self._questions[assignment] = kept
        return kept[1], kept[2]

    def close(self) -> None:
        """Let go of the databases."""
        self._watch.close()
        self.gradebook.close()

    def feedback_file(self, assignment: str, student: str) -> Path:
        """Return where the feedback page of a submission is, or would be."""
        from kit.grading.feedback_pages import feedback_path

        return Path(feedback_path(self.course, assignment, student))
