"""Appeals: a student says why a mark is wrong, a mentor answers, and both stay on record."""

from __future__ import annotations

from tornado.web import HTTPError

from kit.desk.acts import read_points
from kit.desk.classroom import Classroom, Room
from kit.desk.handler import DeskHandler
from kit.desk.marking import MAX_TEXT, Act, answer_version, give_mark
from kit.desk.questions import Question
from kit.desk.reading import find_question
from kit.desk.records import file_appeal
from kit.errors import KitError
from kit.i18n import gettext as _

# One appeal for each answer is open at a time; a person who fills the page of the mentors is stopped.
MAX_APPEALS = 20


def file_for(
    classroom: Classroom, room: Room, question: Question, student: str, text: str, by: str
) -> int:
    """Put an appeal on record.

    Raises
    ------
    KitError
        If it says nothing, or there is an open one on the same answer.
    """
    text = text.replace("\r\n", "\n").strip()[:MAX_TEXT]
    if not text:
        raise KitError(_("the appeal says nothing"), fix=_("Write what is wrong with the mark"))
    there = room.appeals(student)
    place = (question.notebook, question.key)
    if any(appeal.is_open and (appeal.notebook, appeal.key) == place for appeal in there):
        raise KitError(
            _("there is an open appeal on this answer"), fix=_("Wait until a mentor answers it")
        )
    if len(there) >= MAX_APPEALS:
        raise KitError(_("there are too many appeals"), fix=_("Talk to a mentor"))
    with classroom.records.writing() as db:
        return file_appeal(
            db, room.assignment, (question.notebook, question.key, student), text, by
        )


class Appeals(DeskHandler):
    """All appeals on an assignment."""

    def get(self, assignment: str) -> None:
        """Show them, the open ones first."""
        room = self.find_room(assignment)
        rows = []
        for appeal in sorted(room.records.appeals, key=lambda one: (not one.is_open, one.id)):
            question = room.question_of(appeal.notebook, appeal.key)
            if question is None or appeal.student not in room.results:
                continue
            marks = [
                mark
                for key in question.marks
                if (mark := room.marks.get((appeal.student, question.notebook, key))) is not None
            ]
            rows.append(
                {
                    "appeal": appeal,
                    "question": question,
                    "marks": marks,
                    "version": answer_version(room, question, appeal.student),
                }
            )
        self.show("appeals.html", title=room.title, room=room, tab="appeals", rows=rows)

    def post(self, assignment: str) -> None:
        """Put an appeal on record that came by another way, or answer one."""
        room = self.find_room(assignment)
        number = self.get_body_argument("appeal", "")
        back = self.place("a", assignment, "appeals")
        if not number:
            student = self.get_body_argument("student")
            notebook, _slash, key = self.get_body_argument("question").rpartition("/")
            question = find_question(room, notebook, key)
            if student not in room.who_answered(question):
                raise HTTPError(404)
            text = self.get_body_argument("text", "")
            made = file_for(self.classroom, room, question, student, text, self.person.name)
            self.done(f"{back}#appeal-{made}")
            return
        found = [one for one in room.records.appeals if str(one.id) == number]
        if not found:
            raise HTTPError(404)
        appeal = found[0]
        question = find_question(room, appeal.notebook, appeal.key)
        answer = self.get_body_argument("answer", "").replace("\r\n", "\n").strip()[:MAX_TEXT]
        if not answer:
            raise KitError(
                _("the answer is empty"), fix=_("Say why the mark stays, or why it changes")
            )
        points = {
            key: read_points(text)
            for key in question.marks
            if (text := self.get_body_argument(f"points:{key}", "").strip())
        }
        give_mark(
            self.classroom,
            Act(
                assignment=assignment,
                question=question,
                student=appeal.student,
                mentor=self.person.name,
                version=self.get_body_argument("version"),
                points=points,
                reason=_("Appeal {n}: {answer}").format(n=appeal.id, answer=answer),
                answers={appeal.id: answer},
            ),
        )
        self.done(f"{back}#appeal-{appeal.id}")


class OwnAppeal(DeskHandler):
    """A student's own appeal, on a hub."""

    role = "student"

    def post(self, assignment: str) -> None:
        """Put it on record, if the feedback is out."""
        room = self.find_room(assignment)
        student = self.person.name
        notebook, _slash, key = self.get_body_argument("question").rpartition("/")
        question = find_question(room, notebook, key)
        out = self.classroom.feedback_file(assignment, student).is_file()
        if not out or student not in room.who_answered(question):
            raise HTTPError(404)
        file_for(
            self.classroom, room, question, student, self.get_body_argument("text", ""), student
        )
        self.done(self.place("mine"))
