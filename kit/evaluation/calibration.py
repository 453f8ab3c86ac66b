"""Calibration error in bins, and what it would be for a model that is calibrated perfectly.

scikit-learn has no such error, and other libraries disagree on what B bins are. Here: B bins of equal width,
closed at the right, so that a confidence of exactly 1 counts; 0 belongs to the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CalibrationBins:
    """For each bin that holds rows: how many, their mean confidence and the share that is right."""

    counts: NDArray[np.intp]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error."""
        gaps = np.abs(self.accuracy - self.confidence)
        return float(np.sum(self.counts * gaps) / self.counts.sum())


def bin_confidence(
    confidence: NDArray[np.float64], right: NDArray[np.float64], *, bins: int = 15
) -> CalibrationBins:
    """Return rows sorted into bins of confidence.

    Examples
    --------
    >>> import numpy as np
    >>> found = bin_confidence(np.array([0.6, 0.6, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]), bins=10)
    >>> found.counts.tolist(), round(found.error, 3)
    ([1, 2, 1], 0.05)
    """
    index = bin_index(confidence, bins)
    counts = np.bincount(index, minlength=bins)
    used = counts > 0
    sums = np.bincount(index, weights=confidence, minlength=bins)
    hits = np.bincount(index, weights=right, minlength=bins)
    return CalibrationBins(counts[used], sums[used] / counts[used], hits[used] / counts[used])


def bin_index(confidence: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """Return the bin of each confidence, counted from 0."""
    edges = np.linspace(0, 1, bins + 1)
    found: NDArray[np.intp] = np.searchsorted(edges[1:-1], confidence, side="left")
    return found


def draw_null_errors(
    confidence: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    bins: int = 15,
    draws: int = 2000,
) -> NDArray[np.float64]:
    """Return calibration errors of a perfectly calibrated model with these confidences, shape (draws,).

    Whether a row is right is drawn with its own confidence. What remains is noise alone: the floor under
    which a calibration error says nothing.
    """
    index = bin_index(confidence, bins)
    counts = np.bincount(index, minlength=bins)
    used = counts > 0
    sums = np.bincount(index, weights=confidence, minlength=bins)
    member = np.eye(bins)[index][:, used]
    errors = np.empty(draws)
    for start in range(0, draws, 200):
        size = min(200, draws - start)
        right = rng.random((size, confidence.size)) < confidence
        gaps = np.abs(right @ member - sums[used])
        errors[start : start + size] = gaps.sum(axis=1) / confidence.size
    return errors


def expected_null_error(counts: NDArray[np.intp], confidence: NDArray[np.float64]) -> float:
    """Return the mean error of a perfectly calibrated model, from the normal approximation in each bin.

    Examples
    --------
    >>> import numpy as np
    >>> round(expected_null_error(np.array([100]), np.array([0.5])), 4)
    0.0399
    """
    spread = np.sqrt(2 * confidence * (1 - confidence) / (np.pi * counts))
    return float(np.sum(counts * spread) / counts.sum())
