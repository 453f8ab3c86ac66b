"""The pages of second marking: a sample, one blind answer after the other, and the agreement."""

from __future__ import annotations

from tornado.web import HTTPError

from kit.desk.acts import read_points
from kit.desk.agreement import FEW, SAMPLE, agreement_of, draw_sample, second_marks
from kit.desk.classroom import Room
from kit.desk.entries import SecondMark
from kit.desk.handler import DeskHandler
from kit.desk.questions import Question
from kit.desk.reading import find_question, present_answer
from kit.desk.records import now
from kit.errors import KitError
from kit.i18n import gettext as _


class SecondMarking(DeskHandler):
    """A sample for a second mentor, and the agreement so far."""

    def get(self, assignment: str, notebook: str, key: str) -> None:
        """Show what there is."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        mine = own_sample(room, question, self.person.name)
        left = [one for one in mine if one.points is None]
        everything = second_marks(room, question)
        self.show(
            "second.html",
            title=question.title,
            room=room,
            tab="queue",
            question=question,
            mine=mine,
            left=len(left),
            possible=len(draw_sample(room, question, self.person.name, 10**6)),
            size=SAMPLE,
            few=FEW,
            # Who still marks blindly does not see how others fared.
            agreement=None if left else agreement_of(room, question),
            differing=[]
            if left
            else [one for one in everything if one.points is not None and one.points != one.first],
        )

    def post(self, assignment: str, notebook: str, key: str) -> None:
        """Draw a sample."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        if not question.needs_mentor:
            raise HTTPError(404)
        size = read_points(self.get_body_argument("size", str(SAMPLE)))
        if size is None or not 1 <= size <= 500:
            raise KitError(_("a sample has 1 to 500 answers"))
        taken = {one.student for one in own_sample(room, question, self.person.name)}
        sample = [
            one
            for one in draw_sample(room, question, self.person.name, int(size) + len(taken))
            if one[0] not in taken
        ][: int(size)]
        if not sample:
            raise KitError(
                _("no other mentor has marked an answer to this question yet"),
                fix=_(
                    "A second mentor needs an address of their own: kit desk --mentor A --mentor B"
                ),
            )
        with self.classroom.records.writing() as db:
            db.executemany(
                "INSERT OR IGNORE INTO second_mark (assignment, notebook, key, student, mentor, at, points,"
                " first, first_mentor) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?)",
                [
                    (
                        assignment,
                        notebook,
                        question.key,
                        student,
                        self.person.name,
                        now(),
                        first,
                        who,
                    )
                    for student, first, who in sample
                ],
            )
        self.done(self.place("a", assignment, "q", notebook, key, "second", sample[0][0]))


def own_sample(room: Room, question: Question, mentor: str) -> list[SecondMark]:
    """Return the sample of one mentor."""
    return [one for one in second_marks(room, question) if one.mentor == mentor]


class BlindAnswer(DeskHandler):
    """One answer of the sample, without anything that the first mentor left on it."""

    def get(self, assignment: str, notebook: str, key: str, student: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        mine = own_sample(room, question, self.person.name)
        here = next((one for one in mine if one.student == student), None)
        if here is None:
            raise HTTPError(404)
        executed = self.shelf.read(assignment, student, notebook)
        self.show(
            "blind.html",
            title=question.title,
            room=room,
            tab="queue",
            question=question,
            student=student,
            **present_answer(executed, question),
            number=mine.index(here) + 1,
            total=len(mine),
            left=sum(one.points is None for one in mine),
            given=here.points,
        )

    def post(self, assignment: str, notebook: str, key: str, student: str) -> None:
        """Keep the second mark, and go on."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        points = read_points(self.get_body_argument(f"points:{question.key}"))
        if points is None or not 0 <= points <= question.max_points:
            raise KitError(
                _("these points can not be given here"),
                fix=_("Give 0 to {most:g}").format(most=question.max_points),
            )
        with self.classroom.records.writing() as db:
            done = db.execute(
                "UPDATE second_mark SET points = ?, at = ? WHERE assignment = ? AND notebook = ?"
                " AND key = ? AND student = ? AND mentor = ?",
                (points, now(), assignment, notebook, question.key, student, self.person.name),
            )
            if done.rowcount != 1:
                raise HTTPError(404)
        left = self._left(self.find_room(assignment), question, student)
        base = ("a", assignment, "q", notebook, key, "second")
        following = next(iter(left), None)
        self.done(self.place(*base, following) if following else self.place(*base), left=len(left))

    def _left(self, room: Room, question: Question, after: str) -> list[str]:
        mine = own_sample(room, question, self.person.name)
        order = [one.student for one in mine]
        start = order.index(after) + 1 if after in order else 0
        around = mine[start:] + mine[:start]
        return [one.student for one in around if one.points is None and one.student != after]


class NextBlind(BlindAnswer):
    """The way to the next answer of the sample, or to the agreement."""

    def get(self, assignment: str, notebook: str, key: str) -> None:  # type: ignore[override]
        """Go there."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        left = self._left(room, question, self.get_query_argument("after", ""))
        base = ("a", assignment, "q", notebook, key, "second")
        # A page that ends with "done" is never shown before the last mark is kept.
        self.redirect(self.place(*base, left[0]) if left else self.place(*base) + "?all=done")
