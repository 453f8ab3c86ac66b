"""The traps of each file, on the real ones: numbers that a wrong reading would change."""

import numpy as np
import pytest
import xarray as xr

from kit import ocean
from kit.errors import KitError
from kit.ocean.catalogue import find_entry
from kit.ocean.opening import simulate_entry
from kit.ocean.sources import altimetry, argo, tides
from kit.ocean.sources.tara_stations import REPEATED


@pytest.fixture(autouse=True)
def real(mirror, offline):
    pass


def slope(x, y):
    known = np.isfinite(x) & np.isfinite(y)
    return float(np.polyfit(x[known], y[known], 1)[0])


def test_argo_keeps_adjusted_values_with_good_flags_and_known_places_only():
    data, everything = ocean.open("argo-5906072"), ocean.open("argo-5906072", quality="all")
    assert (data.data_mode == "D").sum() == 115
    assert int(data.latitude.notnull().sum()) == 120
    assert int(everything.TEMP.notnull().sum() - data.TEMP.notnull().sum()) == 116
    bad = ~np.isin(everything.PSAL_ADJUSTED_QC, argo.GOOD)
    assert not np.isfinite(data.PSAL.values[bad]).any()
    # Delayed mode corrects pressure: raw and good values differ.
    assert float(abs(data.PRES - everything.PRES).max()) > 0.01


def test_oxygen_with_bad_flags_is_not_good_data():
    assert int(ocean.open("argo-3902131").DOXY.notnull().sum()) == 0
    raw = ocean.open("argo-3902131", quality="all").DOXY
    assert float(raw.max()) > 1e6


def test_blank_flags_mean_missing():
    flags = xr.DataArray(np.array([b"1", np.nan, b"4"], dtype=object))
    assert argo.flag_numbers(flags).tolist() == [1, 9, 4]
    assert argo.flag_numbers(xr.DataArray(np.array([b"1", b"", b"8"]))).tolist() == [1, 9, 8]


def test_an_unknown_place_of_the_argo_index_is_missing():
    index = ocean.open("argo-index")
    # Six places are written as 99.999 degrees, one is blank.
    assert index.latitude.isna().sum() == 7 and index.longitude.isna().sum() == 7


def test_brest_rises_as_published():
    level = ocean.open("psmsl-annual").sea_level.sel(station=1, year=slice(1849, 2012))
    assert str(level.coords["name"].values) == "Brest"
    # Wöppelmann et al. (2014): 1.26 ± 0.04 mm a year.
    assert slope(level.year.values.astype(float), level.values) == pytest.approx(1.26, abs=0.04)


def test_halifax_is_in_metres_and_has_every_hour_of_a_leap_year():
    data = ocean.open("tides-halifax")
    assert int(data.sea_level.notnull().sum()) == 8784
    assert set(np.diff(data.time.values)) == {np.timedelta64(3600, "s")}
    assert float(data.sea_level[0]) == 1.0 and float(data.sea_level[12]) == 1.14
    assert data.attrs["latitude"] == pytest.approx(44.6667)
    assert data.attrs["longitude"] == pytest.approx(-63.5833)
    assert data.attrs["station"] == "Halifax"


def test_a_missing_hour_of_the_joint_archive_is_missing_and_another_unit_is_refused(tmp_path):
    entry = find_entry("tides-halifax")
    head = "275A Halifax            Canada              1996 44400N 063350W 0000 3 00000R MM\n"
    line = "275A Hali  19960101{} 1000  900 9999  770  770 1030 1270 1600 1710 1830 1600 1410\n"
    path = tmp_path / "uhslc_h275a96.dat"
    path.write_text(head + line.format(2) + line.format(1))
    data = tides.read({path.name: path}, entry)
    assert np.isnan(data.sea_level[2]) and float(data.sea_level[0]) == 1.0
    assert data.time.to_index().is_monotonic_increasing
    path.write_text(head.replace(" MM", " CM") + line.format(1))
    with pytest.raises(KitError, match="millimetres"):
        tides.read({path.name: path}, entry)


def test_the_altimetry_is_in_geostrophic_balance_off_the_equator():
    data = ocean.open("altimetry-global")
    u, _v = altimetry.balance(data.adt.values, data.latitude.values, data.longitude.values)
    middle = (np.abs(data.latitude.values) > 10) & (np.abs(data.latitude.values) < 60)
    ours, theirs = u[middle].ravel(), data.ugos.values[middle].ravel()
    known = np.isfinite(ours) & np.isfinite(theirs)
    assert np.corrcoef(ours[known], theirs[known])[0, 1] > 0.99


def test_one_map_has_its_day_only_among_its_attributes():
    assert str(ocean.open("altimetry-mediterranean").time.values)[:10] == "2016-05-15"


def test_eddies_of_both_kinds_come_with_outlines_in_degrees():
    data = ocean.open("eddies-20190223")
    assert int((data.rotation == "anticyclonic").sum()) == 3137
    assert int((data.rotation == "cyclonic").sum()) == 3360
    assert data.effective_contour_latitude.attrs["units"] == "degrees_north"


