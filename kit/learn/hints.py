"""Hints for an exercise: a nudge, the approach, almost the code, opened one after another."""

from __future__ import annotations

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn import logbook
from kit.learn.frontend import Text, present

# How many hints are open in this kernel, so that a cell that runs again does not close them.
_opened: dict[str, int] = {}


def hint(key: str, nudge: str, approach: str, almost: str) -> None:
    """Offer three hints for an exercise; each one is opened only when the learner asks.

    Parameters
    ----------
    key
        The exercise's id.
    nudge
        Where to look, as markdown.
    approach
        The steps, as markdown.
    almost
        Nearly the code. Text without a fence (```) of several lines is shown as code.

    Raises
    ------
    KitError
        If one of the three is empty.
    """
    levels = (nudge, approach, _as_code(almost))
    if not all(level.strip() for level in levels):
        raise KitError(
            _("a hint is empty"),
            where=key,
            fix=_("Write three: a nudge, the approach, almost the code"),
        )
    present(_hint_text(levels), lambda: _widget(key, levels))


def level_names() -> tuple[str, str, str]:
    """Return what the three hints are called."""
    return _("a nudge"), _("the approach"), _("almost the code")


def opened(key: str, level: int) -> None:
    """Keep that the learner opened a hint, counted from 1, for this kernel and in their own log."""
    _opened[key] = level
    logbook.record("hint", key, level=level)


def _as_code(text: str) -> str:
    text = text.strip("\n")
    if "```" in text or "\n" not in text:
        return text
    return f"```python\n{text}\n```"


def _hint_text(levels: tuple[str, str, str]) -> Text:
    titles = [
        _("Hint {number} of {total}: {name}").format(number=number, total=len(levels), name=name)
        for number, name in enumerate(level_names(), 1)
    ]
    # Each hint is folded inside the one before it, so that a static page opens them in order too.
    markdown = ""
    for title, level in reversed(list(zip(titles, levels, strict=True))):
        markdown = f"<details><summary>{title}</summary>\n\n{level}\n\n{markdown}</details>\n\n"
    plain = "\n".join(f"{title}\n  {level}" for title, level in zip(titles, levels, strict=True))
    return Text(markdown.strip(), plain)


def _widget(key: str, levels: tuple[str, str, str]) -> object:
    from kit.learn.widgets import hint_widget

    return hint_widget(key, levels, opened=_opened.get(key, 0), keep=opened)
