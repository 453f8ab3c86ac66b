"""Leaks: what of a solution, a hidden test or a marking scheme could be read in a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nbformat import NotebookNode

from kit.grading.delimiters import split_region
from kit.grading.release import hidden_text
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import cell_key, is_solution

_COMMON = ("import ", "from ", "@")


@dataclass(frozen=True)
class Leak:
    """A line of a solution, hidden test or marking scheme that stands in what learners would get."""

    line: str
    taken_from: str
    found_in: str


def _visible_text(cell: NotebookNode, rules: ReleaseRules) -> set[str]:
    """Return the lines of a source cell that no region takes out, without indentation."""
    text = "" if is_solution(cell) and rules.solution.begin not in cell.source else cell.source
    for region in rules.regions:
        text = "\n".join(kept for kept, _removed in split_region(text, region) if kept is not None)
    return {line.strip() for line in text.split("\n")}


def find_leaks(
    source: NotebookNode,
    released: NotebookNode,
    *,
    rules: ReleaseRules | None = None,
    files: Mapping[str, str] | None = None,
) -> tuple[Leak, ...]:
    """Return the lines of solutions, hidden tests and marking schemes that learners could read.

    A line by itself is a leak when it gives something away: all of a solution, an assertion of a hidden
    test, or sixty characters. Shorter lines are leaks where two follow each other as they do in the source;
    one alone, such as ``rng = np.random.default_rng(seed)``, stands in half of all notebooks. Imports,
    comments, lines under twenty characters, and what the same cell shows anyway never count.

    Parameters
    ----------
    source
        The source notebook.
    released
        What would be released; every text in it is searched, outputs and metadata too.
    files
        Name → text of other files that would be released.
    """
    rules = rules or ReleaseRules()
    searched = [(place, _lines(text)) for place, text in _texts(released)]
    searched += [(place, _lines(text)) for place, text in (files or {}).items()]
    leaks: dict[Leak, None] = {}
    for cell in source.cells:
        visible = _visible_text(cell, rules)
        secret = [
            line for line in _lines("\n".join(hidden_text(cell, rules))) if line not in visible
        ]
        telling = [line for line in secret if len(line) >= 20 and not line.startswith(_COMMON)]
        alone = {
            line
            for line in telling
            if len(telling) == 1 or len(line) >= 60 or line.startswith("assert")
        }
        pairs = {pair for pair in pairwise(secret) if set(pair) <= set(telling)}
        for place, lines in searched:
            found = [line for line in lines if line in alone]
            found += [line for pair in pairwise(lines) if pair in pairs for line in pair]
            leaks |= dict.fromkeys(Leak(line, cell_key(cell), place) for line in found)
    return tuple(leaks)


def _lines(text: str) -> list[str]:
    """Return the lines of a text that say something, without indentation."""
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def _texts(notebook: NotebookNode) -> Iterable[tuple[str, str]]:
    for number, cell in enumerate(notebook.cells, 1):
        place = _("cell {number} ({key})").format(number=number, key=cell_key(cell))
        yield place, cell.source
        for output in cell.get("outputs", []):
            yield place, "\n".join(_strings(output))
        yield place, "\n".join(_strings(cell.metadata))
    yield _("the metadata of the notebook"), "\n".join(_strings(notebook.metadata))


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
