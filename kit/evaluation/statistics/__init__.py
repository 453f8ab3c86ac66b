"""The statistics of evaluation: intervals, differences, power, sampling and judges.

Numbers in, numbers out; nothing here knows what a model or a card is. Where statsmodels or SciPy do it
right they do it; what they lack (clustered means with few clusters, paired differences, prediction-powered
means) is written out.
"""

from kit.evaluation.statistics.differences import (
    Difference,
    adjust_holm,
    compare_independent_shares,
    compare_paired,
    test_mcnemar,
)
from kit.evaluation.statistics.intervals import (
    Interval,
    bootstrap_interval,
    change_interval,
    clopper_pearson_interval,
    clustered_interval,
    mean_interval,
    wilson_interval,
)
from kit.evaluation.statistics.power import detectable_difference, needed_items
from kit.evaluation.statistics.sampling import pass_at_k, prediction_powered_mean

__all__ = [
    "Difference",
    "Interval",
    "adjust_holm",
    "bootstrap_interval",
    "change_interval",
    "clopper_pearson_interval",
    "clustered_interval",
    "compare_independent_shares",
    "compare_paired",
    "detectable_difference",
    "mean_interval",
    "needed_items",
    "pass_at_k",
    "prediction_powered_mean",
    "test_mcnemar",
    "wilson_interval",
]
