"""The learner's version of a lesson, made from its source.

The stub and the solution come from the same cell, so they can not drift apart. Whatever could leak
a solution (a mistyped, unclosed or nested delimiter, an exercise without one) is refused.
"""

from __future__ import annotations

import ast
import copy

import nbformat
from nbformat import NotebookNode

from kit.authoring.solution import drop_delimiters, find_regions, replace_regions
from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.notebooks import cell_key, cell_role

# The functions of kit.learn whose arguments hold the answer to what they ask.
ASKING_CALLS = frozenset({"predict", "reveal", "hint", "quiz"})

STUB = 'raise NotImplementedError("Your turn: write your code here, in place of this line.")'
SUMMARY = "One way to solve it. Try the exercise yourself first."


def make_learner_version(source: NotebookNode) -> NotebookNode:
    """Return what a learner gets of a lesson.

    The solution of each exercise is replaced by a stub that raises NotImplementedError; the
    solution itself stands in a folded text after the exercise's check. Cells for mentors and all
    outputs are gone. A cell that only asks (predict, hint, quiz) or reveals is folded, since its code
    holds the answer. Apart from that every cell keeps its id, text and metadata, and
    ``lesson.version`` becomes ``"learner"``.

    Parameters
    ----------
    source
        The lesson as its author wrote it; it is not changed.

    Raises
    ------
    KitErrors
        If a solution could leak or an id would appear twice; every such place is named, with its
        cell and line.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("### BEGIN SOLUTION\\nx = 1\\n### END SOLUTION", id="make-x",
    ...                      metadata={"kit": {"role": "exercise"}})
    >>> learner = make_learner_version(new_notebook(cells=[cell]))
    >>> [cell.id for cell in learner.cells]
    ['make-x', 'make-x-solution']
    >>> learner.cells[0].source
    'raise NotImplementedError("Your turn: write your code here, in place of this line.")'
    """
    problems = find_leaks(source)
    if problems:
        raise KitErrors(
            [
                KitError(what, where=f"cell {key}, line {line}", fix=FIX_DELIMITERS)
                for key, line, what in problems
            ]
        )
    learner = copy.deepcopy(source)
    learner.metadata.setdefault("lesson", {})["version"] = "learner"
    kept = [cell for cell in learner.cells if cell_role(cell) != "mentor"]
    followers: dict[int, list[NotebookNode]] = {}
    for position, cell in enumerate(kept):
        if is_exercise(cell):
            followers.setdefault(_last_of_exercise(kept, position), []).append(_solution_cell(cell))
    learner.cells = []
    for position, cell in enumerate(kept):
        learner.cells.append(_as_learner_sees_it(cell))
        learner.cells.extend(followers.get(position, []))
    return learner


FIX_DELIMITERS = (
    "Put '### BEGIN SOLUTION' and '### END SOLUTION' on lines of their own, with the same "
    "indentation, in a code cell with the role 'exercise'"
)


def find_leaks(source: NotebookNode) -> list[tuple[str, int, str]]:
    """Return why no learner version can be made: cell key, line in the cell, sentence."""
    taken = {cell["id"] for cell in source.cells}
    problems: list[tuple[str, int, str]] = []
    for cell in source.cells:
        if cell_role(cell) == "mentor":
            continue
        key = cell_key(cell)
        regions, wrong = find_regions(cell["source"])
        problems.extend((key, line, what) for line, what in wrong)
        if is_exercise(cell):
            if not regions and not wrong:
                problems.append((key, 1, _("this exercise has no solution region")))
            if solution_id(cell) in taken:
                problems.append((key, 1, _("the id {id} is taken").format(id=solution_id(cell))))
        elif regions:
            what = _("a solution region stands outside an exercise cell")
            problems.append((key, regions[0].begin, what))
    return problems


def is_exercise(cell: NotebookNode) -> bool:
    """Say whether a cell is one in which the learner writes code."""
    return cell_role(cell) == "exercise" and cell["cell_type"] == "code"


def solution_id(cell: NotebookNode) -> str:
    """Return the id that the folded solution of an exercise gets in the learner's version."""
    return f"{cell['id']}-solution"


def _last_of_exercise(cells: list[NotebookNode], position: int) -> int:
    """The place after which the solution goes: the check, or the exercise if it has none."""
    for later in range(position + 1, len(cells)):
        role = cell_role(cells[later])
        if role == "check":
            return later
        if is_exercise(cells[later]) or role in ("section", "agreement", "quiz"):
            break
    return position


def _as_learner_sees_it(cell: NotebookNode) -> NotebookNode:
    if cell["cell_type"] == "code":
        cell["outputs"] = []
        cell["execution_count"] = None
    if is_exercise(cell):
        regions, _problems = find_regions(cell["source"])
        cell["source"] = replace_regions(cell["source"], regions, STUB)
        # JupyterLab's "Run All" goes on past a stub that nobody has filled in yet.
        tags = cell["metadata"].get("tags", [])
        cell["metadata"]["tags"] = [*tags, *({"raises-exception"} - set(tags))]
    elif cell["cell_type"] == "code" and only_asks(cell["source"]):
        cell["metadata"]["jupyter"] = {**cell["metadata"].get("jupyter", {}), "source_hidden": True}
    return cell


def only_asks(source: str) -> bool:
    """Say whether code is nothing but questions, hints and answers for the learner.

    Examples
    --------
    >>> only_asks('quiz("q-a", "Why?", options={"x": "Yes."}, answer="x")')
    True
    >>> only_asks('x = 1\\nreveal("p-a", answer=0, because="It is so.")'), only_asks("# to come")
    (False, False)
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(statements) and all(
        isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Call)
        and isinstance(each.value.func, ast.Name)
        and each.value.func.id in ASKING_CALLS
        for each in statements
    )


def _solution_cell(cell: NotebookNode) -> NotebookNode:
    kit = {
        key: cell["metadata"]["kit"][key]
        for key in ("objective",)
        if key in cell["metadata"]["kit"]
    }
    # A folded text, not a folded code cell: "Run All" would replace the learner's answer with ours.
    # The empty lines are what makes a front end read the fence inside the tag as markdown.
    text = (
        f"<details>\n<summary>{_(SUMMARY)}</summary>\n\n"
        f"```python\n{drop_delimiters(cell['source']).strip()}\n```\n\n</details>"
    )
    return nbformat.v4.new_markdown_cell(
        text,
        id=solution_id(cell),
        metadata={"kit": {"role": "solution", **kit, "exercise": cell_key(cell)}},
    )
