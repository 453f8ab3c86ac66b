"""The delimiters in a source: which lines they take out, and what is wrong with the way they are written.

nbgrader would let a solution slip through where a delimiter has a typing error, or an END has no BEGIN. Here
each of these is found, with its line.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.rules import Region, ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import is_graded, is_solution

_BOUNDS = {"begin", "start", "end", "stop"}
_NAMES = {"hidden", "test", "tests", "solution", "solutions", "mark", "marking", "scheme"}
_ATTACHMENT = re.compile(r"!\[.*\]\(attachment:.+?\)")


def is_delimiter(line: str, rules: ReleaseRules) -> bool:
    """Say whether a line begins or ends a region."""
    return any(region.begin in line or region.end in line for region in rules.regions)


def split_region(text: str, region: Region) -> list[tuple[str | None, str | None]]:
    """Sort the lines of a text into (kept, None) and (None, removed); delimiters are removed."""
    inside, sorted_lines = False, []
    for line in text.split("\n"):
        if region.begin in line:
            inside = True
            pair: tuple[str | None, str | None] = (None, line)
        elif region.end in line:
            inside = False
            pair = (None, line)
        else:
            pair = (None, line) if inside else (line, None)
        sorted_lines.append(pair)
    return sorted_lines


def delimiter_errors(cell: NotebookNode, rules: ReleaseRules, place: str) -> list[KitError]:
    """Return what is wrong with the delimiters of one cell; ``place`` says which cell it is."""
    errors = []
    for region, right_kind in (
        (rules.solution, is_solution(cell)),
        (rules.hidden, is_graded(cell)),
        (rules.marks, cell_kind(cell) == "task"),
    ):
        inside = 0
        for number, line in enumerate(cell.source.split("\n"), 1):
            here = f"{place}, line {number}"
            if region.begin in line:
                if inside:
                    errors.append(_pairing(region, _("begins inside another one"), here))
                elif not right_kind and region.enforced:
                    errors.append(
                        KitError(
                            _("there is a {name} region in a cell of another kind").format(
                                name=region.name
                            ),
                            where=here,
                            fix=_("Choose the right kind for this cell in the nbgrader panel"),
                        )
                    )
                inside = number
            elif region.end in line:
                if not inside:
                    errors.append(_pairing(region, _("ends and never began"), here))
                inside = 0
            elif (
                inside
                and region is rules.marks
                and rules.check_attachments
                and _ATTACHMENT.search(line)
            ):
                errors.append(
                    KitError(
                        _("a picture attached in a mark scheme would be released with the cell"),
                        where=here,
                        fix=_("Link to a picture that is not attached"),
                    )
                )
        if inside:
            errors.append(_pairing(region, _("begins and never ends"), f"{place}, line {inside}"))
    for number, line in enumerate(cell.source.split("\n"), 1):
        here = f"{place}, line {number}"
        wanted = _nearly_a_delimiter(cell, line, rules)
        if wanted is not None:
            errors.append(
                KitError(
                    _(
                        "{line!r} is nearly a delimiter, but not one, so nothing would be taken out"
                    ).format(line=line.strip()),
                    where=here,
                    fix=_("Write it exactly so: ### {wanted}").format(wanted=wanted.lstrip("# ")),
                )
            )
        if is_graded(cell) and rules.autotest in line and line.strip().startswith(("#", "%", "//")):
            errors.append(
                KitError(
                    _("nbgrader has to make tests of {line!r} first").format(line=line.strip()),
                    where=here,
                    fix=_("Run nbgrader generate_source_with_tests, and release what it writes"),
                )
            )
    return errors


def _pairing(region: Region, what: str, where: str) -> KitError:
    return KitError(
        _("a {name} region {what}").format(name=region.name, what=what),
        where=where,
        fix=_("Write one line '### {begin}' and after it one line '### {end}'").format(
            begin=region.begin.lstrip("# "), end=region.end.lstrip("# ")
        ),
    )


def _squash(text: str) -> str:
    """Bring a line to what its author meant: letters only, one case, no plural."""
    return (
        re.sub(r"[^a-z]", "", text.lower())
        .replace("tests", "test")
        .replace("solutions", "solution")
    )


def _nearly_a_delimiter(cell: NotebookNode, line: str, rules: ReleaseRules) -> str | None:
    """Return the delimiter that a line was probably meant to be, or None for any other line."""
    if is_delimiter(line, rules):
        return None
    meant = _squash(line)
    for region in rules.regions:
        for delimiter in (region.begin, region.end):
            wanted = _squash(delimiter)
            # "in solution" and "old solution" are two letters away from "end solution", and honest headings.
            typos = 1 if len(wanted) < 14 else 2
            if (
                wanted
                and abs(len(meant) - len(wanted)) <= typos
                and _distance(meant, wanted) <= typos
            ):
                return delimiter
    words = set(re.findall(r"[a-z]+", line.lower()))
    if (
        cell.cell_type == "code"
        and line.strip().startswith("#")
        and words & _BOUNDS
        and words & _NAMES
    ):
        swapped = words <= _BOUNDS | _NAMES
        return (
            rules.hidden.begin
            if swapped and words & {"hidden"}
            else rules.solution.begin
            if swapped
            else None
        )
    return None


def _distance(one: str, other: str) -> int:
    """Return how many letters have to be changed, added, left out or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one):
        rows = [i + 1]
        for j, b in enumerate(other):
            cost = min(row[j + 1] + 1, rows[j] + 1, row[j] + (a != b))
            if i and j and a == other[j - 1] and one[i - 1] == b:
                cost = min(cost, before[j - 1] + 1)
            rows.append(cost)
        before, row = row, rows
    return row[-1]
