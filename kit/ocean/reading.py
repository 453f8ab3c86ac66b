"""Files of each format, opened with the one library that reads them here.

NetCDF 3 and 4 both through netCDF4: h5netcdf does not declare that it needs h5py, and fails on every
HDF5 file without it. R's files through rdata, whose warnings about classes that are not used here
(a tree, a time zone) are kept from the reader.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


def open_netcdf(path: Path, keep: Collection[str] | None = None) -> xr.Dataset:
    """Return the contents of a NetCDF file, in memory, with the file closed.

    ``keep`` names the variables that are read, where a file has many that nobody needs.
    """
    import xarray as xr

    with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as data:
        wanted = data if keep is None else data[[name for name in data.variables if name in keep]]
        loaded = wanted.load()
    # The encoding says how one file was packed; it is of no use to whoever writes another one.
    return loaded.drop_encoding()


def read_r(path: Path, name: str) -> Any:
    """Return the object of this name in a data file of R."""
    import rdata

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Missing constructor for R class", UserWarning)
        return quiet_missing(rdata.read_rda(path)[name])


def quiet_missing(values: Any) -> Any:
    """Return data in which R's missing value is an ordinary 'not a number'.

    R's NA is a signalling one: any sum with it makes numpy warn of an invalid value.
    """
    import numpy as np

    if isinstance(values, dict):
        return {key: quiet_missing(each) for key, each in values.items()}
    if isinstance(values, np.ndarray):
        return np.where(np.isnan(values), np.nan, values) if values.dtype.kind == "f" else values
    if hasattr(values, "select_dtypes"):
        floats = values.select_dtypes("floating")
        return values.assign(**{name: quiet_missing(floats[name].to_numpy()) for name in floats})
    if hasattr(values, "dims"):
        return values.copy(data=quiet_missing(values.values))
    return values
