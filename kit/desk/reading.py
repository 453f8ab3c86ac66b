"""The pages that a mentor reads: courses, queue, answers, submissions."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from tornado.web import HTTPError

from kit.desk.answers import (
    count_words,
    find_errors,
    render_answer,
    render_notebook,
    render_test_output,
)
from kit.desk.classroom import Room
from kit.desk.evidence import describe_run, tell_tests
from kit.desk.handler import DeskHandler
from kit.desk.marking import answer_version
from kit.desk.pages import script, stylesheet
from kit.desk.questions import Question
from kit.desk.queue import filter_queue, find_reasons, make_queue, reason_names
from kit.grading.outputs import render_code
from kit.grading.sanitizer import render_markdown

PAGE = 60


class Static(DeskHandler):
    """The style and the script, which are no secret."""

    role = "any"

    async def prepare(self) -> None:
        """Let everybody in."""

    def get(self, name: str) -> None:
        """Answer with the file."""
        kind = {"desk.css": "text/css", "desk.js": "text/javascript"}[name]
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=600")
        self.write(stylesheet() if name == "desk.css" else script())


class Home(DeskHandler):
    """The assignments of the course."""

    role = "any"

    def get(self) -> None:
        """Show them, with what is to do in each."""
        if self.person.role == "student":
            self.redirect(self.place("mine"))
            return
        rooms = [self.classroom.room(name) for name in self.classroom.assignments()]
        self.show(
            "home.html",
            title=self.classroom.course.root.name,
            rows=[describe_room(room) for room in rooms],
        )


def describe_room(room: Room) -> dict[str, Any]:
    """Return what is to do in an assignment."""
    return {
        "room": room,
        "submissions": len(room.students),
        "waiting": sum(len(room.waiting(question)) for question in room.questions),
        "look": sum(
            any(reason.kind not in ("waiting", "late") for reason in entry.reasons)
            for entry in make_queue(room)
        ),
        "appeals": sum(appeal.is_open for appeal in room.records.appeals),
    }


class Queue(DeskHandler):
    """Who needs a look, and which questions wait."""

    def get(self, assignment: str) -> None:
        """Show the queue, filtered as the address says."""
        room = self.find_room(assignment)
        wanted = {name: self.get_query_argument(name, "") for name in ("reason", "group", "text")}
        everything = make_queue(room)
        groups = dict(room.people.groups)
        entries = filter_queue(everything, groups=groups, **wanted)
        try:
            page = max(1, int(self.get_query_argument("page", "1")))
        except ValueError:
            page = 1
        pages = max(1, -(-len(entries) // PAGE))
        page = min(page, pages)
        counts: dict[str, int] = {}
        for entry in everything:
            for kind in set(entry.kinds):
                counts[kind] = counts.get(kind, 0) + 1
        self.show(
            "queue.html",
            title=room.title,
            room=room,
            tab="queue",
            entries=entries[(page - 1) * PAGE : page * PAGE],
            found=len(entries),
            page=page,
            pages=pages,
            wanted=wanted,
            counts=counts,
            names=reason_names(),
            groups=sorted(set(groups.values()) - {""}),
            group_of=groups,
            missing=sorted(set(groups) - set(room.students)),
            questions=[
                {
                    "question": question,
                    "answers": len(room.who_answered(question)),
                    "waiting": len(room.waiting(question)),
                }
                for question in room.questions
            ],
        )


class NextAnswer(DeskHandler):
    """The way to the next answer that waits, or to the end of the question."""

    def get(self, assignment: str, notebook: str, key: str) -> None:
        """Go there."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        after = self.get_query_argument("after", "")
        student = room.next_waiting(question, after)
        if student is not None:
            self.redirect(self.place("a", assignment, "q", notebook, key, "s", student))
        else:
            self.redirect(self.place("a", assignment, "q", notebook, key, "done"))


class FirstAnswer(DeskHandler):
    """The way to the first answer, whether it waits or not."""

    def get(self, assignment: str, notebook: str, key: str) -> None:
        """Go there."""
        room = self.find_room(assignment)
        everybody = room.who_answered(find_question(room, notebook, key))
        if not everybody:
            raise HTTPError(404)
        self.redirect(self.place("a", assignment, "q", notebook, key, "s", everybody[0]))