def test_the_atlas_is_turned_the_right_way_and_its_mean_is_the_known_one():
    data = ocean.open("woa13-surface")
    weights = np.cos(np.radians(data.latitude))
    assert float(data.SST.weighted(weights).mean()) == pytest.approx(18.25, abs=0.01)
    assert float(data.SSS.weighted(weights).mean()) == pytest.approx(34.62, abs=0.01)
    assert np.isnan(data.SST.sel(latitude=23.5, longitude=10.5))  # The Sahara.


def test_missing_values_of_r_do_not_make_numpy_warn():
    data = ocean.open("woa13-surface")
    with np.errstate(invalid="raise"):
        assert np.isnan(data.SST.values - 1).any()


def test_depths_of_the_mooring_count_downwards():
    data = ocean.open("station-papa")
    assert data.depth.values.tolist()[:3] == [1, 10, 20] and data.depth.attrs["positive"] == "down"


def test_redfields_points_have_the_known_slope():
    points = ocean.open("redfield-1934")
    carbon = points.query("figure == 'nitrate-carbon'")
    assert slope(carbon.NO3.to_numpy(), carbon.CO2.to_numpy()) == pytest.approx(106 / 16, abs=0.05)
    phosphate = points.query("figure == 'nitrate-phosphate'")
    assert slope(phosphate.PO4.to_numpy(), phosphate.NO3.to_numpy()) == pytest.approx(
        18.5, abs=0.05
    )


def test_the_columns_with_wrong_names_are_left_out_and_repeat_pigments():
    assert not set(REPEATED) & set(ocean.open("tara-stations").columns)
    table = ocean.open("tara-stations", defects=True)
    for wrong, pigment in REPEATED.items():
        assert table[wrong].equals(table[pigment].rename(wrong))


def test_the_columns_of_the_nets_stand_under_their_own_names():
    table = ocean.open("tara-zooplankton")
    assert set(table["Dataset"]) == {"wp2", "bongo", "regent"}
    assert table.loc[0, "Tara_Sample_ID"] == "TARA_A200000203"
    assert table.loc[0, "Latitude"] == 39.967


def test_the_five_files_of_the_nets_belong_together():
    data = ocean.open("tara-wp2")
    assert data.taxon.values[1] == "Ceratiaceae Neoceratium"
    richness = (data.abundance > 0).sum("taxon")
    tropics, poles = abs(data.latitude) < 23.5, abs(data.latitude) > 50
    assert float(richness[tropics].mean()) > 1.5 * float(richness[poles].mean())
    # The stations of another table of the expedition are in the same places.
    other = ocean.open("tara-stations").set_index("Station").reindex(data.station.values)
    apart = np.abs(other["Lat"].to_numpy() - data.latitude.values)
    assert np.nanmedian(apart) < 1 and np.nanmax(apart) < 10


def test_samples_of_microbes_keep_their_own_ocean_and_layer():
    data = ocean.open("tara-microbes")
    surface = data.sample.str.endswith("SRF")
    assert bool((data.layer[surface.values] == "SRF").all())
    assert data.nog.values[0] == "NOG317682" and data.otu.values[0] == "FR684886.1.1445"
    assert set(np.unique(data.ocean)) == {"IO", "MS", "NAO", "NPO", "RS", "SAO", "SO", "SPO"}


def test_images_have_the_size_that_the_table_says():
    table = ocean.open("ifcb-images")
    assert [image.shape for image in table.image] == list(
        zip(table.height, table.width, strict=True)
    )
    # An image that begins one byte too early or late shows a wrapped edge: its columns are shuffled.
    for image in table.image:
        rows = np.abs(np.diff(image.astype(float), axis=1)).mean()
        assert rows < 15


def test_planktonzilla_has_its_published_total():
    counts = ocean.open("planktonzilla-counts")
    assert counts.n.sum() == 17404047
    assert counts[counts.root_class == "living"].n.sum() / counts.n.sum() == pytest.approx(
        0.22, abs=0.001
    )
    assert ocean.open("planktonzilla-taxonomy").aphia_ID.notna().any()


def test_seventeen_classes_of_zooplankton():
    table = ocean.open("zooplankton-features")
    assert len(table["class"].cat.categories) == 17
    assert sorted(table["class"].value_counts(), reverse=True) == sorted(
        simulate_entry(find_entry("zooplankton-features"))["class"].value_counts(), reverse=True
    )


def test_a_query_without_a_type_asks_for_the_sequence_itself():
    assert ocean.open("oceania-queries").type.value_counts().to_dict() == {
        "raw": 8,
        "complement": 1,
        "reverse_complement": 1,
    }


def test_the_caspian_sea_is_water():
    land = ocean.open("natural-earth-land")
    assert sorted(len(rings) for rings in land.rings)[-1] == 2
