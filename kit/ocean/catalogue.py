"""The catalogue: what each data set is, where its files stand, and what must be true of it.

The facts are in ``catalogue.yaml``. Fetching, opening and checking are left to the modules beside it.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kit.errors import KitError, KitErrors
from kit.i18n import current_language
from kit.i18n import gettext as _

CATALOGUE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True)
class DataFile:
    """One file at one commit of a public repository."""

    name: str
    repository: str
    commit: str
    path: str
    bytes: int
    sha256: str

    @property
    def urls(self) -> tuple[str, ...]:
        """Return where the file can be had: the repository itself, then a public cache of it."""
        path = quote(self.path)
        return (
            f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{path}",
            f"https://cdn.jsdelivr.net/gh/{self.repository}@{self.commit}/{path}",
        )


@dataclass(frozen=True)
class Variable:
    """What must hold for one variable; a unit or range of None is not checked."""

    units: str | None = None
    range: tuple[float, float] | None = None
    long_name: str | None = None
    standard_name: str | None = None
    empty: bool = False
    """Whether it is right that no value is left."""


@dataclass(frozen=True)
class Rules:
    """What must be true of a data set once it is open."""

    sizes: Mapping[str, int]
    dates: Mapping[str, tuple[datetime.date, datetime.date]] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One data set."""

    name: str
    titles: Mapping[str, str]
    source: str
    tier: str
    licence: str
    citation: str
    files: tuple[DataFile, ...]
    holds: Rules
    defects: tuple[str, ...] = ()
    doubt: str | None = None

    @property
    def title(self) -> str:
        """Return the title in the language in force."""
        return self.titles.get(current_language(), self.titles["en"])

    @property
    def bytes(self) -> int:
        """Return the size of all its files together."""
        return sum(file.bytes for file in self.files)

    @property
    def is_default(self) -> bool:
        """Say whether it is taken along when nobody named it: never with a licence in doubt."""
        return self.tier != "C"


@cache
def load_catalogue(path: Path = CATALOGUE) -> Mapping[str, Entry]:
    """Return every entry by its name.

    Examples
    --------
    >>> load_catalogue()["enso-indices"].titles["es"]
    'Índices mensuales de El Niño, 1982 a 2021'
    """
    import yaml

    # The C loader reads the same language ten times faster; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return {name: make_entry(name, fields) for name, fields in raw.items()}


def make_entry(name: str, fields: Mapping[str, Any]) -> Entry:
    """Make an entry from its part of the catalogue file."""
    rest = dict(fields)
    files = tuple(DataFile(**file) for file in rest.pop("files"))
    holds = dict(rest.pop("holds"))
    rules = Rules(
        sizes=holds.pop("sizes"),
        dates={key: tuple(days) for key, days in holds.pop("dates", {}).items()},
        totals=holds.pop("totals", {}),
        variables={key: _variable(raw) for key, raw in holds.pop("variables", {}).items()},
        columns=tuple(holds.pop("columns", ())),
    )
    defects = tuple(rest.pop("defects", ()))
    if holds:
        raise KitError(
            _("the catalogue has rules that nobody checks: {names}").format(names=", ".join(holds)),
            where=name,
        )
    return Entry(
        name=name, titles=rest.pop("title"), files=files, holds=rules, defects=defects, **rest
    )


def _variable(raw: Mapping[str, Any]) -> Variable:
    limits = raw.get("range")
    return Variable(**{**raw, "range": None if limits is None else tuple(limits)})


def find_entries(names: Iterable[str]) -> list[Entry]:
    """Return the entries of these names, in this order.

    Raises
    ------
    KitErrors
        If a name is not in the catalogue: one error for each, with the nearest names.
    """
    catalogue = load_catalogue()
    wanted = list(names)
    unknown = [name for name in wanted if name not in catalogue]
    if unknown:
        raise KitErrors([_unknown(name, catalogue) for name in unknown])
    return [catalogue[name] for name in wanted]


def find_entry(name: str) -> Entry:
    """Return the entry of this name; see `find_entries`."""
    return find_entries([name])[0]


def _unknown(name: str, catalogue: Mapping[str, Entry]) -> KitError:
    near = difflib.get_close_matches(name, catalogue, n=3, cutoff=0.4)
    if near:
        fix = _("Perhaps you mean {names}").format(names=_(" or ").join(near))
    else:
        fix = _("List the data sets with: kit data list")
    return KitError(_("there is no data set '{name}'").format(name=name), fix=fix)
