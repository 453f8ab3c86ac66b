"""The collection: the newest attempt of each student, fetched from the exchange into a course.

What lies in an exchange was written by people whom nobody has checked. So links are not followed,
names are checked, sizes are limited, and only regular files are copied. A newer submission in the
course is never replaced by an older one, and what is doubtful waits for a person.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from kit.errors import KitError
from kit.grading.exchange import MAX_ATTEMPT_BYTES, RECEIPT, check_name
from kit.grading.submission import TIMESTAMP, read_timestamp
from kit.i18n import gettext as _

MAX_FILES = 200
# Clocks of honest machines differ by seconds to a few minutes.
CLOCK_TOLERANCE = timedelta(minutes=5)

Outcome = Literal["collected", "unchanged", "older", "held", "refused"]


@dataclass(frozen=True)
class Collected:
    """What was done with the attempts of one student, and why."""

    student: str
    outcome: Outcome
    detail: str
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class _Attempt:
    folder: Path
    submitted_at: datetime
    files: dict[str, bytes] = field(repr=False)
    owner: int


class _RefusedError(Exception):
    """An attempt that can not be taken; the message says why."""


def collect(
    assignment: str,
    *,
    course: Path,
    source: Path,
    accept: Collection[str] = (),
    students: Collection[str] = (),
    now: datetime | None = None,
) -> Iterator[Collected]:
    """Bring the newest attempt of every student into ``submitted/<student>/<assignment>/``.

    Parameters
    ----------
    assignment
        The assignment.
    course
        An nbgrader course directory.
    source
        The exchange folder.
    accept
        Students whose doubtful attempts (written by two accounts, dated in the future, replacing a
        submission without a time stamp) a person has looked at and takes.
    students
        Only these; everybody who handed in when left out.
    now
        The present, with a time zone.

    Yields
    ------
    Collected
        One for each student, in the order of their names, as soon as it is done.

    Raises
    ------
    KitError
        If the course, the exchange or the assignment in it does not exist.
    """
    assignment = check_name(assignment, "assignment")
    course, source = Path(course), Path(source)
    if not course.is_dir():
        raise KitError(
            _("there is no such course directory"), where=course, fix=_("Check --course")
        )
    if not source.is_dir():
        raise KitError(
            _("there is no such folder"),
            where=source,
            fix=_("Connect the shared folder or the stick, and check --from"),
        )
    inbox = source / assignment
    if inbox.is_symlink() or not inbox.is_dir():
        known = sorted(entry.name for entry in source.iterdir() if not entry.name.startswith("."))
        raise KitError(
            _("nothing was handed in for {assignment!r}").format(assignment=assignment),
            where=source,
            fix=_("In this folder there is: {known}").format(
                known=", ".join(known) or _("nothing")
            ),
        )
    now = now or datetime.now(UTC)
    return (
        _collect_student(entry, assignment, course, accepted=entry.name in accept, now=now)
        for entry in sorted(inbox.iterdir())
        if not entry.name.startswith(".")
        and (not students or entry.name in students)
        and (entry.is_dir() or entry.is_symlink())
    )


def _collect_student(
    place: Path, assignment: str, course: Path, *, accepted: bool, now: datetime
) -> Collected:
    student = place.name
    try:
        check_name(student, "student")
    except KitError as err:
        return Collected(student, "refused", err.message())
    if place.is_symlink():
        return Collected(student, "refused", _("the folder is a link, and links are not followed"))
    attempts, problems = [], []
    for entry in sorted(place.iterdir()):
        if entry.name.startswith("."):
            continue
        try:
            attempts.append(_read_attempt(entry, assignment, student))
        except _RefusedError as err:
            problems.append(f"{entry.name}: {err}")
    aside = (
        " " + _("Not taken: {problems}").format(problems="; ".join(problems)) if problems else ""
    )
    if not attempts:
        return Collected(student, "refused", aside.strip() or _("the folder is empty"))
    newest = max(attempts, key=lambda attempt: (attempt.submitted_at, attempt.folder.name))
    doubts = [] if accepted else _find_doubts(attempts, newest, now)
    target = course / "submitted" / student / assignment
    try:
        present = read_timestamp(target)
        if target.exists():
            if present is None and not accepted:
                doubts.append(_("the submission in the course has no time stamp to compare with"))
            elif present is not None and present >= newest.submitted_at:
                same = present == newest.submitted_at
                detail = _("already here") if same else _("the course has a newer one")
                return Collected(student, "unchanged" if same else "older", detail + aside, present)
        if doubts:
            detail = _("{doubts}. Look at {folder}; to take it, add --accept {student}").format(
                doubts="; ".join(doubts), folder=place, student=student
            )
            return Collected(student, "held", detail + aside, newest.submitted_at)
        _place_attempt(newest, target)
    except OSError as err:
        # One disk error must not keep the work of the others from arriving.
        return Collected(
            student, "refused", f"{err.strerror or err}: {err.filename or target}" + aside
        )
    count = len(attempts)
    detail = _("attempt {number} of {count}").format(number=count, count=count)
    return Collected(student, "collected", detail + aside, newest.submitted_at)


def _find_doubts(attempts: list[_Attempt], newest: _Attempt, now: datetime) -> list[str]:
    doubts = []
    # In a folder where everybody may write, anybody may write under another's name.
    if len({attempt.owner for attempt in attempts}) > 1:
        doubts.append(_("the attempts were written by different accounts of this machine"))
    if newest.submitted_at > now + CLOCK_TOLERANCE:
        doubts.append(
            _("the newest attempt is dated in the future ({time})").format(time=newest.submitted_at)
        )
    return doubts


def _read_attempt(folder: Path, assignment: str, student: str) -> _Attempt:
    """Read an attempt whole, then compare it with its receipt."""
    if folder.is_symlink():
        raise _RefusedError(_("this is a link, and links are not followed"))
    if not folder.is_dir():
        raise _RefusedError(_("this is not an attempt"))
    files: dict[str, bytes] = {}
    total = 0
    owner = folder.lstat().st_uid
    # fwalk keeps each folder open and opens by name within it, so a folder that is exchanged for a
    # link while we read can not lead elsewhere.
    for root, folders, names, handle in os.fwalk(folder, follow_symlinks=False):
        for name in folders:
            if stat.S_ISLNK(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
                raise _RefusedError(
                    _("{name} is a link, and links are not followed").format(name=name)
                )
        for name in names:
            inner = (Path(root) / name).relative_to(folder).as_posix()
            data = _read_regular_file(name, handle, limit=MAX_ATTEMPT_BYTES - total)
            total += len(data)
            files[inner] = data
            if len(files) > MAX_FILES:
                raise _RefusedError(_("it has more than {limit} files").format(limit=MAX_FILES))
    if RECEIPT not in files:
        raise _RefusedError(_("it has no receipt, so it may be incomplete"))
    receipt = _parse_receipt(files.pop(RECEIPT))
    if (receipt["assignment"], receipt["student"]) != (assignment, student):
        raise _RefusedError(_("its receipt is for another student or assignment"))
    differing = sorted(
        name
        for name in files.keys() | receipt["files"].keys()
        if name not in files
        or hashlib.sha256(files[name]).hexdigest() != receipt["files"].get(name)
    )
    if differing:
        raise _RefusedError(
            _("not what the receipt says: {names}; ask for it again").format(
                names=", ".join(differing[:5])
            )
        )
    # The name is ours to write, beside the files.
    files.pop(TIMESTAMP, None)
    return _Attempt(folder, receipt["submitted_at"], files, owner)


def _read_regular_file(name: str, handle: int, *, limit: int) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=handle)
    except OSError as err:
        raise _RefusedError(
            _("{name} is a link or can not be read ({reason})").format(
                name=name, reason=err.strerror
            )
        ) from err
    with os.fdopen(descriptor, "rb") as stream:
        # Opening a pipe or a device and reading it could wait for ever.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _RefusedError(_("{name} is not a regular file").format(name=name))
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _RefusedError(
            _("it is larger than {limit:.0f} MB").format(limit=MAX_ATTEMPT_BYTES / 1e6)
        )
    return data


def _parse_receipt(data: bytes) -> dict[str, Any]:
    try:
        receipt = json.loads(data)
        moment = datetime.fromisoformat(receipt["submitted_at"])
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        files = receipt["files"]
        if not isinstance(files, dict):
            raise TypeError("files")
        return {
            "assignment": receipt["assignment"],
            "student": receipt["student"],
            "submitted_at": moment.astimezone(UTC).replace(microsecond=0),
            "files": files,
        }
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as err:
        raise _RefusedError(_("its receipt can not be read")) from err


def _place_attempt(attempt: _Attempt, target: Path) -> None:
    """Write the submission beside its place, then exchange the two."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    old = part.with_suffix(".old")
    try:
        for name, data in attempt.files.items():
            file = part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        stamp = attempt.submitted_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        (part / TIMESTAMP).write_text(stamp + "\n", encoding="utf-8")
        part.chmod(0o755)
        if target.exists():
            target.rename(old)
        part.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
