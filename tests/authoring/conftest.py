"""One valid lesson and one valid assignment, for tests that break them in one place."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

from kit.authoring.new import plan_assignment, plan_lesson, write_plan


class Example:
    """A lesson and an assignment on the disk, each of which can be edited before it is verified."""

    def __init__(self, root: Path):
        self.root = root
        self.lesson = root / "courses" / "demo" / "01-means.ipynb"
        self.course = root / "courses" / "demo" / "course.yaml"
        self.folder = root / "assignments" / "repeat"
        self.notebook = self.folder / "repeat.ipynb"

    def edit(self, path: Path, change) -> None:
        """Let a function change a notebook, given its cells by id and the notebook itself."""
        notebook = nbformat.read(path, as_version=4)
        change(Cells(notebook), notebook)
        # As text, since nbformat repairs on writing what some tests want to see broken.
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    def rewrite(self, path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")


class Cells:
    """The cells of a notebook by id, with the edits that tests make."""

    def __init__(self, notebook):
        self.notebook = notebook

    def __getitem__(self, identity):
        return next(cell for cell in self.notebook.cells if cell.id == identity)

    def index(self, identity):
        return self.notebook.cells.index(self[identity])

    def remove(self, identity):
        self.notebook.cells.pop(self.index(identity))

    def replace(self, identity, old, new):
        assert old in self[identity].source, f"{old!r} is not in {identity}"
        self[identity].source = self[identity].source.replace(old, new)

    def append(self, identity, text):
        self[identity].source += "\n" + text

    def move_after(self, identity, other):
        cell = self.notebook.cells.pop(self.index(identity))
        self.notebook.cells.insert(self.index(other) + 1, cell)

    def insert_after(self, other, cell):
        self.notebook.cells.insert(self.index(other) + 1, cell)


@pytest.fixture
def example(tmp_path) -> Example:
    write_plan(plan_lesson("demo/01-means", root=tmp_path, title="Mean or median"))
    write_plan(plan_assignment("repeat", root=tmp_path, title="Repeated readings"))
    return Example(tmp_path)


@pytest.fixture
def lesson(example):
    """The valid lesson as a notebook."""
    return copy.deepcopy(nbformat.read(example.lesson, as_version=4))
