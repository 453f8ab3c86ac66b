import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest

from kit.errors import KitError
from kit.ocean.catalogue import Variable, find_entry, load_catalogue
from kit.ocean.meaning import check_meaning, find_problems
from kit.ocean.opening import simulate_entry

ENTRIES = list(load_catalogue().values())


def ranged(entry):
    """The variables of an entry whose range can be broken by shifting the values."""
    return [name for name, rule in entry.holds.variables.items() if rule.range]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_range_of_each_entry_can_fail(entry):
    twin = simulate_entry(entry)
    for name in ranged(entry):
        broken = twin.copy()
        if hasattr(twin, "data_vars"):
            broken[name] = (twin[name] + 1e7).assign_attrs(twin[name].attrs)
        else:
            broken[name] = twin[name] + 1e7
        (problem,) = [each for each in find_problems(broken, entry) if each.startswith(f"{name} ")][
            :1
        ]
        assert "outside" in problem


@pytest.mark.parametrize(
    "entry", [each for each in ENTRIES if each.holds.dates], ids=lambda entry: entry.name
)
def test_data_of_another_year_are_found_out(entry):
    twin = simulate_entry(entry)
    (name,) = entry.holds.dates
    year = np.timedelta64(366 * 86400, "s")
    if hasattr(twin, "data_vars"):
        later = twin.assign_coords({name: twin[name] + year})
    elif twin.index.name == name:
        later = twin.set_axis(twin.index + pd.Timedelta(days=366)).rename_axis(name)
    else:
        later = twin.assign(**{name: twin[name] + pd.Timedelta(days=366)})
    later.attrs = twin.attrs
    assert any(each.startswith(f"{name} runs from") for each in find_problems(later, entry))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_data_that_are_cut_short_are_found_out(entry):
    twin = simulate_entry(entry)
    if hasattr(twin, "data_vars"):
        dimension = next(iter(entry.holds.sizes))
        less = twin.isel({dimension: slice(0, -1)})
    else:
        less = twin.iloc[:-1]
    assert any("values, not" in each for each in find_problems(less, entry))


@pytest.mark.parametrize(
    "entry",
    [each for each in ENTRIES if any(rule.units for rule in each.holds.variables.values())],
    ids=lambda entry: entry.name,
)
def test_another_unit_is_found_out(entry):
    twin = simulate_entry(entry)
    name = next(name for name, rule in entry.holds.variables.items() if rule.units)
    if hasattr(twin, "data_vars"):
        twin[name].attrs["units"] = "furlong"
    else:
        twin.attrs["units"] = {**twin.attrs["units"], name: "furlong"}
    assert any("is in 'furlong', not in" in each for each in find_problems(twin, entry))


def test_a_missing_column_a_missing_variable_and_a_wrong_total_are_found_out():
    counts = find_entry("planktonzilla-counts")
    twin = simulate_entry(counts)
    assert any(
        "no column root_class" in each
        for each in find_problems(twin.drop(columns="root_class"), counts)
    )
    assert any("total of n" in each for each in find_problems(twin.assign(n=twin.n + 1), counts))
    tides = find_entry("tides-halifax")
    without = simulate_entry(tides).drop_vars("sea_level")
    assert "there is no variable sea_level" in find_problems(without, tides)


def test_a_variable_without_any_value_is_found_out_unless_that_is_right():
    entry = find_entry("argo-3902131")
    twin = simulate_entry(entry)
    empty = twin.assign(DOXY=twin.DOXY.where(False), TEMP=twin.TEMP.where(False))
    assert find_problems(empty, entry) == ["TEMP holds no value at all"]


def test_all_problems_are_reported_at_once_with_the_reasons():
    entry = find_entry("enso-indices")
    rules = dataclasses.replace(
        entry.holds,
        sizes={"row": 3},
        dates={"time": (datetime.date(1990, 1, 1), datetime.date(1999, 1, 1))},
        variables={"Nino34": Variable(units="kelvin", range=(290, 310))},
    )
    with pytest.raises(KitError) as caught:
        check_meaning(simulate_entry(entry), dataclasses.replace(entry, holds=rules))
    text = str(caught.value)
    for part in ("472 values, not 3", "from 1982-01-01", "'kelvin'", "outside 290 to 310"):
        assert part in text
