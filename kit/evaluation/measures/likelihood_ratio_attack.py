"""The attack on membership that fits the model again: how it answers with and without each row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.membership import LARGEST, membership_row, stable_confidence
from kit.evaluation.models import as_model
from kit.evaluation.subject import Rows, Subject
from kit.evaluation.text import Text

_ID, _NAME = "cybersecurity.likelihood_ratio_attack", "Members found by fitting the model again"
SHADOWS = 16
# A strong attack finds something in any honest model that fits its rows closely: up to 8 % of them on the
# digits, at a rate of 2 %. Rows learnt by heart are found beyond this multiple.
_ALARMING = 5.0


@measure(
    _ID,
    _NAME,
    needs=("train", "refit"),
    unseen=("train",),
    order=24,
    reference="Carlini et al. (2022), arXiv:2112.03570: online, with one variance for all rows",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_likelihood_ratio_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of training rows on which the model answers as one that was fitted on them.

    Each shadow model is fitted on half of all rows that were given, each row is in half of the shadows.
    """
    assert subject.train is not None and subject.refit is not None
    known = [subject.train, *filter(None, [subject.calibration]), subject.test]
    inputs = np.concatenate([rows.inputs for rows in known])
    labels = np.concatenate([rows.labels for rows in known])
    rows = Rows(inputs, labels)
    within = draw_halves(len(rows), SHADOWS, subject.rng("likelihood_ratio_attack"))
    answers = []
    for half in within:
        if subject.is_late:
            reason = Text.of("The time budget was spent before the model was fitted again.")
            yield Measurement(_ID, Text.of(_NAME), status="not_measured", reason=reason)
            return
        shadow = subject.refit(inputs[half], labels[half])
        answers.append(_confidence(_log_proba(shadow, rows, len(subject.classes)), labels))
    parts = ["train", *(["calibration"] if subject.calibration is not None else []), "test"]
    target = _confidence(np.concatenate([subject.log_proba(part) for part in parts]), labels)
    ratio = compare_likelihoods(target, np.array(answers), within)
    yield from membership_row(
        subject,
        _ID,
        _NAME,
        ratio[: len(subject.train)],
        ratio[-len(subject.test) :],
        Text.of("{n} models fitted again, each on half of the rows.", n=SHADOWS),
        alarming=_ALARMING,
    )


def draw_halves(n: int, shadows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which of n rows each shadow is fitted on, shape (shadows, n); each row is in half of them."""
    within = np.zeros((shadows, n), dtype=bool)
    for first in range(0, shadows, 2):
        within[first, rng.permutation(n)[: n // 2]] = True
        within[first + 1] = ~within[first]
    return within


def compare_likelihoods(
    target: NDArray[np.float64], shadows: NDArray[np.float64], within: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return for each row how much likelier the target's answer is from a model that knew the row.

    Parameters
    ----------
    target
        The target's confidence in the true class of each row, shape (n,).
    shadows
        The same of each shadow model, shape (shadows, n).
    within
        Which rows each shadow was fitted on, shape (shadows, n).
    """
    n = len(target)
    log_likelihood = []
    for part in (within, ~within):
        count = part.sum(axis=0)
        mean = np.where(part, shadows, 0).sum(axis=0) / count
        # One variance for all rows: few shadows give no good one for each.
        variance = (np.where(part, shadows - mean, 0) ** 2).sum() / max(1, part.sum() - n)
        variance = max(float(variance), 1e-12)
        log_likelihood.append(-((target - mean) ** 2) / (2 * variance) - np.log(variance) / 2)
    difference: NDArray[np.float64] = log_likelihood[0] - log_likelihood[1]
    return difference


def _confidence(log_proba: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.clip(stable_confidence(log_proba, labels), -LARGEST, LARGEST)


def _log_proba(shadow: object, rows: Rows, classes: int) -> NDArray[np.float64]:
    """Return log-probabilities with one column a class, also where a half held no row of one."""
    model = as_model(shadow)
    found = model.log_proba(rows.inputs)
    if model.classes is None:
        return found
    full = np.full((len(rows), classes), np.log(1e-300))
    full[:, model.classes.astype(int)] = found
    return full
