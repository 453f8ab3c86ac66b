"""The inbox: what people hand in over the hub, every attempt, and what a course allows.

It is an exchange folder as `kit.grading.exchange` makes one, but nobody can write to it except the service
that knows from the hub who is asking. So nobody reads or replaces another's work, and nobody hands in under
another's name.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from kit.errors import KitError
from kit.grading.collection import MAX_FILES
from kit.grading.course import load_course
from kit.grading.exchange import RECEIPT, Receipt, hand_in
from kit.grading.policy import load_policy
from kit.hub.people import Person
from kit.hub.place import Place
from kit.hub.settings import CourseSettings
from kit.i18n import gettext as _

_PART = re.compile(r"[^/\\\x00-\x1f]{1,150}")
_SEPARATOR = "~"


@dataclass(frozen=True)
class Attempt:
    """One attempt, as its receipt says."""

    submitted_at: datetime
    files: Mapping[str, str]
    folder: Path


@dataclass(frozen=True)
class Job:
    """A submission that waits to be graded."""

    course: str
    assignment: str
    student: str

    @property
    def name(self) -> str:
        """The name of its file in the queue; no part of it has the separator in it."""
        return _SEPARATOR.join((self.course, self.assignment, self.student))

    @classmethod
    def from_name(cls, name: str) -> Job | None:
        """Return the job that a file in the queue stands for; None for any other file."""
        parts = name.split(_SEPARATOR)
        return cls(*parts) if len(parts) == 3 else None


def take_in(
    place: Place,
    course: CourseSettings,
    person: Person,
    assignment: str,
    files: Mapping[str, bytes],
    *,
    as_it_is: bool = False,
    now: datetime | None = None,
) -> Receipt:
    """Keep an attempt for good, and put it in the queue of the grader.

    Parameters
    ----------
    place, course, person, assignment
        Where, and whose; the person is known from the hub, not from what was sent.
    files
        Relative path → content.
    as_it_is
        Take a file that can not be read as a notebook all the same.
    now
        The present, with a time zone.

    Raises
    ------
    KitError
        If the course does not allow it now, or the files can not be taken; nothing is kept then.
    """
    moment = now or datetime.now(UTC)
    check_released(place, course, assignment)
    if not person.takes_part(course.name):
        raise KitError(_("you are not in the course {course}").format(course=course.title))
    _check_policy(place, course, person, assignment, moment)
    _check_names(files)
    # Collection tells attempts apart by their second: a second one within it would never be graded.
    earlier = list_attempts(place, course.name, assignment, person.id)
    if earlier:
        moment = max(moment, earlier[-1].submitted_at + timedelta(seconds=1))
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=place.inbox) as incoming:
        folder = Path(incoming)
        paths = [folder / name for name in sorted(files)]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path.relative_to(folder).as_posix()])
        notebooks = [path for path in paths if path.suffix == ".ipynb"]
        inbox = place.inbox / course.name
        inbox.mkdir(mode=0o700, exist_ok=True)
        receipt = hand_in(
            notebooks,
            assignment=assignment,
            student=person.id,
            to=inbox,
            extra=[path for path in paths if path not in notebooks],
            folder=folder,
            as_it_is=as_it_is,
            now=moment,
        )
    put_in_queue(place, Job(course.name, assignment, person.id))
    return receipt


def check_released(place: Place, course: CourseSettings, assignment: str) -> None:
    """Raise a `KitError` when an assignment is not released in a course."""
    released = place.course(course.name) / "release"
    known = sorted(path.name for path in released.iterdir() if not path.name.startswith("."))
    if assignment not in known:
        raise KitError(
            _("there is no assignment {name!r} in this course").format(name=assignment),
            fix=_("The assignments are: {known}").format(known=", ".join(known)),
        )


def _check_policy(
    place: Place, course: CourseSettings, person: Person, assignment: str, now: datetime
) -> None:
    attempts = list_attempts(place, course.name, assignment, person.id)
    if course.most_attempts and len(attempts) >= course.most_attempts:
        raise KitError(
            _("you have handed this in {n} times, and no more is allowed").format(n=len(attempts)),
            fix=_("The newest attempt counts. Ask your mentor if something went wrong"),
        )
    if attempts and course.wait_seconds:
        left = course.wait_seconds - (now - attempts[-1].submitted_at).total_seconds()
        if left > 0:
            raise KitError(
                _("you handed this in a moment ago"),
                fix=_("Wait {n:.0f} seconds, then hand in again").format(n=left + 1),
            )
    if not course.after_due:
        due = load_policy(load_course(place.course(course.name)), assignment).due_for(person.id)
        if due is not None and now > due:
            raise KitError(
                _(
                    "this was due on {due:%Y-%m-%d %H:%M} UTC, and the course takes nothing later"
                ).format(due=due.astimezone(UTC)),
                fix=_("Ask your mentor for more time"),
            )


def _check_names(files: Mapping[str, bytes]) -> None:
    if not 0 < len(files) <= MAX_FILES:
        raise KitError(_("hand in between 1 and {n} files").format(n=MAX_FILES))
    for name in files:
        parts = PurePosixPath(name).parts
        good = (
            name == str(PurePosixPath(name))
            and len(parts) <= 8
            and all(_PART.fullmatch(part) and not part.startswith(".") for part in parts)
            and name != RECEIPT
        )
        if not good:
            raise KitError(
                _("{name!r} can not be the name of a file here").format(name=name),
                fix=_("Rename it"),
            )
    if not any(name.endswith(".ipynb") for name in files):
        raise KitError(_("there is no notebook among these files"))


def list_attempts(place: Place, course: str, assignment: str, student: str) -> tuple[Attempt, ...]:
    """Return every attempt of somebody, the oldest first."""
    found = []
    folder = place.inbox / course / assignment / student
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        try:
            receipt = json.loads((path / RECEIPT).read_text(encoding="utf-8"))
            moment = datetime.fromisoformat(receipt["submitted_at"])
            found.append(Attempt(moment, dict(receipt["files"]), path))
        except (OSError, ValueError, KeyError):
            continue
    return tuple(sorted(found, key=lambda attempt: (attempt.submitted_at, attempt.folder.name)))


def put_in_queue(place: Place, job: Job) -> None:
    """Let the grader know of a submission."""
    (place.queue / job.name).write_text("")


def read_queue(place: Place) -> list[Job]:
    """Return what waits, the oldest first."""
    entries = []
    for path in place.queue.iterdir():
        job = Job.from_name(path.name)
        if job is not None:
            try:
                entries.append((path.stat().st_mtime_ns, job))
            except FileNotFoundError:
                continue
    return [job for _moment, job in sorted(entries, key=lambda entry: entry[0])]


def clean_up(place: Place) -> None:
    """Remove what a service that was killed has left half received."""
    for path in place.inbox.glob(".incoming-*"):
        shutil.rmtree(path, ignore_errors=True)
