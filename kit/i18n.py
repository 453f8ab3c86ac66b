"""Translation of the kit's own strings, through the standard library's gettext.

The language is `KIT_LANG` where it is set, otherwise what the locale variables say; without a catalogue
for it, strings stay English. The language is looked up at each call, so that one process (a mentor's
page, a report for two sites) can speak several.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "kit"
LOCALE_DIR = Path(__file__).parent / "locale"
# One server writes the pages of many readers at once; a variable of the process could not tell them apart.
_SPOKEN: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, LOCALE_DIR, [language], fallback=True)


def current_language() -> str:
    """Return the language code in force, such as ``"es"``; English when nothing is set.

    Examples
    --------
    >>> import os
    >>> os.environ["KIT_LANG"] = "fr_FR.UTF-8"
    >>> current_language()
    'fr'
    >>> del os.environ["KIT_LANG"]
    """
    if spoken := _SPOKEN.get():
        return spoken
    for variable in ("KIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            code = value.split(".")[0].split("_")[0].lower()
            return "en" if code in ("c", "posix", "") else code
    return "en"


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak one language inside the block; None, or an empty text, leaves the one in force.

    Examples
    --------
    >>> with speaking("fr"):
    ...     current_language()
    'fr'
    """
    token = _SPOKEN.set((language or "").split("_")[0].split("-")[0].lower() or _SPOKEN.get())
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def gettext(message: str) -> str:
    """Return ``message`` in the current language.

    Examples
    --------
    >>> gettext("a string that no catalogue has")
    'a string that no catalogue has'
    """
    return _catalogue(current_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of a message that agrees with the number ``n``."""
    return _catalogue(current_language()).ngettext(singular, plural, n)
