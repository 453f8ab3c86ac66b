"""What one learner handed in, read from its folder with the suspicion that it deserves.

Links are not followed, sizes are limited, and a notebook that is damaged in a way that can be mended is read
all the same. What can not be read becomes a sentence, never an exception: one bad submission must not stop
the others. Cells are mended in `kit.grading.repair`.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.fingerprint import (
    IGNORED,
    MAX_FILE_BYTES,
    MAX_FILES,
    digest_folder,
    walk_files,
)
from kit.grading.timestamps import TIMESTAMP, read_timestamp
from kit.i18n import gettext as _
from kit.notebooks import MAX_BYTES, parse_notebook

_CELL_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")


@dataclass(frozen=True)
class Submission:
    """What was handed in.

    Parameters
    ----------
    notebooks
        Name without ``.ipynb`` → notebook, for each that could be read.
    faults
        Name → why it could not be read, for the others.
    files
        Relative path → file, for everything else that may be used.
    repairs
        What had to be put right to read it, and what was left out, one sentence each.
    submitted_at
        The time in ``timestamp.txt``; None when there is none.
    digest
        Hash of everything that was read.
    """

    student: str
    folder: Path
    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    digest: str = ""


def read_submission(folder: Path, student: str, *, ignore: tuple[str, ...] = IGNORED) -> Submission:
    """Read a submission; whatever is wrong with it ends up in its sentences."""
    notebooks: dict[str, NotebookNode] = {}
    faults: dict[str, str] = {}
    files: dict[str, Path] = {}
    repairs: list[str] = []
    too_many = False
    if folder.is_symlink():
        return Submission(
            student, folder, repairs=(_("The folder is a link, and links are not followed."),)
        )
    for name, path in walk_files(folder, ignore):
        is_notebook = name.endswith(".ipynb") and "/" not in name
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                text = _("{name} is not a regular file (links are not followed)").format(name=name)
                if is_notebook:
                    faults[name.removesuffix(".ipynb")] = text + "."
                repairs.append(text + _(", and was left out."))
            elif is_notebook:
                notebooks[name.removesuffix(".ipynb")], mended = _read_notebook(path, name)
                repairs += mended
            elif status.st_size > MAX_FILE_BYTES:
                repairs.append(_("{name} is too large, and was left out.").format(name=name))
            elif len(files) >= MAX_FILES:
                too_many = True
            elif name != TIMESTAMP:
                files[name] = path
        except KitError as err:
            faults[name.removesuffix(".ipynb")] = err.message()
        except OSError as err:
            text = _("{name} could not be read ({reason}).").format(name=name, reason=err.strerror)
            faults[name.removesuffix(".ipynb")] = text
    if not notebooks and not faults:
        _find_misplaced(files, notebooks, repairs)
    if too_many:
        repairs.append(
            _("There are more than {n} files; the rest was left out.").format(n=MAX_FILES)
        )
    return Submission(
        student=student,
        folder=folder,
        notebooks=notebooks,
        faults=faults,
        files=files,
        repairs=tuple(repairs),
        submitted_at=read_timestamp(folder),
        digest=digest_folder(folder, ignore=ignore),
    )


def _find_misplaced(
    files: dict[str, Path], notebooks: dict[str, NotebookNode], repairs: list[str]
) -> None:
    """Look for notebooks in folders, and under names that a browser has lengthened, where there are none."""
    for name, path in list(files.items()):
        plain = re.sub(r"(\.ipynb)?(\.json|\.txt)?$", "", Path(name).name)
        if not re.search(r"\.(ipynb|json|txt)$", name) or plain in notebooks:
            continue
        try:
            if not name.endswith(".ipynb") and b'"nbformat"' not in path.read_bytes()[:MAX_BYTES]:
                continue
            notebooks[plain], mended = _read_notebook(path, name)
        except (KitError, OSError):
            continue
        del files[name]
        repairs += [_("{name} was taken for a notebook.").format(name=name), *mended]


def parse_submission(text: str, *, name: str) -> tuple[NotebookNode, tuple[str, ...]]:
    """Read the text of a submitted notebook, mending what Jupyter would have mended on saving.

    Outputs are left out: grading makes its own.

    Raises
    ------
    KitError
        If it is no notebook of format 4 even so.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if (
        not isinstance(data, dict)
        or data.get("nbformat") != 4
        or not isinstance(data.get("cells"), list)
    ):
        return parse_notebook(text, where=name), ()
    mended = _mend(data)
    # A lone half of a surrogate pair is legal in JSON and can be written to no file.
    clean = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    repairs = tuple(f"{name}: {sentence}" for sentence in mended)
    return parse_notebook(clean, where=name), repairs


