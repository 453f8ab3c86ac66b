"""Maps that need no download: a field or points, the land, and a scale with units.

The land is Natural Earth's, read with pyshp and drawn with matplotlib on plain longitudes and latitudes.
Colours are those of cmocean, chosen by what is shown, and even in lightness, so that they can be told
apart without colour vision.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.ocean.labels import is_simulated, label_figure
from kit.ocean.store import missing_library

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAND = "#d9d4c7"
SHORE = "#6b6558"
# A word in the standard name or the name of a field, its colours, and whether they are even about zero.
COLOURS: tuple[tuple[str, str, bool], ...] = (
    ("anomaly", "balance", True),
    ("surface_height", "balance", True),
    ("velocity", "balance", True),
    ("wind", "balance", True),
    ("temperature", "thermal", False),
    ("salinity", "haline", False),
    ("oxygen", "oxy", False),
    ("chlorophyll", "algae", False),
    ("density", "dense", False),
    ("abundance", "matter", False),
)


def draw_map(
    field: xr.DataArray,
    *,
    title: str | None = None,
    extent: tuple[float, float, float, float] | None = None,
    limits: tuple[float, float] | None = None,
    colours: str | None = None,
    land: pd.DataFrame | None = None,
) -> Figure:
    """Return a map of a field on latitudes and longitudes, or of points that have them.

    Parameters
    ----------
    field
        With coordinates ``latitude`` and ``longitude``: both its dimensions, or both along its only one.
    title
        By default the long name of the field.
    extent
        West, east, south, north; by default that of the field.
    limits
        The ends of the colour scale; by default the 2nd and the 98th percentile.
    colours
        The name of a cmocean colour map; by default one that fits what the field is.
    land
        The coastline; by default ``ocean.open("natural-earth-land")``.

    Returns
    -------
    matplotlib.figure.Figure
        Labelled if field or land is simulated. Show it with ``ocean.show(fig, field, alt=...)``;
        `describe_map` gives a sentence to begin the alt text with.

    Raises
    ------
    KitError
        If the field has no such coordinates, or more dimensions than a map.
    """
    import matplotlib.pyplot as plt

    _check_field(field)
    if land is None:
        from kit.ocean.opening import open_data

        land = open_data("natural-earth-land")
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    name, even = _choose_colours(field)
    style = {"cmap": _colour_map(colours or name), **_ends(field, limits, even)}
    if field.ndim == 2:
        grid = field.transpose("latitude", "longitude")
        drawn: Any = axes.pcolormesh(
            grid.longitude, grid.latitude, grid, shading="nearest", rasterized=True, **style
        )
    else:
        drawn = axes.scatter(
            field.longitude, field.latitude, c=field, s=16, zorder=3, edgecolor="k", linewidth=0.3,
            **style,
        )  # fmt: skip
    figure.colorbar(drawn, ax=axes, label=_scale_label(field), shrink=0.85, extend="both")
    west, east, south, north = extent or _extent_of(field)
    draw_land(axes, land, west=west, east=east)
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    axes.set_xlabel(_("longitude (degrees east)"))
    axes.set_ylabel(_("latitude (degrees north)"))
    axes.set_title(title or _long_name(field))
    if is_simulated(land) and not is_simulated(field):
        axes.annotate(
            _("the coastline is SIMULATED"),
            (0.01, 0.03),
            xycoords="axes fraction",
            color="#9c2a00",
            weight="bold",
            backgroundcolor="white",
            zorder=4,
        )
    return label_figure(figure, field)


def draw_land(axes: Axes, land: pd.DataFrame, *, west: float = -180, east: float = 180) -> None:
    """Draw the land on axes; also beyond 180 degrees, where longitudes are counted from 0 to 360."""
    import numpy as np
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    paths = []
    for turn in (-360, 0, 360):
        for rings, low, high in zip(land["rings"], land["west"], land["east"], strict=True):
            if high + turn < west or low + turn > east:
                continue
            moved = [Path(ring + np.array([turn, 0.0]), closed=True) for ring in rings]
            paths.append(Path.make_compound_path(*moved))
    axes.add_collection(
        PathCollection(paths, facecolor=LAND, edgecolor=SHORE, linewidth=0.5, zorder=2),
        autolim=False,
    )


def describe_map(field: xr.DataArray) -> str:
    """Return a sentence for alt text: what is shown, its lowest and highest value, and where these are.

    Examples
    --------
    >>> import xarray as xr
    >>> print(describe_map(xr.DataArray([[1.0, 2.0]], dims=("latitude", "longitude"), name="depth",
    ...     coords={"latitude": [0], "longitude": [10, 20]}, attrs={"units": "m"})))
    Map of depth: from 1 m at 0 degrees north, 10 east, to 2 m at 0 degrees north, 20 east.
    """
    _check_field(field)
    flat = field.stack(place=field.dims) if field.ndim == 2 else field
    # Where no value is known there is neither a lowest nor a highest one.
    known = flat[flat.notnull().values]
    low, high = (known[int(place)] for place in (known.values.argmin(), known.values.argmax()))
    return _("Map of {name}: from {low} {where_low}, to {high} {where_high}.").format(
        name=_long_name(field),
        low=_with_units(float(low), field),
        high=_with_units(float(high), field),
        where_low=_place(low),
        where_high=_place(high),
    )


def _with_units(value: float, field: xr.DataArray) -> str:
    return f"{value:.3g} {_units(field)}".strip()


def _place(value: xr.DataArray) -> str:
    latitude, longitude = float(value.latitude), float(value.longitude)
    longitude = (longitude + 180) % 360 - 180
    return _("at {latitude} degrees {north_or_south}, {longitude} {east_or_west}").format(
        latitude=f"{abs(latitude):.3g}",
        north_or_south=_("south") if latitude < 0 else _("north"),
        longitude=f"{abs(longitude):.3g}",
        east_or_west=_("west") if longitude < 0 else _("east"),
    )


def _check_field(field: xr.DataArray) -> None:
    missing = [
        name for name in ("latitude", "longitude") if name not in getattr(field, "coords", ())
    ]
    if missing or getattr(field, "ndim", 0) not in (1, 2):
        raise KitError(
            _("a map needs a field on latitude and longitude; this one has {dimensions}").format(
                dimensions=", ".join(map(str, getattr(field, "dims", ()))) or type(field).__name__
            ),
            fix=_("Choose one variable, and one time or depth with .isel or .sel"),
        )


def _choose_colours(field: xr.DataArray) -> tuple[str, bool]:
    words = " ".join(
        str(each)
        for each in (field.attrs.get("standard_name"), field.attrs.get("long_name"), field.name)
    ).lower()
    for word, name, even in COLOURS:
        if word in words:
            return name, even
    return "deep", False


def _colour_map(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            # cmocean 4.0.3 makes its colour maps in a way that matplotlib 3.11 warns about.
            warnings.filterwarnings("ignore", "Passing 'N' to ListedColormap", DeprecationWarning)
            import cmocean
    except ImportError as err:
        raise missing_library(err) from err
    if name not in cmocean.cm.cmap_d:
        raise KitError(
            _("cmocean has no colours '{name}'").format(name=name),
            fix=_("Choose among {names}").format(
                names=", ".join(each for each in cmocean.cm.cmap_d if "_" not in each)
            ),
        )
    return cmocean.cm.cmap_d[name]


def _ends(field: xr.DataArray, limits: tuple[float, float] | None, even: bool) -> dict[str, float]:
    if limits is None:
        low, high = (float(each) for each in field.quantile([0.02, 0.98]))
        if even and low < 0 < high:
            high = max(-low, high)
            low = -high
        limits = (low, high)
    return {"vmin": limits[0], "vmax": limits[1]}


def _extent_of(field: xr.DataArray) -> tuple[float, float, float, float]:
    west, east = float(field.longitude.min()), float(field.longitude.max())
    south, north = float(field.latitude.min()), float(field.latitude.max())
    margin = 0 if field.ndim == 2 else 2
    return west - margin, east + margin, max(south - margin, -90), min(north + margin, 90)


def _long_name(field: xr.DataArray) -> str:
    known = field.attrs.get("long_name") or field.attrs.get("standard_name", field.name)
    return str(known or _("field")).replace("_", " ")


def _scale_label(field: xr.DataArray) -> str:
    units = _units(field)
    return f"{_long_name(field)} ({units})" if units else _long_name(field)


def _units(field: xr.DataArray) -> str:
    """Return the unit as people write it."""
    units = str(field.attrs.get("units", ""))
    return {"1": "", "psu": "", "degree_Celsius": "°C", "decibar": "dbar"}.get(units, units)
