"""Figures that a learner changes: one step at a time (`slide`), or part by part (`switch`).

In a browser there are buttons, which a keyboard reaches with Tab and presses with Space; arrow keys belong
to JupyterLab, which moves to another cell with them. What changed is announced in words. Without a browser
the figure is shown once, as the author chose, with a line that says what can be changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn import figures
from kit.learn.frontend import WIDGET_VIEW, has_browser

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Bundle = tuple[dict[str, Any], dict[str, Any]]


def slide(
    draw: Callable[[Any], Figure],
    choices: Iterable[Any],
    *,
    label: str,
    alt: Callable[[Any], str],
    at: int = 0,
) -> None:
    """Show a figure for one of several choices, with buttons for the choice before and after it.

    Parameters
    ----------
    draw
        Makes the figure of a choice.
    choices
        What to choose from, in their order; ``str`` of each is shown.
    label
        What is chosen, such as "Profile".
    alt
        Makes the alt text of a choice: one sentence that says what its figure shows.
    at
        The position of the choice that is shown first, and the only one without a browser.

    Raises
    ------
    KitError
        If there is nothing to choose from, or no choice at this position.
    """
    listed = list(choices)
    if not 0 <= at < len(listed):
        raise KitError(
            _("there is no choice {at} among {count}").format(at=at, count=len(listed)),
            where=label,
            fix=_("Count from 0, and give one choice or more"),
        )
    note = _("{label}: {choice} ({number} of {count}). In JupyterLab, buttons change it.")
    caption = note.format(label=label, choice=listed[at], number=at + 1, count=len(listed))

    def bundle(place: int, caption: str | None = None) -> Bundle:
        return _draw(draw(listed[place]), alt(listed[place]), caption)

    def widget() -> Any:
        from kit.learn.widgets import slide_widget

        return slide_widget(label, [str(each) for each in listed], lambda k: page(bundle(k)), at=at)

    _present(bundle(at, caption), widget)


def switch(
    draw: Callable[[Sequence[str]], Figure],
    parts: Sequence[str],
    *,
    label: str,
    alt: Callable[[Sequence[str]], str],
    on: Sequence[str] | None = None,
) -> None:
    """Show a figure of some parts, with a button for each part that puts it in or takes it out.

    Parameters
    ----------
    draw
        Makes the figure of a list of parts, which can be empty.
    parts
        The names of all parts, in their order.
    label
        What the parts are, such as "Constituents".
    alt
        Makes the alt text for a list of parts.
    on
        The parts that are in at first, and the only figure without a browser; by default all.

    Raises
    ------
    KitError
        If ``on`` names something that is no part.
    """
    first = list(parts if on is None else on)
    unknown = [name for name in first if name not in parts]
    if unknown:
        raise KitError(
            _("these are no parts: {names}").format(names=", ".join(unknown)),
            where=label,
            fix=_("Choose among {names}").format(names=", ".join(parts)),
        )
    note = _("{label}: {names}. In JupyterLab, buttons put them in and take them out.")
    caption = note.format(label=label, names=", ".join(first) or _("none"))

    def bundle(chosen: Sequence[str], caption: str | None = None) -> Bundle:
        return _draw(draw(chosen), alt(chosen), caption)

    def widget() -> Any:
        from kit.learn.widgets import switch_widget

        return switch_widget(label, list(parts), lambda chosen: page(bundle(chosen)), on=first)

    _present(bundle(first, caption), widget)


def page(bundle: Bundle) -> str:
    """Return the HTML of a figure, with its alt text."""
    return str(bundle[0]["text/html"])


def _draw(figure: Figure, alt: str, caption: str | None) -> Bundle:
    bundle = figures.figure_bundle(
        figures.draw_png(figure), alt=" ".join(alt.split()), caption=caption
    )
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return bundle


def _present(bundle: Bundle, widget: Callable[[], Any]) -> None:
    from IPython import get_ipython
    from IPython.display import display

    data, metadata = bundle
    if get_ipython() is None:
        print(data["text/plain"])
        return
    if has_browser():
        view = {"version_major": 2, "version_minor": 0, "model_id": widget().model_id}
        data = {**data, WIDGET_VIEW: view}
    display(data, metadata=metadata, raw=True)
