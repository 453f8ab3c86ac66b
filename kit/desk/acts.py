"""What a mentor does on a page: marks, comments, flags, looks. Each is one POST and one transaction."""

from __future__ import annotations

from tornado.web import HTTPError

from kit.desk.handler import DeskHandler
from kit.desk.library import change_phrase, new_phrase
from kit.desk.marking import Act, flag, give_mark
from kit.desk.reading import Answer, find_question
from kit.desk.records import now
from kit.errors import KitError
from kit.i18n import gettext as _


class MarkAnswer(Answer):
    """An answer, and what a mentor decides on it."""

    def post(self, assignment: str, notebook: str, key: str, student: str) -> None:
        """Write points, comment and reason, and go on to the next answer that waits."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        if student not in room.who_answered(question):
            raise HTTPError(404)
        points = {
            one: read_points(self.get_body_argument(f"points:{one}"))
            for one in question.marks
            if self.get_body_argument(f"points:{one}", "").strip()
        }
        phrases = None
        if self.get_body_argument("phrases", None) is not None:
            chosen = self.get_body_arguments("phrases")
            phrases = [int(one) for text in chosen for one in text.split(",") if one.isdecimal()]
        give_mark(
            self.classroom,
            Act(
                assignment=assignment,
                question=question,
                student=student,
                mentor=self.person.name,
                version=self.get_body_argument("version"),
                points=points,
                own=self.get_body_argument("own", None),
                phrases=phrases,
                reason=self.get_body_argument("reason", ""),
            ),
        )
        room = self.find_room(assignment)
        base = ("a", assignment, "q", notebook, key)
        stay = self.get_body_argument("stay", "")
        following = student if stay else room.next_waiting(question, student)
        back = self.place(*base, "s", following) if following else self.place(*base, "done")
        self.done(back, left=len(room.waiting(question)))


def read_points(text: str) -> float | None:
    """Return points as a person types them; ``-`` takes a mark back.

    Examples
    --------
    >>> read_points("1,5"), read_points("-")
    (1.5, None)
    """
    text = text.strip().replace(",", ".")
    if text in ("-", "–"):
        return None
    try:
        return float(text)
    except ValueError:
        raise KitError(
            _("{text!r} is no number of points").format(text=text), fix=_("Type a number")
        ) from None


class FlagAnswer(DeskHandler):
    """The flag on an answer: to come back to it."""

    def post(self, assignment: str, notebook: str, key: str, student: str) -> None:
        """Put it there, or take it away."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        on = self.get_body_argument("on", "") == "1"
        flag(self.classroom, assignment, (notebook, question.key, student), on)
        self.done(self.place("a", assignment, "q", notebook, key, "s", student), flagged=on)


class LookAt(DeskHandler):
    """A mentor has looked at a submission: its reasons are dealt with until it is graded anew."""

    def post(self, assignment: str, student: str) -> None:
        """Note who looked."""
        room = self.find_room(assignment)
        if student not in room.results:
            raise HTTPError(404)
        with self.classroom.records.writing() as db:
            if self.get_body_argument("on", "1") == "1":
                db.execute(
                    "INSERT OR REPLACE INTO seen (assignment, student, result, mentor, at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (assignment, student, room.automatic[student].key, self.person.name, now()),
                )
            else:
                db.execute(
                    "DELETE FROM seen WHERE assignment = ? AND student = ?", (assignment, student)
                )
        self.done(self.place("a", assignment, "s", student))


class Phrases(DeskHandler):
    """The reusable comments on a question: new ones, and one edited for all who have it."""

    def get(self, assignment: str, notebook: str, key: str) -> None:
        """Show them."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        self.show(
            "phrases.html",
            title=question.title,
            room=room,
            tab="queue",
            question=question,
            phrases=[
                phrase
                for phrase in room.records.phrases.values()
                if (phrase.notebook, phrase.key) == (notebook, question.key)
            ],
            changed=self.get_query_argument("changed", ""),
            left=self.get_query_argument("left", ""),
        )

    def post(self, assignment: str, notebook: str, key: str) -> None:
        """Add one, or change one everywhere."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        text = self.get_body_argument("text", "")
        which = self.get_body_argument("phrase", "")
        if not which:
            made = new_phrase(self.classroom, room, question, text, self.person.name)
            student = self.get_body_argument("student", "")
            if student:
                back = self.place("a", assignment, "q", notebook, key, "s", student)
            else:
                back = self.place("a", assignment, "q", notebook, key, "comments")
            self.done(back, phrase=made)
            return
        changed, left = change_phrase(
            self.classroom,
            room,
            question,
            int(which) if which.isdecimal() else 0,
            text,
            version=self.get_body_argument("version", ""),
        )
        back = self.place("a", assignment, "q", notebook, key, "comments")
        self.done(f"{back}?changed={changed}&left={left}", changed=changed, left=left)
