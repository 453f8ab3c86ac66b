"""The pages on feedback: what is written, what is out of date, a preview, and writing for one or for all."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import HTTPError

from kit.desk.classroom import Room
from kit.desk.feedback import feedback_version, render_page, write_pages
from kit.desk.handler import DeskHandler
from kit.desk.pages import FRAME_POLICY
from kit.errors import KitError
from kit.i18n import gettext as _


@dataclass
class Job:
    """Feedback being written in the background."""

    total: int
    done: int = 0
    error: str = ""
    finished: bool = False


class Jobs:
    """At most one job for each assignment."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def find(self, assignment: str) -> Job | None:
        """Return the job of an assignment: one that runs, or the last one."""
        return self._jobs.get(assignment)

    def begin(self, assignment: str, total: int) -> Job | None:
        """Return a new job, or None while another one runs."""
        with self._lock:
            running = self._jobs.get(assignment)
            if running is not None and not running.finished:
                return None
            self._jobs[assignment] = Job(total)
            return self._jobs[assignment]


class FeedbackPage(DeskHandler):
    """Whose feedback is written, and whose is out of date."""

    def get(self, assignment: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        rows = [self._describe(room, student) for student in room.students]
        ready = [row["student"] for row in rows if row["state"] != "current" and not row["waits"]]
        self.show(
            "feedback_desk.html",
            title=room.title,
            room=room,
            tab="feedback",
            rows=rows,
            ready=len(ready),
            open=sum(row["state"] != "current" for row in rows),
            waiting=sum(row["waits"] for row in rows),
            job=self.settings["jobs"].find(assignment),
        )

    def _describe(self, room: Room, student: str) -> dict[str, Any]:
        there = self.classroom.feedback_file(room.assignment, student).is_file()
        version = room.records.feedback.get(student)
        if not there:
            state = "none"
        elif version is None:
            state = "elsewhere"
        else:
            state = "current" if version == feedback_version(room, student) else "old"
        return {
            "student": student,
            "state": state,
            "waits": any(room.waits(question, student) for question in room.questions),
            "language": room.people.languages.get(student, ""),
            "result": room.results[student],
        }

    async def post(self, assignment: str) -> None:
        """Write pages: of one student, of those whose answers are all marked, or of everybody."""
        room = self.find_room(assignment)
        student = self.get_body_argument("student", "")
        if student:
            if student not in room.results:
                raise HTTPError(404)
            chosen = [student]
        else:
            rows = [self._describe(room, one) for one in room.students]
            everybody = self.get_body_argument("who", "ready") == "all"
            chosen = [
                row["student"]
                for row in rows
                if row["state"] != "current" and (everybody or not row["waits"])
            ]
        job = self.settings["jobs"].begin(assignment, len(chosen))
        if job is None:
            raise KitError(
                _("feedback is being written already"), fix=_("Wait until it is finished")
            )
        work = IOLoop.current().run_in_executor(None, self._write, job, room, chosen)
        if len(chosen) <= 3:
            await work
        self.done(self.place("a", assignment, "feedback"))

    def _write(self, job: Job, room: Room, students: list[str]) -> None:
        try:
            pages = write_pages(self.classroom, self.shelf, room, students, self.person.name)
            for _student in pages:
                job.done += 1
        except KitError as err:
            job.error = err.message()
        except Exception as err:
            job.error = f"{type(err).__name__}: {err}"
            raise
        finally:
            job.finished = True


class Preview(DeskHandler):
    """A feedback page as its student would see it now, in a frame of its own."""

    def get(self, assignment: str, student: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        if student not in room.results:
            raise HTTPError(404)
        page = render_page(self.classroom, self.shelf, room, student)
        self.show(
            "preview.html",
            title=student,
            room=room,
            tab="feedback",
            student=student,
            page=page,
            reads=room.people.languages.get(student, ""),
        )


class OwnFeedback(DeskHandler):
    """What a student sees on a hub: the feedback that was written for them, and how to appeal."""

    role = "student"

    def get(self) -> None:
        """List it."""
        rows = []
        for assignment in self.classroom.assignments():
            room = self.find_room(assignment)
            if not self.classroom.feedback_file(assignment, self.person.name).is_file():
                continue
            answered = [
                question
                for question in room.questions
                if self.person.name in room.who_answered(question) and question.max_points > 0
            ]
            rows.append(
                {
                    "room": room,
                    "questions": answered,
                    "appeals": room.appeals(self.person.name),
                }
            )
        self.show("mine.html", title=_("Your feedback"), rows=rows)


class OwnPage(DeskHandler):
    """The feedback page itself, which forbids everything that a page could do."""

    role = "student"

    def get(self, assignment: str) -> None:
        """Answer with the file that a mentor wrote."""
        self.find_room(assignment)
        path = self.classroom.feedback_file(assignment, self.person.name)
        if not path.is_file():
            raise HTTPError(404)
        policy = f"{FRAME_POLICY}; frame-ancestors 'none'; sandbox allow-popups"
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(path.read_text(encoding="utf-8"))
