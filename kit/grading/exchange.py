"""The exchange: a folder through which notebooks go from learner to mentor.

A shared folder, a USB stick or, for someone who studies alone, a folder of their own. Each attempt
is a folder ``<exchange>/<assignment>/<student>/<time>-<hash>/`` with the files and a
``receipt.json``; nothing is ever replaced there. This module hands in; `kit.grading.collection`
fetches. It needs no grader installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.notebooks import MAX_BYTES, parse_notebook

RECEIPT = "receipt.json"
MAX_ATTEMPT_BYTES = 2 * MAX_BYTES
STAMP = "%Y%m%dT%H%M%SZ"
# A letter or digit first, so that neither "..", nor a hidden folder, nor an option can be meant.
_NAME = re.compile(r"[^\W_](?:[\w.@+ -]{0,98}[\w@+-])?")


@dataclass(frozen=True)
class Receipt:
    """What was handed in: by whom, when, and the SHA-256 of each file."""

    assignment: str
    student: str
    submitted_at: datetime
    files: dict[str, str]
    folder: Path

    @property
    def sha256(self) -> str:
        """One hash for the attempt: that of the only file, or of the list of files and hashes."""
        if len(self.files) == 1:
            return next(iter(self.files.values()))
        listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(listing.encode()).hexdigest()

    def to_json(self) -> str:
        """Return the text of the receipt file."""
        return json.dumps(
            {
                "assignment": self.assignment,
                "student": self.student,
                "submitted_at": self.submitted_at.astimezone(UTC).isoformat(),
                "files": self.files,
            },
            indent=1,
            ensure_ascii=False,
        )


def check_name(name: str, what: str) -> str:
    """Return the name of a student or an assignment, if it is safe as the name of a folder.

    Parameters
    ----------
    name
        The name as it was given.
    what
        What it names, for the error: ``"student"`` or ``"assignment"``.

    Raises
    ------
    KitError
        If the name could lead out of the folder, or hold what a file system or a terminal misreads.

    Examples
    --------
    >>> check_name("intern-07", "student")
    'intern-07'
    >>> check_name("../intern-07", "student")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    kit.errors.KitError: '../intern-07' can not be the name of a student. Use letters, ...
    """
    plain = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(plain):
        if what == "student":
            problem = _("{name!r} can not be the name of a student")
        else:
            problem = _("{name!r} can not be the name of an assignment")
        raise KitError(
            problem.format(name=name),
            fix=_("Use letters, digits and . _ - @ +, and begin with a letter or a digit"),
        )
    return plain


def hand_in(
    notebooks: Sequence[Path],
    *,
    assignment: str,
    student: str,
    to: Path,
    extra: Sequence[Path] = (),
    folder: Path | None = None,
    as_it_is: bool = False,
    now: datetime | None = None,
) -> Receipt:
    """Copy notebooks into the exchange as a new attempt, and check that the copy arrived whole.

    If it fails, the learner's files are untouched and no half attempt is left that counts.

    Parameters
    ----------
    notebooks
        The notebooks, all below ``folder``.
    assignment, student
        Names, see `check_name`.
    to
        The exchange folder. It must exist, so that a stick that is not plugged in is noticed.
    extra
        Further files that belong to the answer, below ``folder``.
    folder
        What the names of the files are relative to; the folder of the first notebook by default.
    as_it_is
        Hand in a file that can not be read as a notebook all the same.
    now
        The time of the attempt, with a time zone; the present by default.

    Raises
    ------
    KitError
        If a file can not be read, is too large, or the copy failed; the message says what to do.
    """
    assignment, student = check_name(assignment, "assignment"), check_name(student, "student")
    folder = (folder or Path(notebooks[0]).parent).resolve()
    content = {
        _inner_name(Path(path), folder): _read_bytes(
            Path(path), notebook=not as_it_is and path in notebooks
        )
        for path in [*notebooks, *extra]
    }
    size = sum(map(len, content.values()))
    if size > MAX_ATTEMPT_BYTES:
        raise KitError(
            _("these files are {size:.0f} MB together, and the limit is {limit:.0f} MB").format(
                size=size / 1e6, limit=MAX_ATTEMPT_BYTES / 1e6
            ),
            where=folder,
            fix=_("Leave out files that your mentor has, such as data"),
        )
    to = Path(to)
    if not to.is_dir():
        raise KitError(
            _("this folder is not there, so nothing was handed in; your files are as they were"),
            where=to,
            fix=_(
                "Plug in the stick or connect the shared folder, then give the same command again"
            ),
        )
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    receipt = Receipt(
        assignment=assignment,
        student=student,
        submitted_at=moment,
        files={name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
        folder=to,
    )
    try:
        _make_shared(to / assignment)
        target = _write_attempt(receipt, content, to / assignment / student)
    except OSError as err:
        raise KitError(
            _("handing in failed ({reason}); your files are as they were").format(
                reason=err.strerror or err
            ),
            where=to,
            fix=_(
                "Give the same command again, or another folder with --to. If it fails again, "
                "send your mentor the file {file} yourself"
            ).format(file=notebooks[0]),
        ) from err
    return Receipt(assignment, student, moment, receipt.files, target)


def _inner_name(path: Path, folder: Path) -> str:
    # Only the folder is resolved: a notebook that is itself a link keeps the name the learner sees.
    parent = path.parent.resolve()
    if not parent.is_relative_to(folder):
        raise KitError(
            _("this file is not in the folder of the assignment"),
            where=path,
            fix=_("Move it to {folder}").format(folder=folder),
        )
    return (parent.relative_to(folder) / path.name).as_posix()


def _read_bytes(path: Path, *, notebook: bool) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise KitError(
                _("this file is {size:.0f} MB, and the limit is {limit:.0f} MB").format(
                    size=size / 1e6, limit=MAX_BYTES / 1e6
                ),
                where=path,
                fix=_("Clear its outputs (Kernel > Restart Kernel and Clear Outputs) and save it"),
            )
        data = path.read_bytes()
    except OSError as err:
        raise KitError(
            _("this file can not be read ({reason})").format(reason=err.strerror or err),
            where=path,
            fix=_("Check the name and the folder"),
        ) from err
    if notebook:
        _check_notebook(data, path)
    return data


def _check_notebook(data: bytes, path: Path) -> None:
    try:
        parse_notebook(data.decode("utf-8", errors="replace"), where=path)
    except KitError as err:
        raise KitError(
            err.what,
            where=path,
            fix=_("{fix}. Or hand it in as it is with --as-it-is: a mentor will look at it").format(
                fix=(err.fix or "").rstrip(".")
            ),
        ) from err


def _make_shared(folder: Path) -> None:
    """Make the folder of an assignment as open as the exchange, since the first learner makes it for all."""
    if not folder.is_dir():
        folder.mkdir()
        folder.chmod(folder.parent.stat().st_mode & 0o7777)


def _write_attempt(receipt: Receipt, content: dict[str, bytes], place: Path) -> Path:
    """Write the attempt beside its place, read it back, and give it its name only then."""
    place.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=place))
    try:
        for name, data in content.items():
            file = part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            _write_durably(file, data)
            if file.read_bytes() != data:
                raise OSError(_("the copy of {name} differs from your file").format(name=name))
        _write_durably(part / RECEIPT, receipt.to_json().encode())
        # mkdtemp makes a folder that only its owner can open; a mentor has to read it.
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o777 & ~umask)
        name = f"{receipt.submitted_at.strftime(STAMP)}-{receipt.sha256[:8]}"
        target, again = place / name, 1
        while target.exists():
            again += 1
            target = place / f"{name}-{again}"
        return part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write_durably(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        # A stick is often pulled out right after the receipt is printed.
        os.fsync(stream.fileno())
