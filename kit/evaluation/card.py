"""The card: every measurement of one model with what it means, as data that can be written and read.

A card holds rows and no total. A row that was not measured stays a row, with the reason. What a card looks
like is left to `kit.evaluation.views`, and how two cards differ to `kit.evaluation.comparison`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kit.errors import KitError
from kit.evaluation.text import Text
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.evaluation.comparison import Comparison

SCHEMA_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("card.schema.json")
AXES = ("reliability", "robustness", "cybersecurity", "transparency")

Axis = Literal["reliability", "robustness", "cybersecurity", "transparency"]
Status = Literal["measured", "not_measured", "invalid"]
Bound = Literal["estimate", "upper", "lower"]
Direction = Literal["higher", "lower", "target", "none"]


@dataclass(frozen=True)
class Measurement:
    """One row of a card.

    Parameters
    ----------
    id
        Axis, measure and variant, such as ``"robustness.pgd_linf@0.1"``.
    name
        What was measured, in words.
    value, low, high
        The number and its interval; all None where nothing was measured.
    method
        How the interval came about.
    bound
        What the number is: an estimate of the truth, or only an upper or a lower bound of it.
    direction
        Whether higher or lower is better, or whether a target is to be met.
    status
        ``invalid``: the number stands, but a test of the measurement says that it must not be used.
    reason
        Why it was not measured, or is invalid.
    alarm
        What a reader has to know before anything else: the model or the evaluation has a fault.
    threat
        What the model was tried against.
    items
        The score of each test row, where two cards can be compared item by item.
    """

    id: str
    name: Text
    value: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    n: int | None = None
    clusters: int | None = None
    bound: Bound = "estimate"
    direction: Direction = "higher"
    status: Status = "measured"
    reason: Text | None = None
    alarm: Text | None = None
    threat: Text | None = None
    assumptions: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
    reference: str = ""
    places: tuple[str, ...] = ()
    seconds: float = 0.0
    items: tuple[float, ...] | None = field(default=None, repr=False)

    @property
    def axis(self) -> str:
        """The axis that the row belongs to."""
        return self.id.split(".")[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data."""
        data: dict[str, Any] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Text):
                value = value.to_dict()
            elif isinstance(value, tuple):
                value = [
                    part.to_dict() if isinstance(part, Text) else _short(part) for part in value
                ]
            data[entry.name] = value
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurement:
        """Return the row that `to_dict` wrote."""
        values = dict(data)
        for name in ("name", "reason", "alarm", "threat"):
            if values[name] is not None:
                values[name] = Text.from_dict(values[name])
        for name in ("assumptions", "warnings"):
            values[name] = tuple(Text.from_dict(part) for part in values[name])
        values["places"] = tuple(values["places"])
        if values["items"] is not None:
            values["items"] = tuple(values["items"])
        return cls(**values)


@dataclass(frozen=True)
class Card:
    """What is known of one model, row by row.

    Parameters
    ----------
    model
        The name of the model.
    rows
        All measurements, measured or not, in the order of the axes.
    facts
        What the card rests on: sizes, classes, seed, versions, fingerprint of the test rows.
    clusters
        The cluster of each test row, as a number, where there are clusters.
    """

    model: str
    rows: tuple[Measurement, ...]
    facts: Mapping[str, Any]
    clusters: tuple[int, ...] | None = field(default=None, repr=False)

    def __getitem__(self, id: str) -> Measurement:
        for row in self.rows:
            if row.id == id:
                return row
        raise KeyError(f"{id}; this card has: {', '.join(row.id for row in self.rows)}")

    def __contains__(self, id: object) -> bool:
        return any(row.id == id for row in self.rows)

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self.rows)

    @property
    def alarms(self) -> tuple[Measurement, ...]:
        """Rows that say that the model or the evaluation has a fault: read these first."""
        return tuple(row for row in self.rows if row.alarm is not None)

    def compare(self, other: Card, *, alpha: float = 0.05) -> Comparison:
        """Return this card minus another, item by item, with Holm's correction over all rows."""
        from kit.evaluation.comparison import compare_cards

        return compare_cards(self, other, alpha=alpha)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain data that ``card.schema.json`` describes."""
        return {
            "schema": SCHEMA_VERSION,
            "model": self.model,
            "facts": dict(self.facts),
            "clusters": None if self.clusters is None else list(self.clusters),
            "rows": [row.to_dict() for row in self.rows],
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the card as JSON, and write it where a path is given."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        return _write(text + "\n", path)

    @classmethod
    def from_json(cls, source: str | Path) -> Card:
        """Return the card in a JSON text, or in the file at a path."""
        is_text = isinstance(source, str) and source.lstrip().startswith("{")
        where = None if is_text else str(source)
        try:
            text = str(source) if is_text else Path(source).read_text(encoding="utf-8")
            data = json.loads(text)
        except (OSError, ValueError) as error:
            raise KitError(
                _("this card can not be read: {error}").format(error=error), where=where
            ) from error
        return cls.from_dict(data, where=where)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, where: str | None = None) -> Card:
        """Return the card that `to_dict` gave; ``where`` it comes from is named when it is no card."""
        check_schema(data, where=where)
        rows = tuple(Measurement.from_dict(row) for row in data["rows"])
        clusters = None if data["clusters"] is None else tuple(data["clusters"])
        return cls(data["model"], rows, data["facts"], clusters)

    def to_markdown(self, path: str | Path | None = None, *, lang: str = "en") -> str:
        """Return the card as Markdown with the front matter of Hugging Face's model cards."""
        from kit.evaluation.views.markdown import render_markdown

        return _write(render_markdown(self, lang), path)

    def to_html(self, path: str | Path | None = None, *, lang: str = "en") -> str:
        """Return the card as one page that needs no other file."""
        from kit.evaluation.views.page import render_page

        return _write(render_page(self, lang), path)

    def _repr_html_(self) -> str:
        from kit.evaluation.views.page import render_fragment
        from kit.i18n import current_language

        language = current_language()
        return render_fragment(self, language if language in ("fr", "es") else "en")

    def without_items(self) -> Card:
        """Return the card without the scores of single rows, for sharing; it can not be compared."""
        return replace(
            self, rows=tuple(replace(row, items=None) for row in self.rows), clusters=None
        )


def check_schema(data: Any, *, where: str | None = None) -> None:
    """Raise a `KitError` that lists everything in which data differs from the schema of cards."""
    import jsonschema

    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise KitError(
            _("this card has schema {found}, and {wanted} is understood").format(
                found=version, wanted=SCHEMA_VERSION
            ),
            where=where,
            fix=_("Make the card again with this version of the kit"),
        )
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    errors = sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(data), key=lambda error: error.json_path
    )
    if errors:
        listed = "; ".join(f"{error.json_path}: {error.message[:120]}" for error in errors[:10])
        raise KitError(_("this is not a card: {errors}").format(errors=listed), where=where)


def _short(value: Any) -> Any:
    # Six digits compare as well as seventeen and take a third of the file.
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _write(text: str, path: str | Path | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    return text
