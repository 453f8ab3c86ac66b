import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import xarray as xr

from kit import ocean
from kit.learn import agreement

LABEL = "SIMULATED DATA"


@pytest.fixture
def twin():
    return ocean.open("enso-indices", simulate=True)


def test_what_is_computed_from_a_simulated_table_is_simulated(twin):
    for derived in (
        twin.Nino34.rolling(3).mean(),
        twin["Nino34"] * 2,
        twin.groupby(twin.index.month).mean(),
        pd.concat([twin, twin]),
        twin[["Nino34"]].dropna(),
        twin.loc["1997":"1998"],
    ):
        assert ocean.is_simulated(derived), type(derived)


def test_what_is_computed_from_a_simulated_dataset_is_simulated():
    data = ocean.open("woa13-surface", simulate=True)
    for derived in (
        data.SST,
        (data.SST - 3) / 2,
        data.SST.mean("latitude"),
        data.sel(latitude=0.5),
    ):
        assert ocean.is_simulated(derived)


def test_observations_are_not_simulated():
    assert not ocean.is_simulated(pd.DataFrame({"a": [1]}), xr.Dataset({"a": 1}))


def test_one_simulated_part_makes_the_whole_simulated(twin):
    assert ocean.is_simulated(pd.DataFrame({"a": [1]}), twin)


def test_plain_numbers_are_simulated_if_the_session_opened_a_twin():
    assert not ocean.is_simulated()
    ocean.open("redfield-1934", simulate=True)
    assert ocean.is_simulated()


def test_the_agreement_table_does_not_check_what_was_computed_on_a_twin(twin, capsys, monkeypatch):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    peak = float(twin.Nino34anom.rolling(3).mean().max())
    ours, published = ocean.unless_simulated(2.79, twin), ocean.unless_simulated(2.6, twin)
    agreement([("highest 3-month mean", peak, ours, published, 0.3, "NOAA CPC")])
    assert "agreement: 0 checked, 1 not checked" in capsys.readouterr().out


def test_the_label_stands_inside_the_figure_once_and_keeps_its_title(twin):
    figure, axes = plt.subplots()
    axes.plot(twin.Nino34anom)
    figure.suptitle("Niño 3.4")
    for _again in range(2):
        ocean.label_figure(figure, twin)
    assert figure.get_suptitle().count(LABEL) == 1 and "Niño 3.4" in figure.get_suptitle()
    figure.canvas.draw()
    box = figure._suptitle.get_window_extent()
    assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
    plt.close(figure)


def test_a_figure_of_observations_has_no_label():
    figure, _axes = plt.subplots()
    ocean.label_figure(figure, pd.DataFrame({"a": [1]}))
    assert figure.get_suptitle() == ""
    plt.close(figure)


def test_the_alt_text_says_simulated_too(twin, capsys):
    figure, _axes = plt.subplots()
    ocean.show(figure, twin, alt="A line goes up and down.")
    assert "Simulated data: A line goes up and down." in capsys.readouterr().out


def test_a_simulated_table_can_be_written_and_read(twin):
    stream = io.StringIO()
    twin.to_csv(stream)
    assert stream.getvalue().startswith("time,Nino12")
