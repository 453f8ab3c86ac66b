"""Whether the attacker can see: the share of rows whose gradient is exactly zero."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import find_blind_rows, find_fault
from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text
from kit.evaluation.threats import Linf


@measure(
    "robustness.zero_gradients",
    "Rows without a gradient",
    needs=("Linf", "gradient"),
    order=1,
    reference="Athalye, Carlini and Wagner (2018), arXiv:1802.00420",
    places=("nist-2.13",),
)
def measure_zero_gradients(subject: Subject) -> Iterator[Measurement]:
    """Yield the share, and raise an alarm when any test of the attacks says that gradients are masked."""
    threats = [threat for threat in subject.threats_of(Linf) if threat.access == "white-box"]
    fault = next(
        (
            found
            for threat in threats[:1]
            for attack in ("pgd", "margin_pgd")
            if (found := find_fault(subject, attack, threat, max(threat.eps))) is not None
        ),
        None,
    )
    blind = find_blind_rows(subject)
    yield from_interval(
        "robustness.zero_gradients",
        Text.of("Rows without a gradient"),
        clopper_pearson_interval(int(blind.sum()), len(blind), alpha=subject.alpha),
        direction="none",
        alarm=fault,
        assumptions=(
            Text.of(
                "Masked gradients make weak attacks look like a strong model. Attacks with gradients are "
                "held against noise, against a search without gradients and against unlimited changes."
            ),
        ),
    )
