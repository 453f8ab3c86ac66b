"""The attack on membership by the loss alone, at a false-positive rate that an attacker could live with."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.membership import membership_row, stable_confidence
from kit.evaluation.subject import Subject

_ID, _NAME = "cybersecurity.loss_attack", "Members found by the loss attack"


@measure(
    _ID,
    _NAME,
    needs=("train",),
    unseen=("train",),
    order=21,
    reference="Yeom et al. (2018), arXiv:1709.01604; at low rates: Carlini et al. (2022), arXiv:2112.03570",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_loss_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of training rows of which the model is surer than of nearly all test rows."""
    assert subject.train is not None
    members = stable_confidence(subject.log_proba("train"), subject.train.labels)
    others = stable_confidence(subject.log_proba(), subject.test.labels)
    yield from membership_row(subject, _ID, _NAME, members, others)
