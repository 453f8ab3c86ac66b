"""Permutation importance: what accuracy is lost when one feature is shuffled over the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_TOP, _REPEATS, _MOST_FEATURES = 3, 5, 300


@measure(
    "transparency.permutation",
    "Features that matter most",
    unseen=("train",),
    order=20,
    reference="Breiman (2001); scikit-learn's permutation_importance",
    places=("nist-2.9",),
)
def measure_permutation(subject: Subject) -> Iterator[Measurement]:
    """Yield the loss of accuracy for the three features that matter most.

    They are chosen on one half of the test rows and measured on the other, since the largest of many noisy
    numbers is too large. Features that say the same cover for each other and look unimportant.
    """
    flat = subject.test.flat
    n, d = flat.shape
    id, name = "transparency.permutation", "Features that matter most"
    if d > _MOST_FEATURES:
        reason = Text.of("{d} features are too many to shuffle one by one.", d=d)
        yield Measurement(id, Text.of(name), status="not_measured", reason=reason)
        return
    rng = subject.rng("permutation")
    order = rng.permutation(n)
    chosen_on, held = order[: n // 2], order[n // 2 :]
    losses = [_loss(subject, chosen_on, feature, 2, rng).mean() for feature in range(d)]
    top = np.argsort(losses)[::-1][: min(_TOP, d)]
    for rank, feature in enumerate(top, start=1):
        loss = _loss(subject, held, int(feature), _REPEATS, rng)
        label = subject.feature_names[feature] if subject.feature_names else str(feature)
        yield from_interval(
            f"{id}@{rank}",
            Text.of("Accuracy lost without feature {feature}", feature=label),
            subject.mean(loss, span=1, part=held),
            direction="none",
            assumptions=(
                Text.of("Chosen on one half of the test rows, measured on the other."),
                Text.of("Features that say the same cover for each other and look unimportant."),
            ),
        )


def _loss(
    subject: Subject,
    part: NDArray[np.intp],
    feature: int,
    repeats: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return for each row of a part how much rightness is lost, averaged over shuffles."""
    like, labels = subject.test.inputs, subject.test.labels[part]
    rows = np.repeat(subject.test.flat[part][None], repeats, axis=0)
    for number in range(repeats):
        rows[number, :, feature] = rng.permutation(rows[number, :, feature])
    shaped = rows.reshape(-1, *like.shape[1:]).astype(like.dtype)
    right = subject.model.log_proba(shaped).argmax(axis=1).reshape(repeats, -1) == labels
    lost: NDArray[np.float64] = subject.right()[part] - right.mean(axis=0)
    return lost
