"""The leak gate: no line of a solution or of a hidden test may be read in what learners get.

The released version is made by taking marked lines out; the gate looks at the result instead, at all of
it: cells, outputs, metadata, attachments. `kit.grading.release` makes that version.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from kit.grading.cells import cell_kind
from kit.grading.release import hidden_text
from kit.notebooks import cell_key

# Without spaces. 'return x + 1' has 10, and would be found by accident.
LONGEST_HARMLESS = 12

# Lines that every cell may have, and that give no answer away.
_GENERIC = re.compile(
    r"(#|import\b|from\b|@|def\b|class\b|for\b.*:$|else:|try:|except\b|with\b.*:$|assert\b.*\($"
    r"|\w+ = np\.random\.default_rng\(.*\)$|[\])}]*$|\"\"\"|''')"
)


@dataclass(frozen=True)
class Leak:
    """A secret line, the key of the cell it was taken from, and where it can be read."""

    line: str
    taken_from: str
    found_in: str
    place: str


def find_leaks(source: NotebookNode, released: NotebookNode) -> tuple[Leak, ...]:
    """Return every secret line of a source that a released version shows.

    Lines are compared without spaces, and only those with more than 12 characters that say something:
    not imports, comments, or the heads of functions and loops. What the author also shows in the
    visible part of the same cell is no secret.

    Parameters
    ----------
    source
        The notebook with solutions and hidden tests.
    released
        What learners would get. Every text in it is searched: cells, outputs, metadata, attachments.
    """
    secrets: dict[str, tuple[str, str]] = {}
    for cell in source.cells:
        hidden = hidden_text(cell)
        shown = [line for line in str(cell["source"]).split("\n") if line not in hidden]
        visible = {_squeeze(line) for line in shown}
        # A written answer is one long line each paragraph, and so are its sentences.
        pieces = _sentences(hidden) if cell_kind(cell) == "written" else hidden
        for line in pieces:
            text = _squeeze(line)
            if (
                len(text) > LONGEST_HARMLESS
                and not _GENERIC.match(line.strip())
                and text not in visible
            ):
                secrets.setdefault(text, (line.strip(), cell_key(cell)))
    leaks = []
    for key, place, text in _texts(released):
        squeezed = _squeeze(text)
        for secret, (line, taken_from) in secrets.items():
            if secret in squeezed:
                leaks.append(Leak(line, taken_from, key, place))
    return tuple(leaks)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _sentences(lines: tuple[str, ...]) -> list[str]:
    return [part for line in lines for part in re.split(r"(?<=[.!?])\s+", line)]


def _texts(notebook: NotebookNode) -> Iterator[tuple[str, str, str]]:
    """Yield the key of a cell, the kind of place, and a text, for everything that can be read."""
    for cell in notebook.cells:
        key = cell_key(cell)
        yield key, "the cell", str(cell["source"])
        for text in _strings(cell.get("outputs", [])):
            yield key, "its outputs", text
        for text in _strings(cell["metadata"]):
            yield key, "its metadata", text
        for text in _strings(cell.get("attachments", {})):
            yield key, "an attachment", text
            yield key, "an attachment", _decoded(text)
    for text in _strings(notebook["metadata"]):
        yield "", "the notebook's metadata", text


def _decoded(text: str) -> str:
    """The text behind base64, as attachments are stored; empty when it is none."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "ignore")
    except (binascii.Error, ValueError):
        return ""


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        if value and all(isinstance(part, str) for part in value):
            yield "".join(value)
        else:
            for part in value:
                yield from _strings(part)
