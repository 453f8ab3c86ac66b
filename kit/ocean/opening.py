"""Open a data set in one line: found, checked, and as an xarray or pandas object; or its twin."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.ocean import downloads, store
from kit.ocean.annotation import annotate
from kit.ocean.catalogue import Entry, find_entry
from kit.ocean.labels import mark_simulated
from kit.ocean.meaning import check_meaning

DEFAULT_SEED = 2026


def open_data(
    name: str, *, simulate: bool = False, seed: int = DEFAULT_SEED, **options: Any
) -> Any:
    """Open a data set of the catalogue.

    The files come from the mirror (``KIT_DATA_MIRROR``), the cache or the network, in this order. Their
    hashes, and then shape, dates, units and ranges, are checked each time. Where no copy can be had, the
    *twin* is opened instead: simulated data of the same shape, labelled as simulated; one line says so.

    Parameters
    ----------
    name
        The name in the catalogue; ``kit data list`` shows them.
    simulate
        Open the twin in any case.
    seed
        The seed of the twin.
    options
        What the data set's own reader understands, such as ``quality="all"`` for an Argo float.

    Returns
    -------
    xarray.Dataset or pandas.DataFrame
        With units, title, licence and citation among its attributes.

    Raises
    ------
    KitError
        If there is no such data set, or a copy is here and is not what the catalogue says.
    """
    entry = find_entry(name)
    if simulate:
        return simulate_entry(entry, seed=seed, **options)
    try:
        found = fetch_entry(entry, retries=1, progress=True)
    except downloads.NotAvailable:
        print(
            _(
                "No copy of {name} here, and none could be fetched: these are SIMULATED data of the "
                "same shape. "
                "Comparisons with published numbers are not checked."
            ).format(name=name)
        )
        return simulate_entry(entry, seed=seed, **options)
    if entry.doubt:
        print(_("Licence in doubt for {name}: {doubt}").format(name=name, doubt=entry.doubt))
    return read_entry(entry, found.paths, **options)


def fetch_entry(entry: Entry, *, retries: int = 3, progress: bool = False) -> store.Found:
    """Return the files of a data set; a download is kept only if its meaning holds too."""
    return downloads.fetch_files(
        entry,
        approve=lambda paths: _approve(entry, paths),
        retries=retries,
        progress=progress,
    )


def _approve(entry: Entry, paths: Mapping[str, Path]) -> None:
    read_entry(entry, paths)


def read_entry(entry: Entry, paths: Mapping[str, Path], **options: Any) -> Any:
    """Return the data of these files, with attributes, after a check of what they mean.

    Raises
    ------
    KitError
        If a file can not be read as what it should be, or a rule of the catalogue does not hold.
    """
    module = _source(entry)
    _check_options(entry, options)
    try:
        raw = module.read(paths, entry, **options)
    except KitError:
        raise
    except ImportError as err:
        raise store.missing_library(err) from err
    except Exception as err:
        # Whatever a reader stumbles over, the file is not what the catalogue says.
        raise KitError(
            _("the file can not be read: {kind}: {reason}").format(
                kind=type(err).__name__, reason=err
            ),
            where=entry.name,
            fix=_("Check the copies on this machine: kit data verify {name}").format(
                name=entry.name
            ),
        ) from err
    data = annotate(raw, entry)
    if not options:
        # Options show what the rules are there to keep out, such as values with bad flags.
        check_meaning(data, entry)
    return data


def simulate_entry(entry: Entry, *, seed: int = DEFAULT_SEED, **options: Any) -> Any:
    """Return the twin of a data set: the same shape, units and ranges, made from a seed."""
    module = _source(entry)
    _check_options(entry, options)
    import numpy as np

    raw = module.simulate(entry, np.random.default_rng(seed), **options)
    return mark_simulated(annotate(raw, entry), entry.name, seed)


def _source(entry: Entry) -> Any:
    try:
        return importlib.import_module(f"kit.ocean.sources.{entry.source}")
    except ImportError as err:
        if err.name and err.name.startswith("kit."):
            raise
        raise store.missing_library(err) from err


def _check_options(entry: Entry, options: Mapping[str, Any]) -> None:
    known = getattr(sys.modules[f"kit.ocean.sources.{entry.source}"], "OPTIONS", {})
    for name, value in options.items():
        if name not in known or value not in known[name]:
            choices = "; ".join(f"{key}: {', '.join(map(repr, known[key]))}" for key in known)
            raise KitError(
                _("{name} has no option {option}={value!r}").format(
                    name=entry.name, option=name, value=value
                ),
                fix=_("Choose among {choices}").format(choices=choices)
                if choices
                else _("Leave it out"),
            )
