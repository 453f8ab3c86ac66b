import numpy as np
import pytest
import xarray as xr

from kit import ocean
from kit.errors import KitError

NINO34 = {"latitude": (-5, 5), "longitude": (190, 240)}


def field(values, latitude, longitude, **attrs):
    return xr.DataArray(
        np.asarray(values, dtype=float),
        dims=("latitude", "longitude"),
        coords={"latitude": latitude, "longitude": longitude},
        attrs=attrs,
    )


def test_the_mean_of_a_constant_is_the_constant():
    for nodes in (True, False):
        same = field(np.full((3, 11), 7.0), [-5, 0, 5], np.arange(190, 241, 5))
        assert float(ocean.box_mean(same, **NINO34, nodes=nodes)) == pytest.approx(7)


def test_high_latitudes_count_less():
    poles = field([[0.0], [1.0]], [0, 60], [10])
    mean = ocean.box_mean(poles, latitude=(-10, 90), longitude=(0, 20))
    assert float(mean) == pytest.approx(1 / 3)


def test_on_nodes_the_edge_counts_half_and_elsewhere_it_counts_whole():
    rows = field([[0.0], [1.0], [0.0]], [-1e-9, 0, 1e-9], [10])
    box = {"latitude": (-1e-9, 1e-9), "longitude": (0, 20)}
    assert float(ocean.box_mean(rows, **box, nodes=True)) == pytest.approx(1 / 2)
    assert float(ocean.box_mean(rows, **box)) == pytest.approx(1 / 3)


def test_missing_values_do_not_count():
    rows = field([[np.nan], [1.0], [3.0]], [-1e-9, 0, 1e-9], [10])
    assert float(ocean.box_mean(rows, latitude=(-1, 1), longitude=(0, 20))) == pytest.approx(2)


def test_a_box_in_the_other_numbering_of_longitudes_is_refused():
    with pytest.raises(KitError, match=r"190\.0 to 240\.0"):
        ocean.box_mean(
            field(np.ones((1, 2)), [0], [190.0, 240.0]), latitude=(-5, 5), longitude=(-170, -120)
        )


def test_the_nodes_of_hadisst_are_known_to_its_field(mirror, offline):
    sst = ocean.open("hadisst-tropics").sst

    def peak(nodes):
        index = ocean.box_mean(sst, **NINO34, nodes=nodes)
        base = index.sel(time=slice("1991", "2020")).groupby("time.month").mean()
        anomaly = index.groupby("time.month") - base
        return float(
            anomaly.rolling(time=3, center=True).mean().sel(time=slice("1997", "1998")).max()
        )

    # NOAA's index from a finer grid is 2.63 here: half weights bring the mean nearer to it.
    assert peak(None) == peak(True)
    assert 0.15 < peak(True) - peak(False) < 0.3
