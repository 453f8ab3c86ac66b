"""A learner's folder on disk: what is in it, and how it is made and brought up to date.

Below ``.kit`` stand the learner's settings (``learner.json``), the version of each file that they got
(``base``), copies of what an update changed (``backup``) and their own log. An update is a merge of three
versions, so the learner's work stays; the merge itself is `kit.notebooks.merge`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import nbformat
from nbformat import NotebookNode

from kit import __version__
from kit.errors import KitError
from kit.i18n import gettext as _
from kit.notebooks import MAX_BYTES, parse_notebook
from kit.notebooks.merge import merge_notebooks
from kit.workspace.content import is_clone

DEFAULT_FOLDER = Path("~/bitacora")

Outcome = Literal["added", "updated", "merged", "conflict", "kept", "same", "failed"]


@dataclass(frozen=True)
class Change:
    """What became of one file: ``detail`` is a sentence for the learner, where there is one to say."""

    name: str
    outcome: Outcome
    detail: str = ""


def find_folder(start: Path | None = None) -> Path | None:
    """Return the learner's folder at or above ``start``, or the one at the usual place, or None."""
    here = (start or Path.cwd()).resolve()
    usual = DEFAULT_FOLDER.expanduser()
    for folder in (here, *here.parents, usual):
        if (folder / ".kit" / "learner.json").is_file():
            return folder
    return None


def start_folder(
    folder: Path, files: Mapping[str, bytes], *, learner: str | None = None
) -> list[Change]:
    """Make a learner's folder, or add to it what is missing; nothing that is there is overwritten.

    Parameters
    ----------
    folder
        The folder; it may exist and have other things in it.
    files
        What it is to contain, see `kit.workspace.content.Content`.
    learner
        The id under which the learner hands in, where they have one.

    Raises
    ------
    KitError
        If ``folder`` is a file, or lies in a clone of the kit, whose sources would be taken for the
        learner's work.
    """
    _check_place(folder)
    changes = []
    for name, data in files.items():
        path = _inside(folder, name)
        if path.exists():
            changes.append(Change(name, "same" if path.read_bytes() == data else "kept"))
            # A file that is as we would write it is ours, wherever it came from.
            if path.read_bytes() == data and not _base(folder, name).exists():
                _write(_base(folder, name), data)
        else:
            _write(_base(folder, name), data)
            _write(path, data)
            changes.append(Change(name, "added"))
    _write_settings(folder, learner)
    return changes


def update_folder(
    folder: Path, files: Mapping[str, bytes], *, now: datetime | None = None
) -> list[Change]:
    """Bring corrections and new files into a learner's folder, and keep what the learner wrote.

    Each file that changes is copied to ``.kit/backup/<time>/`` first. One file that can not be read does
    not stop the others. An update that was interrupted goes on where it was.

    Parameters
    ----------
    folder
        A folder that `start_folder` made.
    files
        The new content.
    now
        The time that the back-up is called after; the current one by default.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H%M%S")
    backup = _unused(folder / ".kit" / "backup" / stamp)
    changes = [_update_file(folder, name, data, backup) for name, data in files.items()]
    _write_settings(folder, None)
    return changes


def _unused(path: Path) -> Path:
    number, result = 1, path
    while result.exists():
        number += 1
        result = path.with_name(f"{path.name}-{number}")
    return result


def _update_file(folder: Path, name: str, new: bytes, backup: Path) -> Change:
    path, base_path = _inside(folder, name), _base(folder, name)
    base = base_path.read_bytes() if base_path.exists() else None
    if not path.exists():
        if base is not None:
            return Change(name, "kept", _("you deleted it; 'kit start' brings it back"))
        _write(base_path, new)
        _write(path, new)
        return Change(name, "added")
    theirs = path.read_bytes()
    if new in (base, theirs):
        if base != new:
            _write(base_path, new)
        return Change(name, "same")
    if base is None:
        return Change(name, "kept", _("it was here before the kit's file of this name"))
    change, result = _merge_file(name, base, theirs, new)
    if result is not None:
        _write(backup / name, theirs)
        _write(path, result)
    if change.outcome == "conflict" and result is None:
        beside = path.with_name(f"{path.stem}.new{path.suffix}")
        _write(beside, new)
    if change.outcome != "failed":
        _write(base_path, new)
    return change


def _merge_file(name: str, base: bytes, theirs: bytes, new: bytes) -> tuple[Change, bytes | None]:
    """Return what becomes of a file, and its new content where it has one."""
    if theirs == base:
        return Change(name, "updated"), new
    if not name.endswith(".ipynb"):
        detail = _("you changed it; the new version is beside it, with '.new' in its name")
        return Change(name, "conflict", detail), None
    try:
        merged = merge_notebooks(*(_parse(each) for each in (base, theirs, new)))
    except KitError as err:
        return Change(
            name, "failed", _("it stays as it is: {reason}").format(reason=err.what)
        ), None
    text = nbformat.writes(merged.notebook, version=4)
    data = (text if text.endswith("\n") else text + "\n").encode()
    if merged.conflicts:
        detail = _(
            "you and the authors changed the same cells ({cells}); both versions are there"
        ).format(cells=", ".join(merged.conflicts))
        return Change(name, "conflict", detail), data
    return Change(name, "merged", _("your work is kept")), data


def _parse(data: bytes) -> NotebookNode:
    if len(data) > MAX_BYTES:
        raise KitError(_("it is too large ({size:.0f} MB)").format(size=len(data) / 1e6))
    try:
        return parse_notebook(data.decode("utf-8"))
    except UnicodeDecodeError as err:
        raise KitError(_("byte {n} is not UTF-8 text").format(n=err.start)) from None


def _check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise KitError(_("this is a file"), where=folder, fix=_("Name a folder"))
    resolved = folder.resolve()
    for parent in (resolved, *resolved.parents):
        # A folder of its own inside a clone is fine: Binder works in one.
        sources = (parent / "courses", parent / "assignments")
        if is_clone(parent) and (resolved == parent or any(map(resolved.is_relative_to, sources))):
            raise KitError(
                _("these are the sources of the lessons, not a place to work in"),
                where=folder,
                fix=_("Name another folder, such as: kit start ~/bitacora"),
            )


def _inside(folder: Path, name: str) -> Path:
    path = folder.joinpath(*name.split("/"))
    if not path.resolve().is_relative_to(folder.resolve()):
        raise KitError(_("this path leads out of the folder"), where=name, fix=_("Remove the link"))
    return path


def _base(folder: Path, name: str) -> Path:
    return folder.joinpath(".kit", "base", *name.split("/"))


def _write_settings(folder: Path, learner: str | None) -> None:
    path = folder / ".kit" / "learner.json"
    settings: dict[str, object] = {}
    if path.exists():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            settings = found if isinstance(found, dict) else {}
        except ValueError:
            settings = {}
    settings.setdefault("made_at", datetime.now(UTC).isoformat(timespec="seconds"))
    settings["kit"] = __version__
    if learner is not None:
        settings["id"] = learner
    _write(path, (json.dumps(settings, indent=1, ensure_ascii=False) + "\n").encode())


def _write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new, and no mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
