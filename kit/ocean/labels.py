"""Simulated or not: the label that data carry, and everything that shows them repeats.

Labels travel as attributes (xarray) or as a class of table (pandas), so that what is computed from
simulated data is labelled too, as far as the library keeps either. Plain arrays carry nothing: for these
the session remembers whether any twin was opened.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from kit.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

T = TypeVar("T")

SIMULATED = "simulated"
# What is true of the observations only: nobody is to cite them for numbers that they did not measure.
OF_THE_OBSERVATIONS = {"licence", "citation", "known_defects"}
_opened: list[str] = []


def mark_simulated(data: Any, name: str, seed: int) -> Any:
    """Return the data labelled as simulated, and remember that this session uses a twin."""
    note = _("simulated data, not observations: the twin of {name}, seed {seed}").format(
        name=name, seed=seed
    )
    if name not in _opened:
        _opened.append(name)
    known = {key: value for key, value in data.attrs.items() if key not in OF_THE_OBSERVATIONS}
    if hasattr(data, "data_vars"):
        done = data.copy()
        done.attrs = {SIMULATED: note, **known}
        for variable in done.variables:
            done[variable].attrs = {SIMULATED: note, **done[variable].attrs}
        return done
    table = table_class()(data)
    table.attrs = {SIMULATED: note, **known}
    return table


@cache
def table_class() -> type[pd.DataFrame]:
    """Return the class of simulated tables: a DataFrame that says so wherever it is shown."""
    import pandas as pd

    class SimulatedSeries(pd.Series):
        """A column of a simulated table."""

        @property
        def _constructor(self) -> Any:
            return SimulatedSeries

        @property
        def _constructor_expanddim(self) -> Any:
            return SimulatedTable

        def __repr__(self) -> str:
            return _label(self) + "\n" + super().__repr__()

    class SimulatedTable(pd.DataFrame):
        """A table of simulated data."""

        @property
        def _constructor(self) -> Any:
            return SimulatedTable

        @property
        def _constructor_sliced(self) -> Any:
            return SimulatedSeries

        def __repr__(self) -> str:
            return _label(self) + "\n" + super().__repr__()

        def _repr_html_(self) -> str | None:
            page = super()._repr_html_()
            return None if page is None else f"<p><strong>{_label(self)}</strong></p>{page}"

    return SimulatedTable


def _label(data: Any) -> str:
    return data.attrs.get(SIMULATED) or _("simulated data, not observations")


def is_simulated(*data: Any) -> bool:
    """Say whether any of these is simulated; with no argument, whether this session opened a twin.

    An array without attributes can not tell where it comes from: pass the data set that it was made of.

    Examples
    --------
    >>> import xarray as xr
    >>> is_simulated(xr.Dataset())
    False
    >>> is_simulated(mark_simulated(xr.Dataset(), "enso-indices", seed=1))
    True
    """
    if not data:
        return bool(_opened)
    return any(_is_one_simulated(each) for each in data)


def _is_one_simulated(data: Any) -> bool:
    if SIMULATED in getattr(data, "attrs", {}):
        return True
    if isinstance(data, table_class()) or type(data).__name__ == "SimulatedSeries":
        return True
    variables = getattr(data, "variables", None)
    return variables is not None and any(
        SIMULATED in each.attrs for each in getattr(variables, "values", list)()
    )


def unless_simulated(value: T, *data: Any) -> T | None:
    """Return a number to compare with, or None if the data are simulated.

    For the agreement table of a lesson: what was computed on a twin must not be held against what was
    published for the ocean. A None there counts as 'not checked'.

    Examples
    --------
    >>> import xarray as xr
    >>> unless_simulated(1.26, xr.Dataset())
    1.26
    """
    return None if is_simulated(*data) else value


def label_figure(figure: Figure, *data: Any) -> Figure:
    """Write 'simulated data' above a figure if its data are; return the figure.

    Without ``data``, the label is written if this session opened any twin.
    """
    label = _("SIMULATED DATA, not observations")
    title = figure.get_suptitle()
    if is_simulated(*data) and label not in title:
        figure.suptitle(f"{label}\n{title}".strip(), weight="bold", color="#9c2a00")
    return figure


def show(figure: Figure, *data: Any, alt: str, caption: str | None = None) -> None:
    """Show a figure as `kit.learn.show` does, labelled in picture and alt text if its data are simulated.

    Parameters
    ----------
    figure
        The matplotlib figure.
    data
        What it shows; without it, everything that this session opened.
    alt
        One sentence that says what the figure shows.
    caption
        A line under the figure.
    """
    from kit.learn import show as show_figure

    if is_simulated(*data):
        alt = _("Simulated data: {alt}").format(alt=alt)
    show_figure(label_figure(figure, *data), alt=alt, caption=caption)


def forget_opened() -> None:
    """Forget which twins this session opened."""
    _opened.clear()
