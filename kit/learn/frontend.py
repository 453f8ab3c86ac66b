"""Where output goes: a browser that shows widgets, a notebook file without one, or a terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Text:
    """One piece of content: markdown for a notebook, plain text for everything else.

    ``html`` is for content that markdown can not frame, and is shown in its place where there is one.
    """

    markdown: str
    plain: str
    html: str | None = None


def is_strict() -> bool:
    """Say whether a failed check must stop the notebook, as when the authors' copy is executed."""
    return os.environ.get("KIT_CHECKS") == "strict"


def _shell() -> Any | None:
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def has_browser() -> bool:
    """Say whether somebody looks at this notebook in a front end that shows widgets.

    JupyterLab, Notebook 7 and VS Code name the cell in the metadata of each request; papermill,
    nbclient and nbconvert do not, and what they write is read later, without a kernel that could
    answer a widget. ``KIT_DISPLAY=text`` or ``KIT_DISPLAY=widgets`` decides where that is wrong.
    """
    wanted = os.environ.get("KIT_DISPLAY")
    if wanted in ("text", "widgets"):
        return wanted == "widgets"
    kernel = getattr(_shell(), "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent() or {}
    return "cellId" in request.get("metadata", {})


def present(text: Text, widget: Callable[[], Any] | None = None) -> None:
    """Show a widget where there is a browser, with the text beside it for exports; else the text.

    Parameters
    ----------
    text
        What is shown without a browser, and stays in the saved notebook.
    widget
        Makes the ipywidgets widget; called only where a browser shows it.
    """
    if _shell() is None:
        print(text.plain)
        return
    from IPython.display import display

    bundle: dict[str, Any] = {"text/markdown": text.markdown, "text/plain": text.plain}
    if text.html is not None:
        bundle["text/html"] = text.html
    if widget is not None and has_browser():
        view = widget()
        bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": view.model_id}
    display(bundle, raw=True)
