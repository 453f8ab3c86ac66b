"""Visible checks of an exercise: what is right, what is not, and where to look; no traceback."""

from __future__ import annotations

import linecache
import traceback
from types import TracebackType

from kit.i18n import gettext as _
from kit.learn import logbook
from kit.learn.frontend import Text, is_strict, present
from kit.learn.markup import Frame, framed, to_html


class check:  # noqa: N801 - a context manager that reads like the statement `with check("…"):`
    """Run the assertions of an exercise and say in a sentence how it went.

    With ``KIT_CHECKS=strict``, as when the authors' notebooks are executed, whatever goes wrong is
    raised.

    Parameters
    ----------
    key
        The exercise's id.

    Examples
    --------
    >>> with check("double"):
    ...     assert 2 * 2 == 5, "expected 5, got 4: look at the factor"
    ✗ Not yet (double): expected 5, got 4: look at the factor
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __enter__(self) -> check:
        """Start the check."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Say how it went; only what is an ordinary exception is kept from the learner."""
        if error is not None and (is_strict() or not isinstance(error, Exception)):
            return False
        outcome, text = _outcome(self.key, error, trace)
        logbook.record("check", self.key, outcome=outcome)
        present(text)
        return True


def _outcome(
    key: str, error: BaseException | None, trace: TracebackType | None
) -> tuple[str, Text]:
    if error is None:
        return "right", _sentence(_("✓ Right ({key}).").format(key=key), "right")
    if isinstance(error, NotImplementedError):
        text = _("○ Not done yet ({key}). Write your answer in the exercise cell and run it first.")
        return "not done", _sentence(text.format(key=key), "neutral")
    if isinstance(error, AssertionError):
        said = str(error) or _("this does not hold: {line}").format(line=f"`{_line_of(trace)}`")
        return "wrong", _sentence(
            _("✗ Not yet ({key}): {said}").format(key=key, said=said), "wrong"
        )
    if isinstance(error, NameError) and error.name:
        text = _(
            "○ Python does not know `{name}` yet ({key}). Run the exercise cell first, then this one."
        )
        return "not run", _sentence(text.format(name=error.name, key=key), "neutral")
    # What the message of an assert makes of a function that has no return.
    if isinstance(error, TypeError) and "NoneType.__format__" in str(error):
        text = _("✗ Not yet ({key}): a number was expected, and your code gave nothing (None).")
        hint = _("Does your function end with `return`?")
        return "wrong", _sentence(f"{text.format(key=key)} {hint}", "wrong")
    text = _("✗ Your code stopped with {kind} ({key}): {said}. It happened at: {line}")
    said = str(error).rstrip(".") or _("without a message")
    return "error", _sentence(
        text.format(kind=type(error).__name__, key=key, said=said, line=f"`{_line_of(trace)}`"),
        "wrong",
    )


def _line_of(trace: TracebackType | None) -> str:
    """Return the text of the innermost line in a traceback that stands in the notebook."""
    line = "?"
    for frame, number in traceback.walk_tb(trace):
        if frame.f_globals.get("__name__") == "__main__":
            line = linecache.getline(frame.f_code.co_filename, number).strip() or line
    return line


def _sentence(plain: str, kind: Frame) -> Text:
    return Text(plain, plain, framed(to_html(plain), kind))
