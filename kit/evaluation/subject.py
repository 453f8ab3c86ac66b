"""What is evaluated: a model, the rows it is tried on, and everything that several measures share.

A measure receives one `Subject` and reads from it. Predictions, overlaps and attacks are computed once and
kept. What a measure makes of them is left to `kit.evaluation.measures`.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kit.errors import KitError, KitErrors
from kit.evaluation.models import Model, Task
from kit.evaluation.overlap import Overlap, find_overlap
from kit.evaluation.regressors import Regressor
from kit.evaluation.statistics import (
    Interval,
    change_interval,
    clustered_interval,
    mean_interval,
    wilson_interval,
)
from kit.evaluation.threats import Threat
from kit.i18n import gettext as _

# Beyond this a probability is an answer of 0, and one row would outweigh all others.
LARGEST_LOSS = 30.0
T = TypeVar("T")
#: Rows and the number of the class of each, to a model fitted on them as the one that is evaluated was.
Refit = Callable[[NDArray[Any], NDArray[np.intp]], Any]
Array = NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """Rows with their labels: inputs of shape (n, …) and the number of the class of each, shape (n,).

    For a model of a quantity the labels are the quantity.
    """

    inputs: Array
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def flat(self) -> NDArray[np.float64]:
        """The inputs with one line for each row, shape (n, d)."""
        return np.asarray(self.inputs, dtype=float).reshape(len(self.labels), -1)


@dataclass(frozen=True)
class Subject:
    """A model and all that is known about it, as measures see it."""

    model: Model
    test: Rows
    classes: tuple[str, ...]
    calibration: Rows | None = None
    train: Rows | None = None
    refit: Refit | None = None
    clone: Refit | None = None
    clusters: NDArray[np.intp] | None = None
    sensitive: Array | None = None
    feature_names: tuple[str, ...] = ()
    threats: tuple[Threat, ...] = ()
    alpha: float = 0.05
    coverage: float = 0.9
    fpr: float = 0.01
    seed: int = 0
    deadline: float = float("inf")
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def keep(self, key: Any, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, computed once for each key."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def rng(self, name: str) -> np.random.Generator:
        """Return a generator of its own for each name, so that one measure never moves another."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    @property
    def task(self) -> Task:
        """What the model gives for a row."""
        return self.model.task

    @property
    def is_late(self) -> bool:
        """Whether the time budget is spent."""
        return time.monotonic() > self.deadline

    def threats_of(self, kind: type[T]) -> tuple[T, ...]:
        """Return the threats of one kind."""
        return tuple(threat for threat in self.threats if isinstance(threat, kind))

    def log_proba(self, part: str = "test") -> NDArray[np.float64]:
        """Return log-probabilities of the rows of a part, shape (n, classes)."""
        rows: Rows = getattr(self, part)
        return self.keep(("log_proba", part), lambda: self.model.log_proba(rows.inputs))

    def proba(self, part: str = "test") -> NDArray[np.float64]:
        """Return probabilities of the rows of a part, shape (n, classes)."""
        found: NDArray[np.float64] = np.exp(self.log_proba(part))
        return found

    def predicted(self, part: str = "test") -> NDArray[np.intp]:
        """Return the number of the most probable class of each row."""
        found: NDArray[np.intp] = self.log_proba(part).argmax(axis=1)
        return found

    def right(self, part: str = "test") -> NDArray[np.float64]:
        """Return 1 for each row that the model labels correctly and 0 for each other row."""
        rows: Rows = getattr(self, part)
        return (self.predicted(part) == rows.labels).astype(float)

    def log_loss(self, part: str = "test") -> NDArray[np.float64]:
        """Return minus the log-probability of the true class of each row."""
        rows: Rows = getattr(self, part)
        return -self.log_proba(part)[np.arange(len(rows)), rows.labels]

    def residuals(self, part: str = "test") -> NDArray[np.float64]:
        """Return prediction minus truth for each row, of a model of a quantity."""
        rows: Rows = getattr(self, part)

        def predict() -> NDArray[np.float64]:
            assert isinstance(self.model, Regressor)
            return self.model.predict(rows.inputs)

        return self.keep(("predicted", part), predict) - rows.labels

    def loss(self, part: str = "test") -> NDArray[np.float64]:
        """Return how wrong each row is: log loss for classes, absolute error for a quantity."""
        if self.task == "regression":
            return np.abs(self.residuals(part))
        return np.minimum(self.log_loss(part), LARGEST_LOSS)

    def overlap(self, part: str, pool: str) -> Overlap | None:
        """Return which rows of a part are also in another part; None where one of them is not given."""
        rows: Rows | None = getattr(self, part)
        others: Rows | None = getattr(self, pool)
        if rows is None or others is None:
            return None
        return self.keep(("overlap", part, pool), lambda: find_overlap(rows.flat, others.flat))

    def share(self, values: ArrayLike) -> Interval:
        """Return the interval of a share of test rows, with clusters where there are any."""
        x = np.asarray(values, dtype=float)
        if self.clusters is None:
            return wilson_interval(int(x.sum()), x.size, alpha=self.alpha)
        interval = clustered_interval(x, self.clusters, alpha=self.alpha)
        if interval.low == interval.high:
            # All rows alike: the spread says nothing, so each cluster counts as one row.
            count = interval.clusters or 0
            few = wilson_interval(round(interval.value * count), count, alpha=self.alpha)
            return replace(few, method="Wilson on clusters", n=x.size, clusters=count)
        return replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high))

    def change(self, values: ArrayLike) -> Interval:
        """Return the interval of the mean of changes that are −1, 0 or 1 for each test row."""
        if self.clusters is not None:
            interval = clustered_interval(values, self.clusters, alpha=self.alpha)
            if interval.low < interval.high:
                return interval
        return change_interval(values, alpha=self.alpha)

    def mean(
        self,
        values: ArrayLike,
        *,
        span: float,
        part: NDArray[np.intp] | None = None,
        least: float = -np.inf,
    ) -> Interval:
        """Return the interval of a mean over test rows or a part of them, with clusters where there are any.

        ``span`` is the most by which one value can differ from another. It is used where all values are equal:
        then the rule of three bounds how many others there may be. ``least`` is the smallest value that there
        is: with few clusters the interval of a loss would reach below zero.
        """
        clusters = self.clusters
        if clusters is not None and part is not None:
            clusters = clusters[part]
        if clusters is None:
            interval = mean_interval(values, alpha=self.alpha)
        else:
            interval = clustered_interval(values, clusters, alpha=self.alpha)
        if interval.low < interval.high:
            return replace(interval, low=max(least, interval.low))
        half = -float(np.log(self.alpha)) / (interval.clusters or interval.n) * span
        return replace(
            interval,
            low=max(least, interval.value - half),
            high=interval.value + half,
            method="rule of three",
        )

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the test rows and labels: only cards with the same one can be compared by row."""
        digest = hashlib.sha256()
        kind = "<f8" if self.task == "regression" else "<i8"
        digest.update(np.ascontiguousarray(np.asarray(self.test.flat, dtype="<f8")).tobytes())
        digest.update(np.ascontiguousarray(self.test.labels.astype(kind)).tobytes())
        return digest.hexdigest()


def read_rows(data: tuple[Any, Any], part: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Return inputs and labels as arrays, and the names of the columns where the inputs have any."""
    problems: list[KitError] = []
    try:
        inputs, labels = data
    except (TypeError, ValueError) as error:
        raise KitError(
            _("'{part}' is not a pair").format(part=part), fix=_("Give a pair (X, y)")
        ) from error
    names = tuple(str(name) for name in getattr(inputs, "columns", ()))
    x, y = _as_array(inputs), _as_array(labels).reshape(-1)
    if x.ndim < 2 or len(x) != len(y) or len(y) == 0:
        problems.append(
            KitError(
                _("inputs have shape {shape} and there are {n} labels").format(
                    shape=x.shape, n=len(y)
                ),
                where=part,
                fix=_("Give one label for each row of a table or stack of images"),
            )
        )
    elif not np.issubdtype(x.dtype, np.number) and x.dtype != bool:
        problems.append(
            KitError(
                _("inputs are not numbers"),
                where=part,
                fix=_("Encode text columns as numbers before, or put that into a function"),
            )
        )
    elif not np.isfinite(x.astype(float)).all():
        problems.append(
            KitError(
                _("inputs have missing or infinite values"),
                where=part,
                fix=_("Fill or drop them, as your model needs it"),
            )
        )
    if problems:
        raise KitErrors(problems)
    return x, y, names


