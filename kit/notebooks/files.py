"""Notebook files: read with an error that helps, write so that nothing is ever half written."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

from kit.errors import KitError

# A notebook with every figure of a long lesson is under 5 MB. Past this size it is nearly always an endless
# print loop, and validating it would take gigabytes of memory.
MAX_BYTES = 50_000_000


def read_notebook(path: str | Path, *, max_bytes: int = MAX_BYTES) -> NotebookNode:
    """Read a notebook from a file.

    Notebooks of format 4.0 to 4.4 are brought to 4.5; the cell ids they lack are derived from position and
    content, so that reading twice gives the same ids.

    Parameters
    ----------
    path
        The file to read.
    max_bytes
        Refuse files larger than this.

    Raises
    ------
    KitError
        If the file is missing, too large, not JSON, or not a valid notebook of format 4; the message says
        which, and what to do.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise KitError(
                "this is a folder, not a notebook", where=path, fix="Name the .ipynb file"
            )
        if size > max_bytes:
            raise KitError(
                f"this notebook is {size / 1e6:.0f} MB, and the limit is {max_bytes / 1e6:.0f} MB",
                where=path,
                fix="Clear the outputs (Kernel > Restart Kernel and Clear Outputs) and save it again",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise KitError(
            "there is no such file", where=path, fix="Check the name and the folder"
        ) from None
    except PermissionError:
        raise KitError(
            "this file may not be read", where=path, fix="Check its permissions"
        ) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise KitError(
            f"this is not a notebook: byte {err.start} is not UTF-8 text",
            where=path,
            fix="Save it again from Jupyter",
        ) from None
    return parse_notebook(text, where=path)


def parse_notebook(text: str, *, where: str | Path | None = None) -> NotebookNode:
    """Make a notebook from its JSON text; `read_notebook` says what is accepted and refused.

    Examples
    --------
    >>> parse_notebook("print(1)", where="a.ipynb")
    Traceback (most recent call last):
        ...
    kit.errors.KitError: a.ipynb: this is not a notebook: line 1 is not JSON (Expecting value). Save it \
again from Jupyter, or restore an earlier copy.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as err:
        line = (
            f"line {err.lineno} is not JSON ({err.msg})"
            if isinstance(err, json.JSONDecodeError)
            else str(err)
        )
        raise KitError(
            f"this is not a notebook: {line}",
            where=where,
            fix="Save it again from Jupyter, or restore an earlier copy",
        ) from None
    major = data.get("nbformat") if isinstance(data, dict) else None
    if not isinstance(major, int):
        raise KitError(
            "this is JSON, but not a notebook: it has no 'nbformat' number",
            where=where,
            fix="Save it again from Jupyter",
        )
    if major != 4:
        raise KitError(
            f"this notebook has format {major}, and only format 4 is read",
            where=where,
            fix="Open it in Jupyter and save it, or run: jupyter nbconvert --to notebook --inplace FILE",
        )
    _check_cells(data, where)
    _upgrade_minor(data)
    notebook = nbformat.from_dict(data)
    try:
        nbformat.validate(notebook)
    except (nbformat.ValidationError, TypeError, ValueError) as err:
        # nbformat itself fails where the type of a cell is not even a text.
        reason = (
            str(err).splitlines()[0]
            if isinstance(err, nbformat.ValidationError)
            else "a type is no text"
        )
        raise KitError(
            f"this notebook breaks the notebook format: {reason}",
            where=where,
            fix="Save it again from Jupyter",
        ) from None
    # On disk a text is a list of lines; in memory it is one string.
    return rejoin_lines(notebook)


def _check_cells(data: dict[str, Any], where: str | Path | None) -> None:
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise KitError(
            "this notebook has no list of cells", where=where, fix="Save it again from Jupyter"
        )
    bare = [
        number for number, cell in enumerate(cells, 1) if not isinstance(cell.get("metadata"), dict)
    ]
    if bare:
        raise KitError(
            f"cell {_numbers(bare)} has no metadata",
            where=where,
            fix="Open it in Jupyter and save it again: that adds what is missing",
        )
    first: dict[str, int] = {}
    twice = []
    for number, cell in enumerate(cells, 1):
        identity = cell.get("id")
        if isinstance(identity, str):
            if identity in first:
                twice.append(f"{identity!r} (cells {first[identity]} and {number})")
            first.setdefault(identity, number)
    if twice:
        raise KitError(
            f"two cells have the same id: {', '.join(twice[:5])}",
            where=where,
            fix="Delete the copy, or open the notebook in Jupyter and save it: that gives the copy a new id",
        )


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return shown + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def _upgrade_minor(data: dict[str, Any]) -> None:
    """Bring a freshly parsed notebook of format 4.x to 4.5, giving ids to cells that have none."""
    minor = data.get("nbformat_minor")
    if not isinstance(minor, int) or minor < 5:
        data["nbformat_minor"] = 5
    data.setdefault("metadata", {})
    taken = {cell["id"] for cell in data["cells"] if isinstance(cell.get("id"), str)}
    for number, cell in enumerate(data["cells"]):
        if cell.get("id") is None:
            content = json.dumps([number, cell.get("cell_type"), cell.get("source")])
            identity = "auto-" + hashlib.sha256(content.encode()).hexdigest()[:12]
            while identity in taken:
                identity += "x"
            taken.add(identity)
            cell["id"] = identity


def write_notebook(notebook: NotebookNode, path: str | Path) -> None:
    """Write a notebook, replacing what is there only once all of it is on the disk.

    The text is what Jupyter itself writes (one space of indentation, UTF-8, a final newline), so that a
    file written here and saved from JupyterLab differ only where the content does.
    """
    text = nbformat.writes(notebook, version=4)
    write_atomically(text if text.endswith("\n") else text + "\n", path)


def write_atomically(text: str, path: str | Path) -> None:
    """Write text to a file so that a reader, or a crash, sees the old content or the new and no mixture."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        umask = os.umask(0)
        os.umask(umask)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
