"""What notebooks import, so that a server loads that and no more."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from kit.kernels.libraries import installed_folders

# Loaded with a library that nearly everyone uses through them.
_COMPANIONS = {
    "matplotlib": ("matplotlib.pyplot", "matplotlib_inline.backend_inline"),
    "sklearn": ("threadpoolctl",),
}


def find_imports(source: str) -> set[str]:
    """Return the dotted names of the modules that a cell imports; magics and broken lines are passed over.

    Examples
    --------
    >>> sorted(find_imports("%matplotlib inline\\nimport numpy as np\\nfrom torch.nn import functional"))
    ['numpy', 'torch.nn', 'torch.nn.functional']
    """
    names = set()
    for statement in _parse(source):
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                # `from torch.nn import functional` imports a module, `from torch import tensor` none.
                names |= {
                    f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"
                }
    return names


def _parse(source: str) -> list[ast.stmt]:
    kept = "\n".join(
        "" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n")
    )
    try:
        return ast.parse(kept).body
    except (SyntaxError, ValueError):
        pass
    found = []
    for line in kept.split("\n"):
        if line.startswith(("import ", "from ")):
            try:
                found += ast.parse(line).body
            except (SyntaxError, ValueError):
                continue
    return found


def preload_for(notebooks: Iterable[Any]) -> tuple[str, ...]:
    """Return the installed libraries that notebooks import, in alphabetic order.

    Only packages in the environment's own folders count. The standard library is quick to import; modules
    beside a notebook, and editable installations such as a package under development, must be read anew by
    each kernel.

    Parameters
    ----------
    notebooks
        Notebooks, or paths of notebooks. A path that can't be read counts as one without imports: whoever
        runs it will say what is wrong with it.
    """
    names: set[str] = set()
    for notebook in notebooks:
        for cell in _cells(notebook):
            if cell.get("cell_type") == "code":
                source = cell.get("source", "")
                names |= find_imports("".join(source) if isinstance(source, list) else source)
    wanted = {name for name in names if _is_installed_module(name)}
    for top in {name.partition(".")[0] for name in wanted}:
        wanted |= {name for name in _COMPANIONS.get(top, ()) if _is_installed_module(name)}
    return tuple(sorted(wanted))


def _cells(notebook: Any) -> list[Any]:
    if isinstance(notebook, str | Path):
        try:
            # Not through nbformat: importing and validating would take longer than a warm kernel.
            notebook = json.loads(Path(notebook).read_text(encoding="utf-8"))
            cells = notebook.get("cells", [])
        except (OSError, ValueError, AttributeError):
            return []
        return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return list(notebook.get("cells", []))


def _is_installed_module(name: str) -> bool:
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top == "kit":
        return False
    folder = _find_package(top)
    if folder is None:
        return False
    # Without importing the parent, a submodule can only be looked for as a file.
    parts = name.split(".")[1:]
    if not parts:
        return True
    base = folder.joinpath(*parts)
    return (base / "__init__.py").is_file() or any(
        base.with_name(base.name + suffix).is_file()
        for suffix in (".py", sysconfig.get_config_var("EXT_SUFFIX"))
    )


@cache
def _find_package(top: str) -> Path | None:
    """Return the folder of a package (or the file of a module) that is installed in the usual way."""
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    if not any(origin.is_relative_to(folder) for folder in installed_folders()):
        return None
    return origin.parent if origin.name == "__init__.py" else origin
