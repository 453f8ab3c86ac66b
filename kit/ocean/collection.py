"""Many data sets at once: verified, copied into a mirror, packed into one archive.

A mirror is a folder with the files of the catalogue under their names, and a page that gives licence and
citation of each. A class without a network points `KIT_DATA_MIRROR` at it.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.ocean import store
from kit.ocean.catalogue import Entry, load_catalogue
from kit.ocean.opening import fetch_entry, read_entry

NOTICES = "LICENCES.txt"
# Archives of the same files are the same, byte for byte: no dates of today, no names of users.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)

State = Literal["good", "absent", "wrong"]
Tell = Callable[[Entry], None]


@dataclass(frozen=True)
class Verdict:
    """What was found out about the copies of a data set on this machine."""

    entry: Entry
    state: State
    reason: str = ""
    origins: tuple[str, ...] = ()


def default_entries() -> list[Entry]:
    """Return the data sets that are taken along when none is named: those without a doubtful licence."""
    return [entry for entry in load_catalogue().values() if entry.is_default]


def verify_entry(entry: Entry) -> Verdict:
    """Hold the copies on this machine against the catalogue, bytes first, then meaning; no network."""
    found, damaged = store.find_local(entry)
    if damaged:
        return Verdict(entry, "wrong", " ".join(error.message() for error in damaged))
    missing = [file.name for file in entry.files if file.name not in found.paths]
    origins = tuple(sorted(set(found.origins.values())))
    if len(missing) == len(entry.files):
        return Verdict(entry, "absent")
    if missing:
        return Verdict(
            entry, "wrong", _("a part is absent: {names}").format(names=", ".join(missing)), origins
        )
    try:
        read_entry(entry, found.paths)
    except KitError as error:
        return Verdict(entry, "wrong", error.what, origins)
    return Verdict(entry, "good", origins=origins)


def fetch_entries(
    entries: Iterable[Entry], *, tell: Tell | None = None, progress: bool = True
) -> None:
    """Bring data sets to this machine, and report all that failed at the end.

    Raises
    ------
    KitErrors
        With one error for each data set that could not be fetched.
    """
    errors = []
    for entry in entries:
        try:
            fetch_entry(entry, progress=progress)
        except KitError as error:
            errors.append(error)
        else:
            if tell is not None:
                tell(entry)
    if errors:
        raise KitErrors(errors)


def write_mirror(folder: Path, entries: Iterable[Entry], *, tell: Tell | None = None) -> None:
    """Copy data sets into a folder that can serve as a mirror; files that are there already stay.

    Raises
    ------
    KitErrors
        With one error for each data set that could not be had; the others are copied all the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(entries)
    errors = []
    copied = []
    for entry in wanted:
        try:
            found = fetch_entry(entry, progress=True)
            for file in entry.files:
                _copy(found.paths[file.name], folder / file.name)
        except KitError as error:
            errors.append(error)
        else:
            copied.append(entry)
            if tell is not None:
                tell(entry)
    known = [
        entry
        for entry in load_catalogue().values()
        if entry in copied or all((folder / file.name).is_file() for file in entry.files)
    ]
    (folder / NOTICES).write_text(make_notices(known), encoding="utf-8")
    if errors:
        raise KitErrors(errors)


def _copy(source: Path, target: Path) -> None:
    if target.exists() and source.samefile(target):
        return
    # A copy that is cut off must not look like the file.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".copying-")
    os.close(handle)
    part = Path(name)
    try:
        shutil.copyfile(source, part)
        part.chmod(0o644)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def pack_entries(archive: Path, entries: Iterable[Entry]) -> list[Entry]:
    """Write data sets that may be passed on into one archive, with their licences; return them.

    Parameters
    ----------
    archive
        A name that ends in ``.zip`` or ``.tar.gz``.
    entries
        The data sets; those with a licence in doubt are left out.

    Raises
    ------
    KitError
        If the name has another ending, or nothing is left to pack.
    KitErrors
        If a data set could not be had; no archive is written then.
    """
    packed = [entry for entry in entries if entry.is_default]
    if not packed:
        raise KitError(
            _("nothing to pack: the licence of each of these is in doubt"), where=archive
        )
    write = _writer(archive)
    fetch_entries(packed, progress=True)
    contents = {NOTICES: make_notices(packed).encode("utf-8")}
    for entry in packed:
        found = fetch_entry(entry)
        contents |= {file.name: found.paths[file.name].read_bytes() for file in entry.files}
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_name(archive.name + ".part")
    try:
        write(part, contents)
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)
    return packed


def _writer(archive: Path) -> Callable[[Path, dict[str, bytes]], None]:
    if archive.name.endswith(".zip"):
        return _write_zip
    if archive.name.endswith((".tar.gz", ".tgz")):
        return _write_tar
    raise KitError(
        _("this is not a name for an archive"),
        where=archive,
        fix=_("Give a name that ends in .zip or .tar.gz"),
    )


def _write_zip(path: Path, contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, contents[name])


def _write_tar(path: Path, contents: dict[str, bytes]) -> None:
    import gzip

    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as target,
    ):
        for name in sorted(contents):
            info = tarfile.TarInfo(name)
            info.size = len(contents[name])
            target.addfile(info, io.BytesIO(contents[name]))


def make_notices(entries: Iterable[Entry]) -> str:
    """Return the text that goes with copies: origin, licence and citation of each data set."""
    parts = [_("Ocean data sets: where they come from, and under which terms.")]
    for entry in entries:
        lines = [
            f"{entry.name}: {entry.title}",
            _("  licence (tier {tier}): {licence}").format(tier=entry.tier, licence=entry.licence),
            _("  cite as: {citation}").format(citation=entry.citation),
        ]
        if entry.doubt:
            lines.append(_("  in doubt: {doubt}").format(doubt=entry.doubt))
        lines += [
            f"  {file.name}: {file.urls[0]}\n    SHA-256 {file.sha256}" for file in entry.files
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
