"""The library of reusable comments: written once, edited once, changed in every answer that carries them."""

from __future__ import annotations

from dataclasses import replace

from kit.desk.classroom import Classroom, Room
from kit.desk.entries import Note
from kit.desk.marking import MAX_TEXT, answers_to, compose
from kit.desk.marks import ChangedError, Given
from kit.desk.questions import Question
from kit.desk.records import now, read_appeals, read_note, write_note
from kit.errors import KitError
from kit.i18n import gettext as _


def new_phrase(classroom: Classroom, room: Room, question: Question, text: str, mentor: str) -> int:
    """Add a reusable comment to a question; return its number. The same text is not added twice."""
    text = _clean(text)
    for phrase in room.records.phrases.values():
        if (phrase.notebook, phrase.key, phrase.text) == (question.notebook, question.key, text):
            return phrase.id
    with classroom.records.writing() as db:
        made = db.execute(
            "INSERT INTO phrase (assignment, notebook, key, text, mentor, at) VALUES (?, ?, ?, ?, ?, ?)",
            (room.assignment, question.notebook, question.key, text, mentor, now()),
        )
        return int(made.lastrowid or 0)


def change_phrase(
    classroom: Classroom, room: Room, question: Question, number: int, text: str, *, version: str
) -> tuple[int, int]:
    """Edit a reusable comment in the library and in every answer that carries it; an empty text retires it.

    A comment that was edited in the formgrader since keeps what stands there.

    Returns
    -------
    tuple
        How many answers changed, and how many were left as they are.

    Raises
    ------
    ChangedError
        If another mentor edited it since the page was loaded.
    """
    phrase = room.records.phrases.get(number)
    if phrase is None or (phrase.notebook, phrase.key) != (question.notebook, question.key):
        raise KitError(_("there is no such comment"), fix=_("Load the page again"))
    text = text.replace("\r\n", "\n").strip()[:MAX_TEXT]
    changed = left = 0
    with classroom.records.writing() as db, classroom.gradebook.writing() as book:
        row = db.execute("SELECT version FROM phrase WHERE id = ?", (number,)).fetchone()
        if str(row["version"]) != version:
            raise ChangedError(_("another mentor edited this comment meanwhile"))
        db.execute(
            "UPDATE phrase SET text = ?, version = version + 1, retired = ? WHERE id = ?",
            (text or phrase.text, int(not text), number),
        )
        phrases = {
            **room.records.phrases,
            number: replace(phrase, text=text),
        }
        appeals = read_appeals(db, room.assignment)
        uses = db.execute("SELECT student FROM phrase_use WHERE phrase = ?", (number,)).fetchall()
        for (student,) in map(tuple, uses):
            place = (question.notebook, question.key, student)
            note = read_note(db, room.assignment, place)
            given = classroom.gradebook.read_student(book, room.assignment, student)
            if given.get(place[:2], Given()).comment != note.composed:
                left += 1
                continue
            kept = note.phrases if text else tuple(one for one in note.phrases if one != number)
            said = compose(Note(note.own, kept), phrases, answers_to(appeals, place))
            classroom.gradebook.write_comment(book, room.assignment, place, said)
            write_note(db, room.assignment, place, Note(note.own, kept, said, flagged=note.flagged))
            changed += 1
    return changed, left


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()[:MAX_TEXT]
    if not text:
        raise KitError(_("this comment is empty"), fix=_("Write it first"))
    return text
