"""The version of an assignment that learners get, made from its source.

Pure functions on notebooks. They do what nbgrader's ``generate_assignment`` does, cell by cell, and refuse
what `kit.grading.delimiters` finds wrong. Files, the gradebook and nbgrader's configuration are left to
`kit.grading.course` and `kit.grading.gradebook`.
"""

from __future__ import annotations

import copy
import json

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import compute_checksum, is_locked, metadata_errors
from kit.grading.delimiters import delimiter_errors, is_delimiter, split_region
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import cell_key, is_graded, is_solution


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
                kept for kept, _removed in split_region(cell.source, region) if kept is not None
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
        errors += delimiter_errors(
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
        for _kept, line in split_region(cell.source, region)
        if line is not None and not is_delimiter(line, rules)
    )


def _language(notebook: NotebookNode) -> str:
    return str(notebook.metadata.get("kernelspec", {}).get("language", "python"))


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
    for kept, removed in split_region(cell.source, rules.solution):
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
