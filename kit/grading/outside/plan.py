"""What each side runs, and whose a name is, read from the source notebook and from running its solution.

The part that is read is pure; what has to be run is run by a function that the caller gives.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from kit.grading.cells import cell_kind, known_cells
from kit.grading.masters import Master
from kit.grading.release import hidden_text
from kit.notebooks import cell_key, grade_id

_WORD = re.compile(r"[^\W\d]\w*")
# A test that looks names up while it runs needs all of them.
_LOOKUP = re.compile(r"\b(globals|locals|vars|eval|exec|dir|unittest|doctest)\b|%")


@dataclass(frozen=True)
class Step:
    """One cell of the source that the trusted side runs.

    Parameters
    ----------
    key
        Its grade_id or id.
    source
        Its text, hidden tests included.
    test
        Whether it is graded; else it is a set-up cell.
    wanted
        The learner's names that it may use.
    hand
        Names that a visible test binds; the learner's later answers may use them.
    definitions
        Functions and classes that a visible test defines; text that learners have anyway.
    hidden
        Whether learners were not given all of its text.
    imported
        Names that it may use and that an answer is to import. The value is the instructor's, but it is only
        there if the learner has the name.
    """

    key: str
    source: str
    test: bool
    wanted: frozenset[str] = frozenset()
    hand: tuple[str, ...] = ()
    definitions: str = ""
    hidden: bool = False
    imported: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What the trusted side runs, in the order of the source.

    Parameters
    ----------
    names
        The names that come from the learner.
    surface
        key → methods and operators of the learner's objects that may get values of this test.
    inside
        key → why, for tests that can not be asked from outside.
    """

    steps: tuple[Step, ...]
    names: frozenset[str]
    surface: Mapping[str, frozenset[str]] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)

    def step(self, key: str) -> Step:
        """Return the step of a test."""
        return next(step for step in self.steps if step.key == key and step.test)


def reference_cells(master: Master) -> list[tuple[str, NotebookNode, bool]]:
    """Return (key, cell, is it a solution) for the code cells of the source, header and footer included."""
    solutions = known_cells(master.source)
    found = []
    for cell in master.full.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        kind = cell_kind(cell)
        if kind in ("answer", "written"):
            found.append((cell_key(cell), solutions.get(str(grade_id(cell)), cell), True))
        else:
            found.append((cell_key(cell), cell, False))
    return found


def make_plan(master: Master, observe: Callable[[str], list[str]]) -> Plan:
    """Make the plan of an assignment.

    Parameters
    ----------
    observe
        Runs one cell of the source, in order, and returns the names that it binds anew or changes.
    """
    cells = reference_cells(master)
    names: set[str] = set()
    imported: set[str] = set()
    steps: list[Step] = []
    for key, cell, solution in cells:
        tree = parse(cell.source)
        if solution:
            found = observe(cell.source)
            imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            brought = {_bound(alias) for node in imports for alias in node.names}
            names |= set(found) - brought
            imported |= brought
            if imports:
                text = "\n".join(map(ast.unparse, imports))
                steps.append(Step(f"{key}, imports", text, test=False))
        elif cell_kind(cell) == "test":
            # Later cells may use what it binds.
            observe(cell.source)
            visible = not hidden_text(known_cells(master.source).get(key, cell), master.rules)
            hand = tuple(sorted(bound_names(tree))) if visible else ()
            defined = (
                [node for node in tree.body if isinstance(node, _DEFINITIONS)] if visible else []
            )
            text = "\n".join(map(ast.unparse, defined))
            steps.append(
                Step(key, cell.source, test=True, hand=hand, definitions=text, hidden=not visible)
            )
        else:
            observe(cell.source)
            steps.append(Step(key, cell.source, test=False))
    own = frozenset(names)
    return Plan(tuple(_choose(steps, own, frozenset(imported))), own)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _choose(
    steps: list[Step], names: frozenset[str], imports: frozenset[str] = frozenset()
) -> list[Step]:
    """Leave out set-up cells that only use the learner's answers, and say which names each cell needs."""
    needed: set[str] = set()
    kept = []
    for step in reversed(steps):
        used = words(step.source)
        if not step.test and used & names and not bound_names(parse(step.source)) & needed:
            continue
        needed |= used
        kept.append(step)
    kept.reverse()
    below: set[str] = set()
    found = []
    for step in kept:
        used = words(step.source) | below
        everything = _LOOKUP.search(step.source) is not None
        wanted = names if everything else names & used
        hand = tuple(name for name in step.hand if name not in names)
        imported = imports if everything else imports & used
        found.append(
            replace(step, wanted=wanted, hand=hand, imported=imported if step.test else frozenset())
        )
        # A function of the instructor's may use an answer by its name.
        for node in ast.walk(parse(step.source)):
            if isinstance(node, _DEFINITIONS[:3]):
                below |= words(ast.unparse(node))
    return found


def words(source: str) -> set[str]:
    """Return every identifier in a text."""
    return set(_WORD.findall(source))


def parse(source: str) -> ast.Module:
    """Return the tree of a cell, magics included; an empty one where it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def bound_names(tree: ast.Module) -> set[str]:
    """Return the names that a cell binds at its top level.

    Examples
    --------
    >>> sorted(bound_names(ast.parse("import a.b as c\\nfor x in y:\\n    def f(): z = 1")))
    ['c', 'f', 'x']
    """
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(_bound(node))
        waiting.extend(ast.iter_child_nodes(node))
    return found
