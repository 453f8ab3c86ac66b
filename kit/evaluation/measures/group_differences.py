"""Groups: accuracy in each, and the largest gap between them."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import compare_independent_shares, wilson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_FEWEST = 10


@measure(
    "transparency.group_gap",
    "Largest accuracy gap between groups",
    needs=("sensitive",),
    unseen=("train",),
    order=10,
    reference="fairlearn's MetricFrame; Newcombe (1998)",
    places=("nist-2.11",),
)
def measure_group_differences(subject: Subject) -> Iterator[Measurement]:
    """Yield the gap between the best and the worst group, then the accuracy in each group.

    The largest of several gaps is too large by chance alone, so its interval holds for all pairs at once.
    """
    from fairlearn.metrics import MetricFrame, count

    assert subject.sensitive is not None
    frame = MetricFrame(
        metrics={"n": count, "right": lambda truth, predicted: float((truth == predicted).sum())},
        y_true=subject.test.labels,
        y_pred=subject.predicted(),
        sensitive_features=subject.sensitive,
    )
    groups = {
        str(name): (int(row["right"]), int(row["n"])) for name, row in frame.by_group.iterrows()
    }
    large = {name: pair for name, pair in groups.items() if pair[1] >= _FEWEST}
    small = tuple(
        Text.of("Group {group} has {n} rows, too few to compare.", group=name, n=pair[1])
        for name, pair in groups.items()
        if name not in large
    )
    id, title = "transparency.group_gap", Text.of("Largest accuracy gap between groups")
    if len(large) < 2:
        reason = Text.of("Fewer than two groups have {n} rows.", n=_FEWEST)
        yield Measurement(id, title, status="not_measured", reason=reason, warnings=small)
    else:
        ranked = sorted(large, key=lambda name: large[name][0] / large[name][1])
        best, worst = large[ranked[-1]], large[ranked[0]]
        pairs = len(large) * (len(large) - 1) // 2
        yield from_interval(
            id,
            title,
            compare_independent_shares(*best, *worst, alpha=subject.alpha / pairs),
            direction="lower",
            assumptions=(
                Text.of("Best: {best}. Worst: {worst}.", best=ranked[-1], worst=ranked[0]),
                Text.of("The interval holds for all {pairs} pairs at once.", pairs=pairs),
                Text.of(
                    "Equal accuracy is one of several notions of fairness, and they exclude each other."
                ),
            ),
            warnings=small,
        )
    for name, (right, n) in groups.items():
        yield from_interval(
            f"transparency.group_accuracy@{name}",
            Text.of("Accuracy in group {group}", group=name),
            wilson_interval(right, n, alpha=subject.alpha),
        )
