"""Giving a mark: points and comment for one answer, in the gradebook and on record, or not at all.

A mentor's page carries the version of the answer that it shows. Whoever marks an older version is told what
stands there now, and nothing is overwritten. Changing what the grader or another mentor decided needs a reason.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kit.desk.classroom import Classroom, Room
from kit.desk.entries import Appeal, LogEntry, Note, Phrase
from kit.desk.marks import ChangedError, Given
from kit.desk.questions import Question
from kit.desk.records import (
    add_log,
    answer_appeal,
    count_log,
    now,
    read_appeals,
    read_note,
    write_note,
)
from kit.errors import KitError
from kit.i18n import gettext as _
from kit.i18n import speaking

MAX_TEXT = 10_000


@dataclass(frozen=True)
class Act:
    """What a mentor decided on one answer.

    Parameters
    ----------
    version
        From `answer_version`, as the page showed it.
    points
        Cell → its new points, or None to take a mentor's mark back; cells that are left out stay.
    own, phrases
        The comment in own words, and the reusable ones; None leaves what is there.
    reason
        Why a mark that somebody else gave is another one now.
    answers
        Number of an appeal → the answer to it, which the student reads in the comment.
    """

    assignment: str
    question: Question
    student: str
    mentor: str
    version: str
    points: Mapping[str, float | None] = field(default_factory=dict)
    own: str | None = None
    phrases: Sequence[int] | None = None
    reason: str = ""
    answers: Mapping[int, str] = field(default_factory=dict)


class ReasonNeededError(KitError):
    """The grader, or another mentor, decided this mark: changing it needs a reason."""


def answer_version(room: Room, question: Question, student: str) -> str:
    """Return the version of an answer: another one whenever its points, comment or work changed."""
    given = {
        key: room.given.get((student, question.notebook, key), Given())
        for key in {question.key, *question.marks}
    }
    note = room.records.notes.get((question.notebook, question.key, student), Note())
    return _version(
        room.automatic[student].key, given, note, len(room.records.log.get(student, ()))
    )


def _version(result: str, given: Mapping[str, Given], note: Note, count: int) -> str:
    state = [
        result,
        sorted((key, one.points, one.waits, one.comment) for key, one in given.items()),
        note.version,
        note.phrases,
        count,
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def give_mark(classroom: Classroom, act: Act) -> None:
    """Write what a mentor decided.

    Raises
    ------
    ChangedError
        If the answer is not the one that the mentor saw.
    ReasonNeededError
        If it changes what somebody else decided, and says not why.
    KitError
        If the points are impossible, or the gradebook does not know the answer.
    """
    question, student = act.question, act.student
    room = classroom.room(act.assignment)
    place = (question.notebook, question.key, student)
    with classroom.records.writing() as db, classroom.gradebook.writing() as book:
        given = classroom.gradebook.read_student(book, act.assignment, student)
        here = {
            key: given.get((question.notebook, key), Given())
            for key in {question.key, *question.marks}
        }
        here = {key: one if _counts(one) else Given() for key, one in here.items()}
        note = read_note(db, act.assignment, place)
        count = count_log(db, act.assignment, student)
        seen = _version(room.automatic[student].key, here, note, count)
        if seen != act.version:
            raise ChangedError(_("this answer changed while you looked at it"))
        for key, points in act.points.items():
            old = here.get(key, Given())
            entry = _decide(room, act, key, old, points)
            classroom.gradebook.write_points(
                book,
                act.assignment,
                (question.notebook, key, student),
                expected=old.points,
                points=points,
                waits=points is None and entry.automatic is None,
            )
            add_log(db, act.assignment, entry)
        for number, answer in act.answers.items():
            answer_appeal(db, number, answer, act.mentor)
        if act.own is not None or act.phrases is not None or act.answers:
            new = _new_note(room, act, note, here[question.key].comment)
            with speaking(room.people.languages.get(student)):
                answers = answers_to(read_appeals(db, act.assignment), place)
            text = compose(new, room.records.phrases, answers)
            classroom.gradebook.write_comment(book, act.assignment, place, text)
            write_note(
                db, act.assignment, place, Note(new.own, new.phrases, text, flagged=note.flagged)
            )


def _counts(given: Given) -> bool:
    """Say whether `Gradebook.read` would list it; a cell that only its tests marked reads as nothing."""
    return given.points is not None or bool(given.extra) or given.waits or bool(given.comment)


def _decide(room: Room, act: Act, key: str, old: Given, points: float | None) -> LogEntry:
    """Return the entry for the log; raise when the mark is impossible or needs a reason."""
    question = act.question
    automatic = room.automatic_marks.get((act.student, question.notebook, key))
    if key not in question.marks or automatic is None:
        raise KitError(_("there is no such mark"), where=f"{question.notebook} / {key}")
    most = automatic.max_points
    if points is not None and not (math.isfinite(points) and 0 <= points <= most):
        raise KitError(
            _("{points:g} points can not be given here").format(points=points),
            where=key,
            fix=_("Give 0 to {most:g}").format(most=most),
        )
    before = old.points if old.points is not None else automatic.points
    history = room.history(act.student, question.notebook, (key,))
    by_others = bool(history) and old.points is not None and history[-1].mentor != act.mentor
    elsewhere = old.points is not None and (not history or history[-1].after != old.points)
    theirs = by_others or elsewhere or (automatic.points is not None)
    if theirs and points != before and not act.reason.strip():
        raise ReasonNeededError(
            _("this mark is not your own"), fix=_("Say in one sentence why you change it")
        )
    corrected = before is not None and points != before
    return LogEntry(
        notebook=question.notebook,
        key=key,
        student=act.student,
        at=now(),
        mentor=act.mentor,
        kind="withdrawal" if points is None else "correction" if corrected else "mark",
        automatic=automatic.points,
        before=before,
        after=points,
        reason=act.reason.strip()[:MAX_TEXT],
    )


def _new_note(room: Room, act: Act, note: Note, comment: str) -> Note:
    """Return the note with what the mentor changed in it."""
    # What was written in the formgrader meanwhile becomes the mentor's own words.
    if comment != note.composed:
        note = Note(own=comment, version=note.version, flagged=note.flagged)
    own = note.own if act.own is None else act.own.replace("\r\n", "\n").strip()[:MAX_TEXT]
    phrases = note.phrases if act.phrases is None else tuple(dict.fromkeys(act.phrases))
    known = {
        phrase.id
        for phrase in room.records.phrases.values()
        if (phrase.notebook, phrase.key) == (act.question.notebook, act.question.key)
    }
    return Note(own=own, phrases=tuple(one for one in phrases if one in known))


def compose(note: Note, phrases: Mapping[int, Phrase], answers: Sequence[str] = ()) -> str:
    """Return a comment as the student reads it: reusable ones, own words, answers to appeals.

    Examples
    --------
    >>> said = {7: Phrase(7, "nb", "why", "Name the interval.", 1, "ana")}
    >>> compose(Note("Well read.", (7,)), said)
    'Name the interval.\\n\\nWell read.'
    """
    parts = [phrases[one].text for one in note.phrases if one in phrases]
    return "\n\n".join(part for part in [*parts, note.own, *answers] if part)


def answers_to(appeals: Sequence[Appeal], place: tuple[str, str, str]) -> list[str]:
    """Return the answers to the appeals on one answer, as they stand in the comment on it."""
    return [
        _("Answer to your appeal: {answer}").format(answer=appeal.answer)
        for appeal in appeals
        if (appeal.notebook, appeal.key, appeal.student) == place and appeal.answer
    ]


def flag(classroom: Classroom, assignment: str, place: tuple[str, str, str], on: bool) -> None:
    """Put a flag on an answer, or take it away: the mentor wants to come back to it."""
    with classroom.records.writing() as db:
        note = read_note(db, assignment, place)
        if note.version == 0 and not note.composed:
            given = classroom.room(assignment).given.get((place[2], place[0], place[1]), Given())
            note = Note(own=given.comment, phrases=note.phrases, composed=given.comment)
        write_note(db, assignment, place, Note(note.own, note.phrases, note.composed, flagged=on))
