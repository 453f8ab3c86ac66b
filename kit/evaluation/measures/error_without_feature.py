"""Permutation importance for a quantity: what error is added when one feature is shuffled over the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.regressors import Regressor
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_TOP, _REPEATS, _MOST_FEATURES = 3, 5, 300
_ID, _NAME = "transparency.error_without_feature", "Features that matter most"


@measure(
    _ID,
    _NAME,
    unseen=("train",),
    order=20,
    tasks=("regression",),
    reference="Breiman (2001); scikit-learn's permutation_importance",
    places=("nist-2.9",),
)
def measure_error_without_feature(subject: Subject) -> Iterator[Measurement]:
    """Yield the absolute error added without each of the three features that matter most.

    They are chosen on one half of the test rows and measured on the other.
    """
    n, d = subject.test.flat.shape
    if d > _MOST_FEATURES:
        reason = Text.of("{d} features are too many to shuffle one by one.", d=d)
        yield Measurement(_ID, Text.of(_NAME), status="not_measured", reason=reason)
        return
    rng = subject.rng("error_without_feature")
    order = rng.permutation(n)
    chosen_on, held = order[: n // 2], order[n // 2 :]
    added = [_added(subject, chosen_on, feature, 2, rng).mean() for feature in range(d)]
    for rank, feature in enumerate(np.argsort(added)[::-1][: min(_TOP, d)], start=1):
        label = subject.feature_names[feature] if subject.feature_names else str(feature)
        yield from_interval(
            f"{_ID}@{rank}",
            Text.of("Error added without feature {feature}", feature=label),
            subject.mean(
                _added(subject, held, int(feature), _REPEATS, rng),
                span=float(np.ptp(subject.test.labels)) or 1.0,
                part=held,
            ),
            direction="none",
            assumptions=(
                Text.of("Chosen on one half of the test rows, measured on the other."),
                Text.of("Features that say the same cover for each other and look unimportant."),
            ),
        )


def _added(
    subject: Subject, part: NDArray[np.intp], feature: int, repeats: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return for each row of a part how much its absolute error grows, averaged over shuffles."""
    assert isinstance(subject.model, Regressor)
    like, truth = subject.test.inputs, subject.test.labels[part]
    rows = np.repeat(subject.test.flat[part][None], repeats, axis=0)
    for number in range(repeats):
        rows[number, :, feature] = rng.permutation(rows[number, :, feature])
    shaped = rows.reshape(-1, *like.shape[1:]).astype(like.dtype)
    errors = np.abs(subject.model.predict(shaped).reshape(repeats, -1) - truth)
    found: NDArray[np.float64] = errors.mean(axis=0) - np.abs(subject.residuals())[part]
    return found
