"""The measures: one file each, found by being here.

To add one, put a file into this folder with a function that takes a `Subject`, yields `Measurement`s and
carries the decorator `measure`. The function does not care for what is missing: what it needs it names, and
where that is not given a row says so.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kit.evaluation.card import AXES, Measurement
from kit.evaluation.models import Task
from kit.evaluation.statistics import Interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

Function = Callable[[Subject], Iterable[Measurement]]
BOTH: tuple[Task, ...] = ("classification", "regression")

# What a measure may need, and what to say where it is missing.
NEEDS: dict[str, str] = {
    "calibration": "No calibration rows were given.",
    "train": "No training rows were given.",
    "refit": "No way to fit the model again was given.",
    "sensitive": "No groups were given.",
    "gradient": "This model gives no gradient.",
    "Linf": "No threat of the kind Linf was given: it needs eps, clip and access.",
    "Corruptions": "No threat of the kind Corruptions was given.",
    "Patch": "No threat of the kind Patch was given.",
}


@dataclass(frozen=True)
class Measure:
    """A registered measure."""

    id: str
    name: str
    function: Function
    needs: tuple[str, ...]
    unseen: tuple[str, ...]
    order: int
    reference: str
    places: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def axis(self) -> str:
        """The axis that its rows belong to."""
        return self.id.split(".")[0]

    def missing(self, subject: Subject) -> str | None:
        """Return the first need that a subject does not meet."""
        for need in self.needs:
            if need == "gradient":
                met = subject.model.has_gradient
            elif need in ("Linf", "Corruptions", "Patch"):
                met = any(type(threat).__name__ == need for threat in subject.threats)
            else:
                met = getattr(subject, need) is not None
            if not met:
                return need
        return None


_REGISTRY: dict[str, Measure] = {}


def measure(
    id: str,
    name: str,
    *,
    needs: tuple[str, ...] = (),
    unseen: tuple[str, ...] = (),
    order: int = 50,
    reference: str = "",
    places: tuple[str, ...] = (),
    tasks: tuple[Task, ...] = ("classification",),
) -> Callable[[Function], Function]:
    """Register a function as a measure.

    Parameters
    ----------
    id
        ``axis.measure``; a row may add ``@variant``.
    name
        What it measures, in a few plain words.
    needs
        Keys of `NEEDS` that have to be given.
    unseen
        ``"train"`` and ``"calibration"``: parts that must not hold test rows. Where they do, the rows of this
        measure are invalid.
    order
        Measures of an axis run and stand in this order; what decides most comes first.
    reference
        Where the method comes from.
    places
        Where rules for AI ask for it (see `kit.evaluation.crosswalk`).
    tasks
        What the model has to give for the measure to have a meaning: a class, a number, or either.
    """
    if id.split(".")[0] not in AXES:
        raise ValueError(f"{id}: the axis is one of {', '.join(AXES)}")

    def register(function: Function) -> Function:
        _REGISTRY[id] = Measure(id, name, function, needs, unseen, order, reference, places, tasks)
        return function

    return register


def all_measures() -> tuple[Measure, ...]:
    """Return every measure in the order of the card."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(
        sorted(_REGISTRY.values(), key=lambda each: (AXES.index(each.axis), each.order, each.id))
    )


def from_interval(id: str, name: Text, interval: Interval, **rest: Any) -> Measurement:
    """Return a row for a number and its interval; the rest are fields of `Measurement`."""
    return Measurement(
        id=id,
        name=name,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        method=interval.method,
        n=interval.n,
        clusters=interval.clusters,
        **rest,
    )
