import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kit import ocean
from kit.errors import KitError


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def surface():
    return ocean.open("woa13-surface", simulate=True)


def test_every_axis_of_a_map_has_a_unit(surface, offline):
    figure = ocean.draw_map(surface.SST)
    axes, scale = figure.axes
    assert "degrees east" in axes.get_xlabel() and "degrees north" in axes.get_ylabel()
    assert scale.get_ylabel() == "sea surface temperature (°C)"
    assert axes.get_title() == "sea surface temperature"


def test_a_map_of_simulated_data_says_so(surface, offline):
    assert "SIMULATED DATA" in ocean.draw_map(surface.SST).get_suptitle()


def test_a_real_field_on_a_simulated_coastline_says_which_of_the_two_is_simulated(mirror, offline):
    salinity = ocean.open("woa13-surface").SSS
    figure = ocean.draw_map(salinity, land=ocean.open("natural-earth-land", simulate=True))
    assert figure.get_suptitle() == ""
    assert [text.get_text() for text in figure.axes[0].texts] == ["the coastline is SIMULATED"]


def test_a_map_of_real_data_has_no_label(mirror, offline):
    figure = ocean.draw_map(ocean.open("woa13-surface").SST)
    assert figure.get_suptitle() == "" and not figure.axes[0].texts


def test_the_land_is_drawn_where_longitudes_go_to_360(mirror, offline):
    _figure, axes = plt.subplots()
    ocean.draw_land(axes, ocean.open("natural-earth-land"), west=0, east=360)
    (shores,) = axes.collections
    west = min(path.vertices[:, 0].min() for path in shores.get_paths())
    chile = any(path.contains_point((360 - 70, -33)) for path in shores.get_paths())
    pacific = any(path.contains_point((360 - 110, -33)) for path in shores.get_paths())
    assert chile and not pacific and west < 0


def test_colours_fit_what_is_shown_and_are_even_about_zero_for_heights(surface, offline):
    thermal = ocean.draw_map(surface.SST).axes[0].collections[0]
    assert thermal.get_cmap().name == "thermal"
    height = ocean.open("altimetry-mediterranean", simulate=True).adt
    drawn = ocean.draw_map(height).axes[0].collections[0]
    assert drawn.get_cmap().name == "balance" and drawn.norm.vmin == -drawn.norm.vmax


def test_points_are_drawn_where_they_were_measured(offline):
    top = ocean.open("argo-5906072", simulate=True).TEMP.isel(level=0)
    figure = ocean.draw_map(top)
    drawn = figure.axes[0].collections[0].get_offsets()
    assert np.allclose(drawn[:, 0], top.longitude) and np.allclose(drawn[:, 1], top.latitude)


def test_a_field_that_is_no_map_is_refused(surface, offline):
    with pytest.raises(KitError, match="latitude and longitude"):
        ocean.draw_map(ocean.open("tides-halifax", simulate=True).sea_level)
    with pytest.raises(KitError, match="Choose one variable"):
        ocean.draw_map(surface)


def test_unknown_colours_are_refused_with_the_known_ones(surface, offline):
    with pytest.raises(KitError, match="thermal"):
        ocean.draw_map(surface.SST, colours="rainbow")


def test_the_description_names_the_places_of_the_extremes(surface):
    field = surface.SST.copy()
    field.loc[-33.5, -72.5] = 40
    text = ocean.describe_map(field)
    assert text.endswith("to 40 °C at 33.5 degrees south, 72.5 west.")
