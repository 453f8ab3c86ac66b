"""Conformal prediction sets: how often they hold the true class, and how large they are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement, Status
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.coverage",
    "Coverage of prediction sets",
    needs=("calibration",),
    unseen=("train", "calibration"),
    order=40,
    reference="Vovk (2012); Angelopoulos and Bates (2023); MAPIE",
    places=("nist-2.5", "inesia-performance"),
)
def measure_conformal(subject: Subject) -> Iterator[Measurement]:
    """Yield coverage and mean size of sets made by MAPIE (least ambiguous sets) from the calibration rows.

    Over calibration tables of this size the number of covered test rows has a Beta-Binomial distribution.
    Far outside it, test and calibration rows are not alike.
    """
    from scipy import stats

    assert subject.calibration is not None
    n = len(subject.calibration)
    if (n + 1) * (1 - subject.coverage) < 1:
        too_few = Text.of(
            "{n} calibration rows are too few for a coverage of {coverage}.",
            n=n,
            coverage=subject.coverage,
        )
        yield Measurement(
            "reliability.coverage",
            Text.of("Coverage of prediction sets"),
            status="not_measured",
            reason=too_few,
        )
        return
    sets = predict_sets(subject)
    inside = sets[np.arange(len(subject.test)), subject.test.labels].astype(float)
    rank = int(np.floor((n + 1) * (1 - subject.coverage)))
    spread = stats.betabinom(len(subject.test), n + 1 - rank, rank)
    low, high = (float(end) / len(subject.test) for end in spread.ppf([0.0005, 0.9995]))
    share = float(inside.mean())
    status: Status = "measured"
    reason = alarm = None
    notes: tuple[Text, ...] = ()
    if share < low:
        status = "invalid"
        reason = alarm = Text.of(
            "The sets cover {share}, outside {low} to {high}, where 999 of 1000 honest tables fall. "
            "Test and calibration rows are not alike, or the model has seen the calibration rows.",
            share=share,
            low=low,
            high=high,
        )
    elif share > high:
        # Ties in the scores make sets too large, which breaks no promise.
        notes = (Text.of("The sets cover more than promised: many scores are equal."),)
    yield from_interval(
        "reliability.coverage",
        Text.of("Coverage of prediction sets"),
        subject.share(inside),
        direction="target",
        status=status,
        reason=reason,
        alarm=alarm,
        warnings=notes,
        assumptions=(
            Text.of(
                "Target: {coverage}; tables of this size fall between {low} and {high}.",
                coverage=subject.coverage,
                low=low,
                high=high,
            ),
            Text.of("It holds on average over all rows, not for each class or each row."),
        ),
        items=tuple(inside.tolist()),
    )
    sizes = sets.sum(axis=1).astype(float)
    yield from_interval(
        "reliability.set_size",
        Text.of("Classes in a prediction set"),
        subject.mean(sizes, span=len(subject.classes), least=0),
        direction="lower",
        status=status,
        reason=reason,
        items=tuple(sizes.tolist()),
    )


def predict_sets(subject: Subject) -> NDArray[np.bool_]:
    """Return which classes are in the prediction set of each test row, shape (n, classes)."""
    from mapie.classification import SplitConformalClassifier
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Probabilities(ClassifierMixin, BaseEstimator):
        """Takes probabilities for rows and gives them back: the model has been asked already."""

        classes_ = np.arange(len(subject.classes))

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def fit(self, _rows: Any, _labels: Any) -> Probabilities:
            """Return itself: there is nothing to fit."""
            return self

        def predict_proba(self, rows: Any) -> NDArray[np.float64]:
            """Return the rows."""
            return np.asarray(rows, dtype=float)

        def predict(self, rows: Any) -> NDArray[np.intp]:
            """Return the most probable class."""
            found: NDArray[np.intp] = np.asarray(rows).argmax(axis=1)
            return found

    assert subject.calibration is not None
    with warnings.catch_warnings():
        # MAPIE warns of classes that are not among the calibration labels; coverage shows what that does.
        warnings.simplefilter("ignore")
        mapie = SplitConformalClassifier(
            Probabilities(),
            confidence_level=subject.coverage,
            conformity_score="lac",
            prefit=True,
            # Otherwise it draws from numpy's global generator, which is the caller's.
            random_state=subject.seed,
        )
        mapie.conformalize(subject.proba("calibration"), subject.calibration.labels)
        _labels, sets = mapie.predict_set(subject.proba())
    found: NDArray[np.bool_] = sets[:, :, 0].astype(bool)
    return found
