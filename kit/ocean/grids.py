"""Averages on a latitude-longitude grid, with the weights that the grid asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.i18n import gettext as _

if TYPE_CHECKING:
    import xarray as xr


def box_mean(
    field: xr.DataArray | xr.Dataset,
    *,
    latitude: tuple[float, float],
    longitude: tuple[float, float],
    nodes: bool | None = None,
) -> xr.DataArray | xr.Dataset:
    """Return the mean over a box, each value with the area that it stands for.

    A value in the middle of a cell counts with the cosine of its latitude. On a grid of *nodes*, a value on
    the edge of the box stands for an area of which only half is inside, so it counts half. On five degrees
    this changes the mean of Niño 3.4 by tenths of a degree.

    Parameters
    ----------
    field
        With coordinates ``latitude`` and ``longitude``.
    latitude, longitude
        The edges of the box, in degrees, in the numbering of the field's own longitudes.
    nodes
        Whether values stand on nodes; by default what ``field.attrs["grid"]`` says, else False.

    Raises
    ------
    KitError
        If no value of the field is in the box.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> rows = xr.DataArray([[0.0], [1.0], [0.0]], dims=("latitude", "longitude"),
    ...     coords={"latitude": [-5, 0, 5], "longitude": [200]})
    >>> round(float(box_mean(rows, latitude=(-5, 5), longitude=(190, 240), nodes=True)), 2)
    0.5
    """
    on_nodes = field.attrs.get("grid") == "node" if nodes is None else nodes
    inside = field.where(
        (field.latitude >= latitude[0])
        & (field.latitude <= latitude[1])
        & (field.longitude >= longitude[0])
        & (field.longitude <= longitude[1]),
        drop=True,
    )
    if not inside.latitude.size or not inside.longitude.size:
        raise KitError(
            _("no value of the field is in the box {latitude}, {longitude}").format(
                latitude=latitude, longitude=longitude
            ),
            fix=_("Give longitudes as the field counts them: {low} to {high}").format(
                low=float(field.longitude.min()), high=float(field.longitude.max())
            ),
        )
    import numpy as np

    weights = np.cos(np.radians(inside.latitude))
    if on_nodes:
        weights = weights * _half_at(inside.latitude, latitude)
        weights = weights * _half_at(inside.longitude, longitude)
    return inside.weighted(weights).mean(("latitude", "longitude"))


def _half_at(axis: xr.DataArray, edges: tuple[float, float]) -> xr.DataArray:
    return 1 - 0.5 * axis.isin(edges).astype(float)