def number_labels(
    labels: Array, classes: Array | None, n_classes: int, part: str
) -> NDArray[np.intp]:
    """Return the column of each label; labels that the model does not know are an error."""
    if classes is not None:
        order = {str(name): column for column, name in enumerate(classes)}
        order.update({_canonical(name): column for column, name in enumerate(classes)})
        columns = [order.get(_canonical(label), order.get(str(label))) for label in labels]
    else:
        columns = [
            int(label) if _is_whole(label) and 0 <= int(label) < n_classes else None
            for label in labels
        ]
    unknown = sorted(
        {str(label) for label, column in zip(labels, columns, strict=True) if column is None}
    )
    if unknown:
        raise KitError(
            _("the model does not know these labels: {labels}").format(
                labels=", ".join(unknown[:8])
            ),
            where=part,
            fix=_("Use the labels of its training, or numbers of columns from 0 to {last}").format(
                last=n_classes - 1
            ),
        )
    return np.asarray(columns, dtype=np.intp)


def read_quantities(labels: Array, part: str) -> NDArray[np.float64]:
    """Return the quantity of each row; one that is no finite number is an error."""
    try:
        found = labels.astype(float)
    except (TypeError, ValueError) as error:
        raise KitError(
            _("the quantity of some rows is not a number"),
            where=part,
            fix=_("Give numbers, or a classifier for classes"),
        ) from error
    if not np.isfinite(found).all():
        raise KitError(
            _("the quantity of {n} rows is missing or infinite").format(
                n=int((~np.isfinite(found)).sum())
            ),
            where=part,
            fix=_("Leave those rows out, and say so"),
        )
    return found


def _canonical(label: Any) -> str:
    return str(int(label)) if _is_whole(label) else str(label)


def _is_whole(label: Any) -> bool:
    try:
        return float(label) == int(float(label))
    except (TypeError, ValueError):
        return False


def _as_array(values: Any) -> Array:
    if hasattr(values, "detach"):  # a torch tensor
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def number_groups(
    values: Sequence[Any] | Array, n: int, part: str
) -> tuple[Array, NDArray[np.intp]]:
    """Return the label of each row as text, and as a number."""
    array = _as_array(values).reshape(-1)
    if len(array) != n:
        raise KitError(
            _("there are {m} values for {n} test rows").format(m=len(array), n=n),
            where=part,
            fix=_("Give one for each test row"),
        )
    names = array.astype(str)
    _unique, numbers = np.unique(names, return_inverse=True)
    return names, numbers.astype(np.intp)
