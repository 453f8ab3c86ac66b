"""The terms of an assignment: its contract in YAML, the limits on a submission, what being late costs.

Light to import, since every command about a class needs it. The rest of an assignment is in
`kit.grading.assignment`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Limits:
    """What one submission may use, with everything that it starts.

    Parameters
    ----------
    wall_seconds
        From the first cell to the last, by the clock.
    memory_mb
        Memory of all processes together, in megabytes (10⁶ bytes).
    cpu_seconds
        Processor time of all processes and threads together.
    processes
        Processes and threads at one moment.
    file_mb, disk_mb, files
        The longest file, all that is written, and how many files and folders there may be.
    output_mb
        What its cells show, all together.
    """

    wall_seconds: float = 120.0
    memory_mb: int = 2048
    cpu_seconds: float = 240.0
    processes: int = 128
    file_mb: int = 256
    disk_mb: int = 512
    files: int = 10_000
    output_mb: float = 20.0


@dataclass(frozen=True)
class LatePolicy:
    """What handing in late costs, as a share of the earned points.

    Parameters
    ----------
    grace_minutes
        Nothing is taken off until so many minutes after the due date.
    per_day
        Share taken off for each day that has begun since the due date.
    at_most
        No more than this share is ever taken off.
    """

    grace_minutes: float = 0.0
    per_day: float = 0.0
    at_most: float = 1.0

    def penalty(self, earned: float, late_seconds: float) -> float:
        """Return the points taken off.

        Parameters
        ----------
        earned
            The points before the penalty.
        late_seconds
            Seconds after the due date; 0 or less is in time.

        Examples
        --------
        >>> policy = LatePolicy(grace_minutes=15, per_day=0.1, at_most=0.5)
        >>> policy.penalty(20, 14 * 60), policy.penalty(20, 16 * 60), policy.penalty(20, 30 * 86400)
        (0.0, 2.0, 10.0)
        """
        if late_seconds <= self.grace_minutes * 60:
            return 0.0
        days = math.ceil(late_seconds / SECONDS_A_DAY)
        # Rounded because 0.1 * 3 days * 20 points is 6.000000000000001 in binary.
        return round(earned * min(self.at_most, self.per_day * days), 6)


def read_contract(path: str | Path) -> dict[str, Any]:
    """Read ``assignment.yaml`` as it stands.

    Raises
    ------
    KitError
        If it is missing, is not YAML, or is not a table of names and values.
    """
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KitError(
            _("there is no such file"),
            where=path,
            fix=_("Make an assignment with: kit new assignment NAME"),
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        mark = getattr(err, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise KitError(
            _("this is not YAML ({reason})").format(reason=getattr(err, "problem", None) or err),
            where=where,
        ) from None
    if not isinstance(data, dict):
        raise KitError(
            _("this is not a table of names and values"), where=path, fix=_("Write 'title: ...'")
        )
    return data


def parse_limits(value: Any, *, where: str) -> Limits:
    """Make `Limits` from the table ``limits`` of ``assignment.yaml``; None gives the defaults.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.
    """
    checker = TermsChecker({"limits": {} if value is None else value}, where)
    limits = checker.limits()
    checker.finish()
    return limits


def parse_late(value: Any, *, where: str) -> LatePolicy:
    """Make a `LatePolicy` from a table ``late``; None gives one that takes nothing off.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.
    """
    checker = TermsChecker({"late": {} if value is None else value}, where)
    late = checker.late()
    checker.finish()
    return late


class TermsChecker:
    """Takes values out of a contract and collects what is wrong with them."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.data = data
        self.where = where
        self.errors: list[KitError] = []

    def complain(self, what: str, fix: str) -> None:
        """Note a problem."""
        self.errors.append(KitError(what, where=self.where, fix=fix))

    def finish(self) -> None:
        """Raise everything that was noted."""
        if self.errors:
            raise KitErrors(self.errors)

    def unknown(
        self, known: set[str], data: Mapping[str, Any] | None = None, inside: str = ""
    ) -> None:
        """Note every name that is not known."""
        for name in (self.data if data is None else data).keys() - known:
            self.complain(
                _("{name!r} is not known here").format(name=f"{inside}{name}"),
                _("The names are: {names}").format(names=", ".join(sorted(known))),
            )

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip():
            self.complain(
                _("'{name}' is missing or not a text").format(name=name),
                _("Write one line of text"),
            )
            return ""
        return value

    def texts(self, name: str, *, empty: bool = False) -> tuple[str, ...]:
        """Return a list of texts, which may be left out only if it may be empty."""
        value = self.data.get(name, [] if empty else None)
        good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not good or not (value or empty):
            self.complain(
                _("'{name}' is missing or not a list of texts").format(name=name),
                _("Write one '- ...' a line"),
            )
            return ()
        assert isinstance(value, list)
        return tuple(value)

    def number(self, name: str, *, least: float = 0.0) -> float:
        """Return a number that must be there."""
        return self._number(self.data.get(name), name, least=least)

    def _number(
        self, value: Any, name: str, *, least: float = 0.0, most: float = math.inf
    ) -> float:
        number = (
            value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        )
        if not least <= number <= most or math.isinf(number):
            span = f"{least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"
            self.complain(
                _("'{name}' is {value!r}, not a number").format(name=name, value=value),
                _("Write a number, {span}").format(span=span),
            )
            return least
        return float(number)

    def choice(self, name: str, choices: tuple[str, ...]) -> Any:
        """Return one of several words."""
        value = self.data.get(name)
        if value not in choices:
            self.complain(
                _("'{name}' is {value!r}").format(name=name, value=value),
                _("Choose one of: {choices}").format(choices=", ".join(choices)),
            )
            return choices[0]
        return value

    def _table(self, name: str) -> Mapping[str, Any]:
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            self.complain(
                _("'{name}' is not a table").format(name=name),
                _("Write {{name: value, ...}}").format(),
            )
            return {}
        return value

    def limits(self) -> Limits:
        """Return the table ``limits``, with defaults."""
        table = self._table("limits")
        self.unknown({field.name for field in fields(Limits)}, table, "limits.")
        least = {"wall_seconds": 1, "memory_mb": 64, "cpu_seconds": 1, "processes": 8, "files": 10}
        given = {name: value for name, value in table.items() if name in Limits.__annotations__}
        # Whoever gives more time gives it to each of two cores, unless they say otherwise.
        if "wall_seconds" in given and "cpu_seconds" not in given:
            seconds = given["wall_seconds"]
            if isinstance(seconds, int | float) and not isinstance(seconds, bool):
                given["cpu_seconds"] = max(2 * seconds, 1)
        checked = {
            name: self._number(value, f"limits.{name}", least=least.get(name, 1))
            for name, value in given.items()
        }
        whole = {field.name for field in fields(Limits) if field.type == "int"}
        return Limits(
            **{name: int(value) if name in whole else value for name, value in checked.items()}  # type: ignore[arg-type]
        )

    def late(self) -> LatePolicy:
        """Return the table ``late``; without one nothing is taken off."""
        table = self._table("late")
        self.unknown({"grace_minutes", "per_day", "at_most"}, table, "late.")
        return LatePolicy(
            grace_minutes=self._number(table.get("grace_minutes", 0.0), "late.grace_minutes"),
            per_day=self._number(table.get("per_day", 0.0), "late.per_day", most=1),
            at_most=self._number(table.get("at_most", 1.0), "late.at_most", most=1),
        )
