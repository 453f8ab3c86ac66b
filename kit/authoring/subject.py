"""What rules look at: a lesson or an assignment, read once and parsed once.

Reading is the edge here; everything a rule asks of a `Lesson` afterwards is a pure look-up.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from nbformat import NotebookNode

from kit.notebooks import cell_key, cell_role, kit_metadata, read_notebook

# The functions of kit.learn whose arguments are prose that the learner reads.
TEACHING_CALLS = frozenset(
    {"agreement", "begin", "check", "hint", "predict", "quiz", "reveal", "show"}
)


@dataclass(frozen=True)
class Call:
    """One call by name in a code cell, such as ``hint("make-mean", ...)``."""

    name: str
    node: ast.Call
    cell: Cell

    @property
    def line(self) -> int:
        """The line inside the cell, from 1."""
        return self.node.lineno

    @property
    def target(self) -> str | None:
        """The first argument, where it is written as text."""
        return literal_text(self.node.args[0]) if self.node.args else None

    def argument(self, name: str, position: int | None = None) -> ast.expr | None:
        """Return an argument by keyword, or by position where one is given."""
        for keyword in self.node.keywords:
            if keyword.arg == name:
                return keyword.value
        if position is not None and position < len(self.node.args):
            return self.node.args[position]
        return None


@dataclass(frozen=True)
class Cell:
    """One cell as the rules see it."""

    number: int
    node: NotebookNode

    @property
    def key(self) -> str:
        """The permanent key of the cell."""
        return cell_key(self.node)

    @property
    def role(self) -> str | None:
        """The role the cell has in its lesson."""
        return cell_role(self.node)

    @property
    def kit(self) -> dict[str, Any]:
        """The kit's metadata of the cell."""
        return kit_metadata(self.node)

    @property
    def source(self) -> str:
        """The text of the cell."""
        return str(self.node["source"])

    @property
    def is_code(self) -> bool:
        """Whether the cell holds code."""
        return bool(self.node["cell_type"] == "code")

    @property
    def is_markdown(self) -> bool:
        """Whether the cell holds prose."""
        return bool(self.node["cell_type"] == "markdown")

    @cached_property
    def tree(self) -> ast.Module | None:
        """The parsed code; None for prose and for code that does not parse."""
        if not self.is_code:
            return None
        try:
            return ast.parse(without_magics(self.source))
        except SyntaxError:
            return None

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call in the cell whose function is a plain name, in the order of the text."""
        if self.tree is None:
            return ()
        nodes = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
        return tuple(Call(node.func.id, node, self) for node in nodes)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Subject:
    """A notebook with what belongs to it."""

    path: Path
    notebook: NotebookNode
    cells: tuple[Cell, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Number the cells."""
        cells = tuple(Cell(number, node) for number, node in enumerate(self.notebook.cells, 1))
        object.__setattr__(self, "cells", cells)

    def with_role(self, *roles: str) -> list[Cell]:
        """Return the cells that have one of these roles."""
        return [cell for cell in self.cells if cell.role in roles]

    def calls_of(self, *names: str) -> list[Call]:
        """Return the calls of these functions in all cells."""
        return [call for cell in self.cells for call in cell.calls if call.name in names]


@dataclass(frozen=True)
class Lesson(Subject):
    """A lesson: its notebook, and what course.yaml says (None when there is none)."""

    course: dict[str, Any] | None = None
    course_problem: str | None = None
    # What `kit.authoring.trials` found by executing it; None when nothing was executed.
    trial: Any = None

    @property
    def slug(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def id(self) -> str:
        """What the lesson is called in the whole project: course/slug."""
        return f"{self.path.resolve().parent.name}/{self.slug}"

    @property
    def metadata(self) -> dict[str, Any]:
        """The notebook's lesson metadata, empty when it has none."""
        value = self.notebook["metadata"].get("lesson", {})
        return dict(value) if isinstance(value, dict) else {}

    @property
    def prerequisites(self) -> list[str]:
        """What should come before: ids of lessons, or plain text."""
        return [str(each) for each in _list(self.metadata.get("prerequisites"))]

    @property
    def data_names(self) -> list[str]:
        """The names of the data sets."""
        return [
            str(each["name"])
            for each in _list(self.metadata.get("data"))
            if isinstance(each, dict) and "name" in each
        ]

    @property
    def objective_texts(self) -> list[str]:
        """The texts of the objectives, in order."""
        return [
            str(each.get("text", ""))
            for each in _list(self.metadata.get("objectives"))
            if isinstance(each, dict)
        ]

    @property
    def objective_ids(self) -> list[str]:
        """The ids of the objectives, in order."""
        value = _list(self.metadata.get("objectives"))
        return [str(each["id"]) for each in value if isinstance(each, dict) and "id" in each]

    @property
    def exercises(self) -> list[Cell]:
        """The code cells in which the learner works."""
        return [cell for cell in self.with_role("exercise") if cell.is_code]

    def span(self, exercise: Cell) -> list[Cell]:
        """Return the cells after an exercise that belong to it: up to the next exercise or part."""
        after = self.cells[exercise.number :]
        span = []
        for cell in after:
            if (cell.role == "exercise" and cell.is_code) or cell.role in (
                "section",
                "agreement",
                "quiz",
                "keypoints",
            ):
                break
            span.append(cell)
        return span

    def objective_of(self, cell: Cell) -> str | None:
        """Return the objective of a cell: its own, or that of the exercise it belongs to."""
        own = cell.kit.get("objective")
        if own is not None:
            return str(own)
        for exercise in self.exercises:
            if cell in self.span(exercise):
                value = exercise.kit.get("objective")
                return None if value is None else str(value)
        return None


def _list(value: object) -> list[Any]:
    """A list that an author wrote, or none at all: what has another type is reported by its schema."""
    return value if isinstance(value, list) else []


def read_lesson(path: str | Path) -> Lesson:
    """Read a lesson and the course.yaml beside it.

    Raises
    ------
    KitError
        If the notebook can not be read; a broken course.yaml is left for a rule to report.
    """
    path = Path(path)
    notebook = read_notebook(path)
    course_file = path.parent / "course.yaml"
    course, problem = None, None
    try:
        loaded = yaml.safe_load(course_file.read_text(encoding="utf-8"))
        if isinstance(loaded, dict):
            course = loaded
        else:
            problem = "course.yaml holds no table of settings"
    except FileNotFoundError:
        problem = "there is no course.yaml beside this lesson"
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        problem = f"course.yaml is not YAML: {str(err).splitlines()[0]}"
    return Lesson(path, notebook, course, problem)


def without_magics(source: str) -> str:
    """Return code in which IPython's own lines are replaced by ``pass``, line for line.

    Examples
    --------
    >>> without_magics("%matplotlib inline\\nx = 1\\n!ls")
    'pass\\nx = 1\\npass'
    """
    if source.lstrip().startswith("%%"):
        return "\n".join("pass" for _line in source.split("\n"))
    return re.sub(r"(?m)^([ \t]*)[%!][^\n]*$", r"\1pass", source)


def literal_text(node: ast.expr | None) -> str | None:
    """Return the text that an expression is, with ``…`` for what an f-string fills in; else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values]
        return "".join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literal_text(node.left), literal_text(node.right)
        return None if left is None or right is None else left + right
    return None
