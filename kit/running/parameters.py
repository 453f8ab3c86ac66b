"""Parameters, as in papermill: a cell tagged ``parameters`` names them and gives their defaults.

papermill warns about a parameter that the notebook does not have and goes on with the default. Here
that is an error, and so is a value of another type than the default's.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _


def check_parameters(notebook: NotebookNode, parameters: Mapping[str, Any], *, name: str) -> None:
    """Check that a notebook has these parameters and that the values are of the right type.

    Parameters
    ----------
    notebook
        The notebook as written.
    parameters
        The values to set.
    name
        The notebook's name, for messages.

    Raises
    ------
    KitErrors
        Naming every unknown parameter, with those that exist, and every value of a wrong type.
    """
    if not parameters:
        return
    from papermill import inspect_notebook

    known = inspect_notebook(with_defaults(notebook))
    errors = []
    for parameter, value in parameters.items():
        if parameter not in known:
            fix = _("It has no parameters: tag one cell 'parameters' and give each a default there")
            if known:
                fix = _("Its parameters are: {names}").format(names=", ".join(known))
            errors.append(
                KitError(
                    _("this notebook has no parameter {name!r}").format(name=parameter),
                    where=name,
                    fix=fix,
                )
            )
            continue
        wanted = _wanted_type(known[parameter])
        if wanted and not _fits(value, wanted):
            errors.append(
                KitError(
                    _("the parameter {name!r} must be {wanted}, not {got} ({value!r})").format(
                        name=parameter, wanted=wanted, got=type(value).__name__, value=value
                    ),
                    where=name,
                    fix=_("Its default is {default}").format(default=known[parameter]["default"]),
                )
            )
    if errors:
        raise KitErrors(errors)


def with_defaults(notebook: NotebookNode) -> NotebookNode:
    """Return a copy whose metadata names a kernel and its language, which papermill insists on.

    Where it names none, they are Python 3.
    """
    result = copy.deepcopy(notebook)
    spec = result.metadata.setdefault("kernelspec", NotebookNode())
    spec.setdefault("name", "python3")
    spec.setdefault("display_name", "Python 3")
    spec.setdefault("language", result.metadata.get("language_info", {}).get("name", "python"))
    return result


_TYPES = {"int", "float", "str", "bool", "list", "dict", "tuple"}


def _wanted_type(parameter: Mapping[str, Any]) -> str | None:
    """Return the type a parameter must have: the one written beside it, else that of its default."""
    written = str(parameter["inferred_type_name"]).split("[")[0].strip().lower()
    if written in _TYPES:
        return written
    if written not in ("none", ""):
        return None  # An annotation such as "Path | None", which nobody can check here.
    try:
        default = ast.literal_eval(str(parameter["default"]))
    except (ValueError, SyntaxError):
        return None
    kind = type(default).__name__
    return kind if kind in _TYPES else None


def _fits(value: Any, wanted: str) -> bool:
    kind = type(value).__name__
    if wanted == "float":
        return kind in ("float", "int")
    if wanted == "tuple":
        return kind in ("tuple", "list")  # YAML and JSON know no tuples.
    return kind == wanted
