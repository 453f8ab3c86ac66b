import sys

import numpy as np
import pytest

from kit import ocean
from kit.errors import KitError
from kit.ocean import downloads
from kit.ocean.catalogue import find_entry, load_catalogue
from kit.ocean.meaning import find_problems
from kit.ocean.opening import simulate_entry

ENTRIES = list(load_catalogue().values())
by_name = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def names_of(data):
    return {str(name) for name in (data.variables if hasattr(data, "variables") else data.columns)}


@by_name
def test_every_data_set_opens_from_the_mirror(entry, mirror, offline):
    data = ocean.open(entry.name)
    assert find_problems(data, entry) == []
    assert not ocean.is_simulated(data)
    assert data.attrs["citation"] == entry.citation
    assert data.attrs["licence"] == entry.licence
    # A lesson that runs on the data runs on the twin: no name is missing there.
    assert names_of(data) <= names_of(simulate_entry(entry))


@by_name
def test_without_copy_and_network_every_data_set_gives_a_twin_that_says_so(
    entry, capsys, monkeypatch
):
    # The first data set of a session finds out that there is no network; here each does, at once.
    data = ocean.open(entry.name)
    assert f"No copy of {entry.name} here" in capsys.readouterr().out
    assert ocean.is_simulated(data) and ocean.is_simulated()
    assert find_problems(data, entry) == []
    assert "simulated data, not observations" in repr(data)
    assert "simulated data, not observations" in data._repr_html_()
    one = data[next(iter(data.data_vars if hasattr(data, "data_vars") else data.columns))]
    assert "simulated data, not observations" in repr(one)
    assert ocean.unless_simulated(1.26, data) is None
    assert "citation" not in data.attrs and "licence" not in data.attrs


@by_name
def test_a_twin_is_made_from_its_seed(entry):
    first, again, other = (simulate_entry(entry, seed=seed) for seed in (1, 1, 2))
    if hasattr(first, "data_vars"):
        assert first.identical(again) and not first.equals(other)
    else:
        assert first.astype(str).equals(again.astype(str))
        assert not first.astype(str).equals(other.astype(str))


def test_the_network_is_tried_once_and_then_left_alone(monkeypatch):
    asked = []
    download = downloads._download

    def watch(file, *args):
        asked.append(file.name)
        return download(file, *args)

    monkeypatch.setattr(downloads, "_download", watch)
    ocean.open("enso-indices")
    ocean.open("redfield-1934")
    assert asked == ["enso_data.csv"]


def test_a_twin_can_be_asked_for_where_there_is_a_copy(mirror):
    assert ocean.is_simulated(ocean.open("enso-indices", simulate=True))


def test_a_licence_in_doubt_is_said_when_it_is_opened(mirror, offline, capsys):
    ocean.open("hadisst-tropics")
    assert "Licence in doubt for hadisst-tropics" in capsys.readouterr().out


def test_an_option_that_a_data_set_does_not_have_is_refused(offline):
    with pytest.raises(KitError, match=r"no option quality='best'.*'good', 'all'"):
        ocean.open("argo-5906072", quality="best")
    with pytest.raises(KitError, match="no option quality"):
        ocean.open("enso-indices", quality="all")


@pytest.mark.parametrize("name", ["argo-5906072", "argo-3902131"])
def test_flags_and_raw_values_come_when_asked_for_in_the_twin_too(name, mirror, offline):
    data = ocean.open(name, quality="all")
    twin = ocean.open(name, quality="all", simulate=True)
    assert names_of(data) <= names_of(twin)
    for each in (data, twin):
        assert each.TEMP_QC.dtype == np.int8 and 4 in np.unique(each.PSAL_QC)
    # What the flags are for: without them the twin holds water that is not there.
    assert float(twin.TEMP.min()) < -5 < float(simulate_entry(find_entry(name)).TEMP.min())


def test_a_missing_library_is_named_with_the_way_to_install_it(monkeypatch, mirror, offline):
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(KitError, match=r"'rdata'.*bitacora-kit\[ocean\]"):
        ocean.open("woa13-surface")


def test_opening_does_not_change_what_was_opened_before(mirror, offline):
    first = ocean.open("tides-halifax")
    first["sea_level"][:] = 0
    assert float(ocean.open("tides-halifax").sea_level.max()) > 1
