"""The attack on membership that knows which rows are easy, from a reference model of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.membership import LARGEST, membership_row, stable_confidence
from kit.evaluation.subject import Rows, Subject
from kit.evaluation.text import Text

_ID, _NAME = "cybersecurity.reference_attack", "Members found with a reference model"


@measure(
    _ID,
    _NAME,
    needs=("train", "calibration"),
    unseen=("train",),
    order=22,
    reference="Watson et al. (2022), arXiv:2111.08440",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_reference_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of training rows of which the model is surer than a reference model makes likely.

    The reference is a logistic regression on the calibration rows, which are members of neither. A row that is
    easy for everybody tells nothing; a hard row of which the model is sure was learnt by heart.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    assert subject.train is not None and subject.calibration is not None
    if len(np.unique(subject.calibration.labels)) < len(subject.classes):
        reason = Text.of("Not every class is among the calibration rows.")
        yield Measurement(_ID, Text.of(_NAME), status="not_measured", reason=reason)
        return
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, tol=1e-3))
    reference.fit(subject.calibration.flat, subject.calibration.labels)

    def score(part: str, rows: Rows) -> NDArray[np.float64]:
        ours = np.minimum(stable_confidence(subject.log_proba(part), rows.labels), LARGEST)
        theirs = stable_confidence(
            np.log(np.maximum(reference.predict_proba(rows.flat), 1e-300)), rows.labels
        )
        surplus: NDArray[np.float64] = ours - np.minimum(theirs, LARGEST)
        return surplus

    yield from membership_row(
        subject,
        _ID,
        _NAME,
        score("train", subject.train),
        score("test", subject.test),
        Text.of("The reference is a logistic regression on the calibration rows."),
    )
