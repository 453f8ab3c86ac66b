"""What a twin says about itself is true of it."""

import numpy as np
import pytest
import xarray as xr

from kit.ocean.catalogue import find_entry, load_catalogue
from kit.ocean.meaning import find_problems
from kit.ocean.opening import simulate_entry
from kit.ocean.simulation import make_red_noise, make_smooth_field
from kit.ocean.sources import altimetry, planktonzilla, redfield, sea_level, tides

pytestmark = pytest.mark.usefixtures("offline")


@pytest.mark.parametrize("entry", load_catalogue().values(), ids=lambda entry: entry.name)
@pytest.mark.parametrize("seed", [0, 7])
def test_a_twin_keeps_the_rules_of_its_entry_with_any_seed(entry, seed):
    assert find_problems(simulate_entry(entry, seed=seed), entry) == []


def test_the_tides_of_the_twin_are_found_by_least_squares():
    level = simulate_entry(find_entry("tides-halifax")).sea_level.values
    hours = np.arange(level.size)
    columns = [np.ones_like(hours, dtype=float)]
    for period, _amplitude, _phase in tides.CONSTITUENTS.values():
        columns += [np.cos(2 * np.pi * hours / period), np.sin(2 * np.pi * hours / period)]
    found = np.linalg.lstsq(np.column_stack(columns), level, rcond=None)[0]
    for number, (_period, amplitude, _phase) in enumerate(tides.CONSTITUENTS.values()):
        assert np.hypot(*found[1 + 2 * number : 3 + 2 * number]) == pytest.approx(
            amplitude, abs=0.02
        )


def test_the_sea_of_the_twin_rises_by_its_trend():
    data = simulate_entry(find_entry("psmsl-annual"))
    level = data.sea_level.sel(station=1)
    known = level.notnull().values
    found = np.polyfit(level.year.values[known], level.values[known], 1)[0]
    assert found == pytest.approx(sea_level.TRUE_TREND, abs=0.15)


def test_the_lines_of_the_twin_have_their_slopes():
    table = simulate_entry(find_entry("redfield-1934"))
    carbon = table[table.figure == "nitrate-carbon"]
    found = np.polyfit(carbon.NO3, carbon.CO2, 1)[0]
    assert found == pytest.approx(redfield.TRUE_CARBON_TO_NITROGEN, abs=0.2)


def test_the_currents_of_the_twin_balance_its_heights():
    data = simulate_entry(find_entry("altimetry-global"))
    u, v = altimetry.balance(data.adt.values, data.latitude.values, data.longitude.values)
    assert np.allclose(u, data.ugos, equal_nan=True) and np.allclose(v, data.vgos, equal_nan=True)


@pytest.mark.parametrize("seed", [2026, 5])
def test_the_eddies_of_the_twin_stand_in_the_heights_of_the_same_seed(seed):
    height = simulate_entry(find_entry("altimetry-global"), seed=seed).adt
    eddies = simulate_entry(find_entry("eddies-20190223"), seed=seed)
    # The strong ones are higher, or lower, than the sea around them.
    strong = eddies.isel(eddy=np.flatnonzero(eddies.amplitude.values > 0.08))
    north, east = (xr.DataArray(strong[name].values) for name in ("latitude", "longitude"))
    away = 2 * xr.DataArray(np.degrees(strong.speed_radius.values / 6.371e6))
    here = height.sel(latitude=north, longitude=east, method="nearest").values
    around = [
        height.sel(latitude=north + turn * away, longitude=east, method="nearest").values
        for turn in (-1, 1)
    ]
    risen = (here - np.mean(around, axis=0)) * np.where(strong.rotation == "anticyclonic", 1, -1)
    assert risen.size > 500 and np.mean(risen > 0) > 0.95


def test_balance_gives_the_textbook_current():
    # 1 m over 1 degree at 45 degrees north: g/f times the slope.
    latitude, longitude = np.array([44.0, 45.0, 46.0]), np.array([0.0, 1.0, 2.0])
    height = np.tile(-latitude[:, np.newaxis], (1, 3))
    u, v = altimetry.balance(height, latitude, longitude)
    assert u[1, 1] == pytest.approx(9.81 / 1.0313e-4 / 111195, rel=1e-3)
    assert v[1, 1] == pytest.approx(0)


def test_the_mixed_layer_of_the_twin_is_where_it_says():
    data = simulate_entry(find_entry("argo-5906072"))
    for profile in (0, 40, 100):
        one = data.isel(profile=profile)
        inside = one.PRES.values < float(one.true_mixed_layer) - 5
        assert float(np.nanstd(one.TEMP.values[inside])) < 0.02
        below = (one.PRES.values > float(one.true_mixed_layer) + 30) & (one.PRES.values < 900)
        assert np.nanmax(one.TEMP.values[below]) < np.nanmean(one.TEMP.values[inside]) - 0.3


@pytest.mark.parametrize("seed", [2026, 5])
def test_the_sources_of_the_plankton_twin_share_labels_and_two_hardly_do(seed):
    counts = simulate_entry(find_entry("planktonzilla-counts"), seed=seed)
    assert not counts.duplicated(["dataset", "proposed_label"]).any()
    shared = {}
    for source, here in counts.groupby("dataset"):
        others = counts[counts.dataset != source].proposed_label
        shared[source] = here.n[here.proposed_label.isin(others)].sum() / here.n.sum()
    assert shared.pop(planktonzilla.STRANGER) == 0
    assert 0 < shared.pop(planktonzilla.HALF_STRANGER) < 0.5
    assert len(shared) == 13 and min(shared.values()) > 0.5
    # A long tail with detritus at its head, as in the real collection.
    by_label = counts.groupby("proposed_label").n.sum()
    assert by_label.idxmax() == "detritus" and np.mean(by_label < 100) > 0.2


@pytest.mark.parametrize("seed", [2026, 5])
def test_the_defects_that_were_planted_in_the_taxonomy_can_be_found(seed):
    table = simulate_entry(find_entry("planktonzilla-taxonomy"), seed=seed)
    assert not table.duplicated(["Dataset", "Raw_Labels"]).any()
    assert (table.proposed_label != table.proposed_label.str.lower()).sum() == 1
    for column in ("aphia_ID", "NCBI_ID", "BOLD_ID"):
        assert table[column].dropna().str.fullmatch(r"\d+\.0").all()
        with pytest.raises(ValueError, match="invalid literal"):
            int(table[column].dropna().iloc[0])
    living = table[table.living].assign(label=lambda rows: rows.proposed_label.str.lower())
    for column in ("wikidata_ID", "aphia_ID", "NCBI_ID"):
        labels = living.groupby(column).label.nunique()
        at = living[living[column].isin(labels.index[labels > 1])]
        genera = at.groupby(column).Genus.nunique()
        assert (genera == 1).sum() == planktonzilla.COARSE
        assert (genera == 2).sum() == planktonzilla.WRONG_PAIRS


def test_red_noise_starts_in_its_own_distribution():
    rng = np.random.default_rng(3)
    first = [make_red_noise(rng, 3, lag_one=0.95, scale=2.0)[0] for _unused in range(2000)]
    assert np.std(first) == pytest.approx(2.0, rel=0.06)


def test_a_smooth_field_goes_round_the_world():
    field = make_smooth_field(np.random.default_rng(1), (40, 90), width=(4, 4))
    across = np.abs(field[:, 0] - field[:, -1]).mean()
    assert across < 2 * np.abs(np.diff(field, axis=1)).mean()
