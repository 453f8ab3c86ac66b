"""Units, names and origin, written onto what was read: the CF attributes of a data set.

What a file says about itself stays as it is, so that a file with another unit is found out
(`kit.ocean.meaning`). What it leaves open comes from the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.ocean.catalogue import Entry, Variable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def annotate(data: Any, entry: Entry) -> Any:
    """Return the data with the attributes that the catalogue knows and the file did not give.

    A table has no attributes for each column: its units are in ``table.attrs["units"]``, by column.
    """
    if hasattr(data, "data_vars"):
        return _annotate_dataset(data, entry)
    return _annotate_table(data, entry)


def _annotate_dataset(data: xr.Dataset, entry: Entry) -> xr.Dataset:
    done = data.copy()
    for name, variable in entry.holds.variables.items():
        if name in done.variables:
            known = done[name].attrs
            done[name].attrs = {**_attributes(variable), **known}
    done.attrs = {**data.attrs, **_origin(entry)}
    return done


def _annotate_table(table: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    done = table.copy(deep=False)
    units = {
        name: variable.units
        for name, variable in entry.holds.variables.items()
        if variable.units is not None and name in table.columns
    }
    done.attrs = {**table.attrs, **_origin(entry), "units": units}
    return done


def _attributes(variable: Variable) -> dict[str, str]:
    found = {
        "units": variable.units,
        "long_name": variable.long_name,
        "standard_name": variable.standard_name,
    }
    return {key: value for key, value in found.items() if value is not None}


def _origin(entry: Entry) -> dict[str, str]:
    origin = {
        "data_set": entry.name,
        "title": entry.title,
        "licence": entry.licence,
        "citation": entry.citation,
    }
    if entry.defects:
        origin["known_defects"] = " ".join(entry.defects)
    return origin
