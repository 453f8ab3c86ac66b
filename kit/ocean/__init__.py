"""Real ocean data in one line, and reasons to trust them.

    from kit import ocean
    float_ = ocean.open("argo-5906072")

The catalogue says what each data set is; `kit data list` shows it. Without a copy and without a network a
data set opens as its twin, simulated data that say so. What to do with the data is left to the lessons.
"""

from kit.ocean.catalogue import Entry, find_entry, load_catalogue
from kit.ocean.grids import box_mean
from kit.ocean.labels import is_simulated, label_figure, show, unless_simulated
from kit.ocean.maps import describe_map, draw_land, draw_map
from kit.ocean.opening import open_data as open

__all__ = [
    "Entry",
    "box_mean",
    "describe_map",
    "draw_land",
    "draw_map",
    "find_entry",
    "is_simulated",
    "label_figure",
    "load_catalogue",
    "open",
    "show",
    "unless_simulated",
]
