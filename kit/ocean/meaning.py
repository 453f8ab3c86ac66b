"""Whether data are what they should be: shape, dates, units and ranges, as the catalogue demands.

A hash says that a file is whole. It does not say that it is the right one: a catalogue can be pinned to a
file of another year, or in another unit. Everything that is wrong is reported at once.
"""

from __future__ import annotations

from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.ocean.catalogue import Entry, Variable


def check_meaning(data: Any, entry: Entry) -> None:
    """Hold opened data against the rules of its entry.

    Raises
    ------
    KitError
        With every rule that is broken, and what was found instead.
    """
    problems = find_problems(data, entry)
    if problems:
        raise KitError(
            _("the file is whole, but it is not the data set it should be: {problems}").format(
                problems="; ".join(problems)
            ),
            where=entry.name,
            fix=_("Do not use it; compare with the catalogue: kit data list {name}").format(
                name=entry.name
            ),
        )


def find_problems(data: Any, entry: Entry) -> list[str]:
    """Return one sentence for each rule that the data break."""
    rules = entry.holds
    found = sizes_of(data)
    problems = [
        _("{name} has {found} values, not {wanted}").format(
            name=name, found=found.get(name, 0), wanted=wanted
        )
        for name, wanted in rules.sizes.items()
        if found.get(name, 0) != wanted
    ]
    missing = [name for name in rules.columns if name not in data]
    if missing:
        problems.append(_("there is no column {names}").format(names=", ".join(missing)))
    for name, days in rules.dates.items():
        problems += _check_dates(_values(data, name), name, days)
    for name, variable in rules.variables.items():
        problems += _check_variable(data, name, variable)
    for name, wanted in rules.totals.items():
        total = _values(data, name).sum()
        if total != wanted:
            problems.append(
                _("the total of {name} is {found}, not {wanted}").format(
                    name=name, found=total, wanted=wanted
                )
            )
    return problems


def sizes_of(data: Any) -> dict[str, int]:
    """Return the size of each dimension; of a table, its rows and columns."""
    if hasattr(data, "sizes"):
        return {str(name): int(size) for name, size in data.sizes.items()}
    return {"row": len(data), "column": len(data.columns)}


def _values(data: Any, name: str) -> Any:
    """Return a variable, a column, or the index of that name, as an array; None if there is none."""
    import numpy as np

    if name in data:
        return np.asarray(data[name])
    if getattr(getattr(data, "index", None), "name", None) == name:
        return np.asarray(data.index)
    return np.asarray(data[name]) if name in getattr(data, "coords", ()) else None


def _check_dates(times: Any, name: str, days: Any) -> list[str]:
    import numpy as np

    if times is None or not np.issubdtype(times.dtype, np.datetime64):
        return [_("there are no dates '{name}'").format(name=name)]
    times = times[~np.isnat(times)]
    if not times.size:
        return [_("there are no dates '{name}'").format(name=name)]
    found = [str(day.astype("datetime64[D]")) for day in (times.min(), times.max())]
    wanted = [day.isoformat() for day in days]
    if found == wanted:
        return []
    return [
        _("{name} runs from {found} to {found_end}, not from {wanted} to {wanted_end}").format(
            name=name, found=found[0], found_end=found[1], wanted=wanted[0], wanted_end=wanted[1]
        )
    ]


def _check_variable(data: Any, name: str, variable: Variable) -> list[str]:
    import numpy as np

    values = _values(data, name)
    if values is None:
        return [_("there is no variable {name}").format(name=name)]
    problems = []
    units = _units(data, name)
    if variable.units is not None and units != variable.units:
        problems.append(
            _("{name} is in '{found}', not in '{wanted}'").format(
                name=name, found=units, wanted=variable.units
            )
        )
    if variable.range is None:
        return problems
    low, high = variable.range
    known = values[np.isfinite(values)]
    if not known.size:
        if not variable.empty:
            problems.append(_("{name} holds no value at all").format(name=name))
    elif known.min() < low or known.max() > high:
        problems.append(
            _("{name} goes from {found} to {found_end}, outside {low} to {high}").format(
                name=name,
                found=f"{known.min():.6g}",
                found_end=f"{known.max():.6g}",
                low=f"{low:g}",
                high=f"{high:g}",
            )
        )
    return problems


def _units(data: Any, name: str) -> str | None:
    if hasattr(data, "data_vars"):
        return data[name].attrs.get("units")
    return data.attrs.get("units", {}).get(name)
