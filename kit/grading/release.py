"""The version of an assignment that learners get, made from its source.

Pure functions on notebooks. They do what nbgrader's ``generate_assignment`` does, cell by cell, and refuse
where nbgrader would let a solution slip through: a delimiter with a typing error, an END without a BEGIN.
Files, the gradebook and nbgrader's configuration are left to `kit.grading.course` and `kit.grading.gradebook`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import cell_kind, compute_checksum, is_locked, metadata_errors
from kit.grading.rules import Region, ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import cell_key, is_graded, is_solution

_BOUNDS = {"begin", "start", "end", "stop"}
_NAMES = {"hidden", "test", "tests", "solution", "solutions", "mark", "marking", "scheme"}
_COMMON = ("import ", "from ", "@")
_ATTACHMENT = re.compile(r"!\[.*\]\(attachment:.+?\)")


@dataclass(frozen=True)
class Leak:
    """A line of a solution, hidden test or marking scheme that stands in what learners would get."""

    line: str
    taken_from: str
    found_in: str


def make_release_version(
    source: NotebookNode,
    *,
    rules: ReleaseRules | None = None,
    header: NotebookNode | None = None,
    footer: NotebookNode | None = None,
    where: str = "",
) -> NotebookNode:
    """Return what learners get: the source without solutions, hidden tests, marking schemes and outputs.

    Parameters
    ----------
    source
        The source notebook; it is not changed.
    rules
        Delimiters and stubs; nbgrader's defaults when left out.
    header, footer
        Notebooks whose cells come before and after, as with nbgrader's ``IncludeHeaderFooter``.
    where
        The name of the file, for messages.

    Raises
    ------
    KitErrors
        With every delimiter that is misspelt, alone or in the wrong kind of cell, and everything that is
        wrong with nbgrader's metadata. Nothing is released then.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("def f():\\n    ### BEGIN SOLUTION\\n    return 1\\n    ### END SOLUTION")
    >>> cell.metadata.nbgrader = {"schema_version": 3, "grade": False, "grade_id": "f", "locked": False,
    ...                           "solution": True}
    >>> print(make_release_version(new_notebook(cells=[cell])).cells[0].source)
    def f():
        # YOUR CODE HERE
        raise NotImplementedError()
    """
    rules = rules or ReleaseRules()
    notebook = make_gradebook_version(
        source, rules=rules, header=header, footer=footer, where=where
    )
    for cell in notebook.cells:
        for region in (rules.hidden, rules.marks):
            cell.source = "\n".join(
                kept for kept, _removed in _split(cell.source, region) if kept is not None
            )
    return _with_checksums(notebook)


def make_gradebook_version(
    source: NotebookNode,
    *,
    rules: ReleaseRules | None = None,
    header: NotebookNode | None = None,
    footer: NotebookNode | None = None,
    where: str = "",
) -> NotebookNode:
    """Return the notebook from which grading restores locked cells: without solutions, with hidden tests.

    Parameters and errors are those of `make_release_version`.
    """
    rules = rules or ReleaseRules()
    notebook = copy.deepcopy(source)
    before = copy.deepcopy(header.cells) if header is not None else []
    after = copy.deepcopy(footer.cells) if footer is not None else []
    notebook.cells = [*before, *notebook.cells, *after]
    errors = release_errors(notebook, rules=rules, where=where)
    if errors:
        raise KitErrors(errors)
    language = _language(notebook)
    for cell in notebook.cells:
        _lock(cell, rules)
        _clear_solution(cell, rules, language)
        _clear_outputs(cell)
    notebook.metadata.pop("celltoolbar", None)
    return _with_checksums(notebook)


def release_errors(
    notebook: NotebookNode, *, rules: ReleaseRules | None = None, where: str = ""
) -> list[KitError]:
    """Return every reason for which a source must not be released; empty when there is none."""
    rules = rules or ReleaseRules()
    errors = metadata_errors(notebook, where=where)
    language = _language(notebook)
    if language not in rules.code_stub:
        errors.append(
            KitError(
                _("there is no stub for the language {language!r}").format(language=language),
                where=where,
                fix=_("Name one in nbgrader_config.py: c.ClearSolutions.code_stub"),
            )
        )
    for number, cell in enumerate(notebook.cells, 1):
        errors += _cell_errors(
            cell, rules, f"{where}, cell {number} ({cell_key(cell)})".lstrip(", ")
        )
    return errors


def hidden_text(cell: NotebookNode, rules: ReleaseRules | None = None) -> tuple[str, ...]:
    """Return the lines of a source cell that learners must never see, without the delimiters."""
    rules = rules or ReleaseRules()
    if is_solution(cell) and rules.solution.begin not in cell.source:
        return tuple(cell.source.split("\n"))
    return tuple(
        line
        for region in rules.regions
        for _kept, line in _split(cell.source, region)
        if line is not None and not _is_delimiter(line, rules)
    )


def _visible_text(cell: NotebookNode, rules: ReleaseRules) -> set[str]:
    """Return the lines of a source cell that no region takes out, without indentation."""
    text = "" if is_solution(cell) and rules.solution.begin not in cell.source else cell.source
    for region in rules.regions:
        text = "\n".join(kept for kept, _removed in _split(text, region) if kept is not None)
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


def _language(notebook: NotebookNode) -> str:
    return str(notebook.metadata.get("kernelspec", {}).get("language", "python"))


def _is_delimiter(line: str, rules: ReleaseRules) -> bool:
    return any(region.begin in line or region.end in line for region in rules.regions)


def _split(text: str, region: Region) -> list[tuple[str | None, str | None]]:
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


def _cell_errors(cell: NotebookNode, rules: ReleaseRules, place: str) -> list[KitError]:
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
    if _is_delimiter(line, rules):
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


def _lock(cell: NotebookNode, rules: ReleaseRules) -> None:
    solution, grade = is_solution(cell), is_graded(cell)
    if solution and (rules.lock_solution or (grade and rules.lock_grade)):
        cell.metadata["deletable"] = False
    elif (
        (grade and not solution and rules.lock_grade)
        or (is_locked(cell) and rules.lock_readonly)
        or rules.lock_all
    ):
        cell.metadata["deletable"] = cell.metadata["editable"] = False


def _clear_solution(cell: NotebookNode, rules: ReleaseRules, language: str) -> None:
    stub = rules.code_stub[language] if cell.cell_type == "code" else rules.text_stub
    lines: list[str] = []
    found = False
    for kept, removed in _split(cell.source, rules.solution):
        if kept is not None:
            lines.append(kept)
        elif removed is not None and rules.solution.begin in removed:
            found = True
            indent = removed[: len(removed) - len(removed.lstrip())]
            lines += [indent + line for line in stub.split("\n")]
    if found:
        cell.source = "\n".join(lines)
    elif is_solution(cell):
        cell.source = stub


def _clear_outputs(cell: NotebookNode) -> None:
    if cell.cell_type != "code":
        return
    cell.outputs = []
    cell.execution_count = None
    for name in ("collapsed", "scrolled"):
        cell.metadata.pop(name, None)


def _with_checksums(notebook: NotebookNode) -> NotebookNode:
    """Write checksum and cell type into the metadata of a notebook that is ours to change."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and _is_known(cell):
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
            cell.metadata.nbgrader["cell_type"] = cell.cell_type
    return notebook


def _is_known(cell: NotebookNode) -> bool:
    metadata = cell.metadata.nbgrader
    return bool(metadata.get("grade") or metadata.get("solution") or metadata.get("locked"))


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as text that is the same for equal notebooks, for hashes."""
    return json.dumps(notebook, sort_keys=True, ensure_ascii=False)
