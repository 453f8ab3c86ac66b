"""What the source of a notebook says about itself: the libraries it imports and the seeds it sets."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable

from nbformat import NotebookNode

# The functions through which a notebook seeds its random numbers: Python's, numpy's, torch's and the
# kit's own `begin`.
SEEDING = {"begin", "seed", "default_rng", "manual_seed", "SeedSequence", "RandomState", "PRNGKey"}


def hash_sources(notebook: NotebookNode) -> str:
    """Return a SHA-256 of the types and sources of all cells, which outputs and metadata do not change."""
    content = json.dumps([[cell["cell_type"], cell["source"]] for cell in notebook["cells"]])
    return hashlib.sha256(content.encode()).hexdigest()


def parse_cells(notebook: NotebookNode) -> list[ast.Module]:
    """Return the syntax tree of each code cell, IPython's own syntax translated; broken cells left out."""
    from IPython.core.inputtransformer2 import TransformerManager

    transform = TransformerManager().transform_cell
    trees = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                trees.append(ast.parse(transform(cell.source)))
            except (SyntaxError, ValueError):
                continue
    return trees


def imported_libraries(trees: Iterable[ast.Module]) -> list[str]:
    """Return the top-level names that cells import, without the standard library, sorted."""
    names = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return sorted(names - sys.stdlib_module_names)


def seed_arguments(trees: Iterable[ast.Module]) -> list[tuple[str, int | str]]:
    """Return each seeding call and its argument: a whole number, or the name that holds one.

    Examples
    --------
    >>> seed_arguments([ast.parse("rng = np.random.default_rng(7); begin('a', seed=SEED)")])
    [('default_rng', 7), ('begin', 'SEED')]
    """
    found: list[tuple[str, int | str]] = []
    for tree in trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", None)
            )
            if name not in SEEDING:
                continue
            keywords = [word.value for word in node.keywords if word.arg == "seed"]
            arguments = keywords or ([] if name == "begin" else node.args[:1])
            for argument in arguments:
                if isinstance(argument, ast.Constant) and type(argument.value) is int:
                    found.append((name, argument.value))
                elif isinstance(argument, ast.Name):
                    found.append((name, argument.id))
    return found


def describe_seeds(
    found: Iterable[tuple[str, int | str]], values: dict[str, int]
) -> tuple[str, ...]:
    """Return seeds as ``"default_rng(7)"``, names replaced by their values; unknown names left out."""
    described = []
    for name, argument in found:
        value = values.get(argument) if isinstance(argument, str) else argument
        if value is not None and f"{name}({value})" not in described:
            described.append(f"{name}({value})")
    return tuple(described)
