"""The simplest attack on membership: say 'member' of every row that the model labels correctly."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.statistics import compare_independent_shares
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

# A gap of this many points beyond doubt is more than the usual optimism of training rows.
_ALARMING = 0.08


@measure(
    "cybersecurity.gap_attack",
    "Accuracy of the gap attack on membership",
    needs=("train",),
    unseen=("train",),
    order=20,
    reference="Yeom et al. (2018), arXiv:1709.01604",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_gap_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield ½ + (accuracy on training rows − accuracy on test rows) / 2, which is exact for equal odds."""
    members, others = subject.right("train"), subject.right()
    gap = compare_independent_shares(
        int(members.sum()), members.size, int(others.sum()), others.size, alpha=subject.alpha
    )
    alarm = None
    if gap.low > _ALARMING:
        alarm = Text.of(
            "Being right gives training rows away: the model is right on {train} of them and on {test} of the "
            "test rows. Forests and nearest neighbours often do that, also when nothing went wrong.",
            train=float(members.mean()),
            test=float(others.mean()),
        )
    yield Measurement(
        id="cybersecurity.gap_attack",
        name=Text.of("Accuracy of the gap attack on membership"),
        value=0.5 + gap.value / 2,
        low=0.5 + gap.low / 2,
        high=0.5 + gap.high / 2,
        method=gap.method,
        n=gap.n,
        bound="lower",
        direction="lower",
        alarm=alarm,
        assumptions=(
            Text.of(
                "Guessing reaches {half}. Members and non-members are equally frequent.", half=0.5
            ),
            Text.of("Training and test rows come from one population."),
        ),
    )
