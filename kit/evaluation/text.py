"""A sentence of a card: an English template, the values in it, and its translation where there is one.

A card is read in three languages, and often in another one than it was made in. So a row keeps the template
and the values apart. The template is the key into ``language/<code>.json``; without a translation the
English stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _

LANGUAGES = ("en", "fr", "es")
_FOLDER = Path(__file__).parent / "language"
# Group digits with a thin space everywhere; the mark before decimals is the reader's.
_DECIMAL = {"en": ".", "fr": ",", "es": ","}


@dataclass(frozen=True)
class Text:
    """A sentence with values, to be rendered in the reader's language.

    Examples
    --------
    >>> text = Text.of("{k} of {n} test rows are also in the training data.", k=3, n=540)
    >>> text.render("en")
    '3 of 540 test rows are also in the training data.'
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, template: str, **values: Any) -> Text:
        """Return a text; the template is plain English with named places."""
        return cls(template, values)

    def render(self, language: str = "en") -> str:
        """Return the sentence in a language."""
        shown = {
            name: _trimmed(value, language) if isinstance(value, (int, float)) else str(value)
            for name, value in self.values.items()
        }
        return translate(self.template, language).format(**shown)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the English sentence for readers, template and values for translation."""
        return {
            "text": self.render("en"),
            "template": self.template,
            "values": {name: _plain(value) for name, value in self.values.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Text:
        """Return the text that `to_dict` wrote."""
        return cls(data["template"], dict(data["values"]))


def translate(template: str, language: str) -> str:
    """Return a template in a language, or in English where there is no translation."""
    return catalogue(language).get(template, template)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every translated template of a language."""
    if language not in LANGUAGES:
        raise KitError(
            _("a card can not be written in '{language}'").format(language=language),
            fix=_("Choose one of: {names}").format(names=", ".join(LANGUAGES)),
        )
    if language == "en":
        return {}
    found: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


def format_number(value: float, language: str = "en", *, digits: int = 3) -> str:
    """Return a number as people of a language write it, with as many decimals as say something.

    Examples
    --------
    >>> format_number(0.95921), format_number(0.00021), format_number(12), format_number(0.5, "fr")
    ('0.959', '0.0002', '12', '0,500')
    """
    if isinstance(value, bool) or (int(value) == value and isinstance(value, int)):
        return str(value)
    if value == 0 or abs(value) >= 10**-digits:
        text = f"{value:.{digits}f}"
    else:
        text = f"{value:.1g}"
        if "e" in text and abs(value) >= 1e-6:
            text = f"{value:.7f}".rstrip("0")
    text = re.sub(r"^-(?=0\.?0*$)", "", text)
    return text.replace("-", "−").replace(".", _DECIMAL[language])


def _trimmed(value: float, language: str) -> str:
    """Return a number for a sentence, where 0.5 reads better than the 0.500 of a column."""
    if isinstance(value, float) and value == int(value):
        # "1 of the rows" would be a single row; "1.000 of the rows" are all of them.
        return format_number(value, language)
    text = format_number(value, language)
    mark = _DECIMAL[language]
    return text.rstrip("0").rstrip(mark) if mark in text else text


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