def _read_notebook(path: Path, name: str) -> tuple[NotebookNode, tuple[str, ...]]:
    # Opened without following a link that takes the file's place after it was looked at.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
        size = os.fstat(stream.fileno()).st_size
    if len(data) > MAX_BYTES:
        raise KitError(
            _("this notebook is {size:.0f} MB, and the limit is {limit:.0f} MB").format(
                size=size / 1e6, limit=MAX_BYTES / 1e6
            ),
            where=name,
            fix=_("Clear the outputs, save it and hand it in again"),
        )
    if not data.strip():
        raise KitError(
            _("this file is empty"), where=name, fix=_("Save your notebook and hand it in again")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise KitError(
            _("this is not a notebook: byte {place} is not UTF-8 text").format(place=err.start),
            where=name,
            fix=_("Save your notebook in Jupyter and hand it in again"),
        ) from None
    return parse_submission(text, name=name)


def _mend(data: dict[str, Any]) -> list[str]:
    """Mend freshly parsed JSON in place, and say how."""
    said: list[str] = []
    data["metadata"] = _plain_metadata(data.get("metadata"))
    minor = data.get("nbformat_minor")
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 <= minor <= 5:
        data["nbformat_minor"] = 5
    for extra in data.keys() - {"nbformat", "nbformat_minor", "metadata", "cells"}:
        del data[extra]
    cells, bare, twice, taken = [], [], [], set()
    for number, cell in enumerate(data["cells"], 1):
        if not isinstance(cell, dict) or not _is_text(cell.get("source", "")):
            said.append(_("cell {number} was unreadable and was left out.").format(number=number))
            continue
        if not isinstance(cell.get("metadata"), dict):
            bare.append(number)
            cell["metadata"] = {}
        identity = cell.get("id")
        if identity is not None and not (isinstance(identity, str) and _CELL_ID.match(identity)):
            identity = cell.pop("id") and None
        if identity in taken and identity is not None:
            twice.append(number)
            del cell["id"]
        taken.add(identity)
        cells.append(_plain_cell(cell))
    data["cells"] = cells
    if bare:
        numbers = ", ".join(map(str, bare))
        said.append(_("these cells had no metadata: {numbers}.").format(numbers=numbers))
    if twice:
        numbers = ", ".join(map(str, twice))
        said.append(
            _("these cells had the id of an earlier one: {numbers}.").format(numbers=numbers)
        )
    return said


def _plain_metadata(metadata: Any) -> dict[str, Any]:
    """Return what grading looks at; widget states and the like may be broken, or huge."""
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = kernel.get("name") if isinstance(kernel, dict) else None
    return {"kernelspec": {"name": name, "display_name": name}} if isinstance(name, str) else {}


def _is_text(source: Any) -> bool:
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def _plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell with what format 4.5 asks for and nothing else, without outputs."""
    kind = cell.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        kind = "markdown"
    metadata = {
        name: value
        for name, value in cell["metadata"].items()
        if (name in ("nbgrader", "kit") and isinstance(value, dict))
        or (name in ("deletable", "editable") and isinstance(value, bool))
        or (name == "tags" and isinstance(value, list) and all(isinstance(t, str) for t in value))
    }
    plain = {"cell_type": kind, "metadata": metadata, "source": cell.get("source", "")}
    if "id" in cell:
        plain["id"] = cell["id"]
    if kind == "code":
        plain |= {"outputs": [], "execution_count": None}
    elif isinstance(cell.get("attachments"), dict):
        plain["attachments"] = cell["attachments"]
    return plain
