"""Terminal text as HTML: colours as classes, everything else escaped or left out.

Tracebacks and printed output are text for a terminal, which obeys codes in it. A page shows the text that
such a terminal would show in the end, and nothing that could make it look different from what it is.
"""

from __future__ import annotations

import html
import re

from markupsafe import Markup

from kit.i18n import gettext as _

MAX_TEXT = 20_000

_OSC = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_CSI = re.compile(r"\x1b\[([0-9;:?<=>]*)[ -/]*([@-~])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Characters that reorder what is read: code could look different from what it does.
_REORDERING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def clean_text(text: str) -> str:
    """Return text without terminal codes and control characters, as a terminal would leave it.

    Examples
    --------
    >>> clean_text("10 %\\r100 %\\n\\x1b[31mred\\x1b[0m\\x07")
    '100 %\\nred'
    """
    return _CSI.sub("", strip_codes(text))


def strip_codes(text: str) -> str:
    """Return text as `clean_text` does, but with its colour codes."""
    text = _OSC.sub("", text).replace("\r\n", "\n")
    # A progress bar writes its line again and again; only the last one is left on a screen.
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _REORDERING.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
    return re.sub(_CONTROL, lambda match: "\x1b" if match[0] == "\x1b" else "", text)


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """Return text of at most about ``limit`` characters: its beginning and its end.

    Examples
    --------
    >>> shorten("short")
    'short'
    >>> shorten("a" * 50 + "z" * 50, limit=20)
    'aaaaaaaaaa\\n… 80 characters left out …\\nzzzzzzzzzz'
    """
    if len(text) <= limit:
        return text
    half = limit // 2
    note = _("… {n} characters left out …").format(n=len(text) - 2 * half)
    return f"{text[:half]}\n{note}\n{text[-half:]}"


def render_terminal(text: str) -> Markup:
    """Return terminal text as HTML, with its colours as classes and everything else escaped."""
    # Cut first: a colour code that is cut in two is shown, at worst, as a few characters.
    text = strip_codes(shorten(text))
    parts: list[str] = []
    classes: set[str] = set()
    position = 0
    for match in [*_CSI.finditer(text), None]:
        piece = text[position : match.start() if match else len(text)].replace("\x1b", "")
        if piece:
            escaped = html.escape(piece)
            names = " ".join(sorted(classes))
            parts.append(f'<span class="{names}">{escaped}</span>' if names else escaped)
        if match is None:
            break
        position = match.end()
        if match[2] == "m":
            classes = _apply_codes(classes, match[1])
    return Markup("".join(parts))


def _apply_codes(classes: set[str], codes: str) -> set[str]:
    classes = set(classes)
    numbers = [int(code) if code.isdecimal() and len(code) < 4 else 0 for code in codes.split(";")]
    skip = 0
    for number in numbers:
        if skip:
            skip -= 1
        elif number in (38, 48):
            # A colour from a palette follows; our page has its own.
            skip = 2 if 5 in numbers else 4
        elif number == 0:
            classes.clear()
        elif number == 1:
            classes.add("ansi-bold")
        elif number == 22:
            classes.discard("ansi-bold")
        elif 30 <= number <= 39 or 90 <= number <= 97:
            classes = {name for name in classes if name == "ansi-bold"}
            if number != 39:
                classes.add(f"ansi-{_COLOURS[number % 10]}")
    return classes