class Done(DeskHandler):
    """What to see when no answer to a question waits any more."""

    def get(self, assignment: str, notebook: str, key: str) -> None:
        """Say so, and what is next."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        others = [
            (other, len(waiting)) for other in room.questions if (waiting := room.waiting(other))
        ]
        self.show(
            "done.html", title=room.title, room=room, question=question, tab="queue", others=others
        )


def find_question(room: Room, notebook: str, key: str) -> Question:
    """Return a question, or an error 404."""
    question = room.question_of(notebook, key)
    if question is None:
        raise HTTPError(404)
    return question


def present_answer(executed: NotebookNode, question: Question) -> dict[str, Any]:
    """Return what every marker of an answer sees of it, also one who marks blindly."""
    reference = question.reference
    notes = question.rubric.notes
    return {
        "frame": render_answer(executed, question),
        "words": count_words(executed, question) if question.kind == "written" else None,
        "reference": render_code(reference) if question.is_code else render_markdown(reference),
        "notes": render_markdown(notes) if notes else "",
    }


class Answer(DeskHandler):
    """One answer beside reference, rubric, evidence and comments."""

    def get(self, assignment: str, notebook: str, key: str, student: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        question = find_question(room, notebook, key)
        if student not in room.who_answered(question):
            raise HTTPError(404)
        executed = self.shelf.read(assignment, student, notebook)
        everybody = room.who_answered(question)
        here = everybody.index(student)
        result = room.results[student]
        note = room.note(question, student)
        mark = room.marks.get((student, notebook, question.key))
        automatic = room.automatic_marks.get((student, notebook, question.key))
        after = room.next_waiting(question, student) if question.needs_mentor else None
        steps = everybody[here + 1 :] if not question.needs_mentor else ()
        following = after if question.needs_mentor else (steps[0] if steps else None)
        base = ("a", assignment, "q", notebook, key)
        self.show(
            "answer.html",
            title=question.title,
            room=room,
            tab="queue",
            question=question,
            student=student,
            **present_answer(executed, question),
            tests_frame=render_test_output(executed, question.marks)
            if question.kind == "code"
            else "",
            prompt=render_markdown(question.prompt) if question.prompt else "",
            general=render_markdown(question.rubric.general) if question.rubric.general else "",
            talk=render_markdown(question.rubric.talk) if question.rubric.talk else "",
            mark=mark,
            automatic=automatic,
            changed=room.changed_since(question, student),
            note=note,
            phrases=[
                phrase
                for phrase in room.records.phrases.values()
                if (phrase.notebook, phrase.key) == (notebook, question.key)
            ],
            tests=tell_tests(
                question,
                {
                    one: found
                    for one in question.marks
                    if (found := room.automatic_marks.get((student, notebook, one)))
                },
                result,
                find_errors(executed, question.marks),
            ),
            run=describe_run(result),
            reasons=[reason for reason in find_reasons(room, student) if reason.kind != "waiting"],
            history=room.history(student, notebook, question.marks),
            appeals=[
                appeal
                for appeal in room.appeals(student)
                if (appeal.notebook, appeal.key) == (notebook, question.key)
            ],
            version=answer_version(room, question, student),
            waiting=len(room.waiting(question)),
            number=here + 1,
            total=len(everybody),
            earlier=everybody[here - 1] if here else None,
            later=everybody[here + 1] if here + 1 < len(everybody) else None,
            next_address=self.place(*base, "s", following)
            if following
            else self.place(*base, "done"),
        )


class Submission(DeskHandler):
    """The whole work of one student, with all marks and everything on record."""

    def get(self, assignment: str, student: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        result = room.results.get(student)
        if result is None:
            raise HTTPError(404)
        notebooks = sorted({question.notebook for question in room.questions})
        self.show(
            "submission.html",
            title=student,
            room=room,
            tab="queue",
            student=student,
            result=result,
            reasons=find_reasons(room, student),
            names=reason_names(),
            run=describe_run(result),
            questions=[
                {
                    "question": question,
                    "points": sum(
                        (room.marks[student, question.notebook, key].points or 0.0)
                        for key in question.marks
                        if (student, question.notebook, key) in room.marks
                    ),
                    "waits": room.waits(question, student),
                    "answered": student in room.who_answered(question),
                    "comment": room.note(question, student).composed,
                }
                for question in room.questions
            ],
            log=room.records.log.get(student, ()),
            appeals=room.appeals(student),
            seen=room.records.seen.get(student),
            frames=[
                (name, render_notebook(self.shelf.read(assignment, student, name)))
                for name in notebooks
            ]
            if result.status == "graded"
            else [],
            group=room.people.groups.get(student, ""),
            reads=room.people.languages.get(student, ""),
            has_feedback=self.classroom.feedback_file(assignment, student).is_file(),
        )
