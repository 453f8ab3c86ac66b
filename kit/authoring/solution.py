"""Solution regions: the lines between nbgrader's two delimiters, found strictly or refused.

A delimiter that a reader takes for one and the machine does not is how solutions leak. So a line
that merely looks like a delimiter is an error, never ordinary text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from kit.i18n import gettext as _

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"

# From here up one text is the other mistyped: 'begin soluton' scores 0.96, 'end of the solution'
# 0.77.
_LOOKALIKE = 0.85


@dataclass(frozen=True)
class Region:
    """One solution region: the lines of its two delimiters, from 1, and their indentation."""

    begin: int
    end: int
    indent: str


def looks_like_delimiter(line: str) -> bool:
    """Say whether a reader would take a line for a solution delimiter.

    Examples
    --------
    >>> lines = ["### BEGIN SOLUTION", "# begin solution", "##BEGIN SOLUTON", "# the solution is x"]
    >>> [looks_like_delimiter(line) for line in lines]
    [True, True, True, False]
    """
    text = line.strip()
    if re.search(r"(BEGIN|END)[\s_-]*SOLUTION", text):
        return True
    if not re.match(r"#|//|<!--|%%?\s", text):
        return False
    words = re.sub(r"[^a-z]+", " ", text.lower()).strip()
    return any(
        SequenceMatcher(None, words, wanted).ratio() >= _LOOKALIKE
        for wanted in (
            "begin solution",
            "end solution",
            "begin solutions",
            "end solutions",
            "start solution",
            "stop solution",
            "beginsolution",
            "endsolution",
        )
    )


def find_regions(source: str) -> tuple[list[Region], list[tuple[int, str]]]:
    """Return the solution regions of a cell, and what is wrong with its delimiters.

    Parameters
    ----------
    source
        The text of the cell.

    Returns
    -------
    regions
        In order; trust them only when ``problems`` is empty.
    problems
        Pairs of a line number, from 1, and a sentence.

    Examples
    --------
    >>> find_regions("def f():\\n    ### BEGIN SOLUTION\\n    return 1\\n    ### END SOLUTION")
    ([Region(begin=2, end=4, indent='    ')], [])
    >>> find_regions("### Begin solution\\nx = 1")[1]
    [(1, "'### Begin solution' looks like a delimiter and is not one")]
    """
    regions: list[Region] = []
    problems: list[tuple[int, str]] = []
    opened: tuple[int, str] | None = None
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        text = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if text == BEGIN:
            if opened:
                problems.append((number, _("this BEGIN SOLUTION stands inside another one")))
            else:
                opened = (number, indent)
        elif text == END:
            if not opened:
                problems.append((number, _("this END SOLUTION has no BEGIN before it")))
                continue
            begin, expected = opened
            opened = None
            if indent != expected:
                problems.append((number, _("the two delimiters are indented differently")))
            inside = [each for each in lines[begin : number - 1] if each.strip()]
            if not inside:
                problems.append((begin, _("there is nothing between the two delimiters")))
            regions.append(Region(begin, number, expected))
        elif looks_like_delimiter(line):
            problems.append(
                (number, _("'{line}' looks like a delimiter and is not one").format(line=text))
            )
    if opened:
        problems.append((opened[0], _("this BEGIN SOLUTION is never closed")))
    return regions, problems


def replace_regions(source: str, regions: list[Region], stub: str) -> str:
    """Return a cell's text with a stub line, indented as its delimiter, for each region."""
    lines = source.split("\n")
    for region in reversed(regions):
        lines[region.begin - 1 : region.end] = [region.indent + stub]
    return "\n".join(lines)


def drop_delimiters(source: str) -> str:
    """Return a cell's text with its solution but without the delimiters around it."""
    return "\n".join(line for line in source.split("\n") if line.strip() not in (BEGIN, END))
