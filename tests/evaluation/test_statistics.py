"""Intervals cover as theory says; figures of the literature come out; libraries agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kit.errors import KitError
from kit.evaluation.statistics import (
    adjust_holm,
    bootstrap_interval,
    change_interval,
    clopper_pearson_interval,
    clustered_interval,
    compare_independent_shares,
    compare_paired,
    detectable_difference,
    mean_interval,
    needed_items,
    pass_at_k,
    prediction_powered_mean,
    test_mcnemar,
    wilson_interval,
)
from kit.evaluation.statistics.intervals import clustered_error


def exact_coverage(interval_of, n, p):
    """How often an interval holds the truth: a sum over every possible count, no simulation."""
    counts = np.arange(n + 1)
    chances = stats.binom.pmf(counts, n, p)
    inside = [interval_of(k).low <= p <= interval_of(k).high for k in counts]
    return float(chances @ np.array(inside))


@pytest.mark.parametrize(("n", "p", "published"), [(100, 0.95, 0.9659), (30, 0.9, 0.9742)])
def test_wilson_covers_as_enumeration_says(n, p, published):
    assert exact_coverage(lambda k: wilson_interval(int(k), n), n, p) == pytest.approx(
        published, abs=5e-5
    )


def test_clopper_pearson_covers_as_enumeration_says():
    found = exact_coverage(lambda k: clopper_pearson_interval(int(k), 100), 100, 0.95)
    assert found == pytest.approx(0.9826, abs=5e-5)


@pytest.mark.parametrize("p", [0.01, 0.05, 0.3, 0.5, 0.87, 0.99])
def test_clopper_pearson_never_covers_less_than_it_says(p):
    assert exact_coverage(lambda k: clopper_pearson_interval(int(k), 60), 60, p) >= 0.95


@given(n=st.integers(1, 500), share=st.floats(0, 1))
def test_a_share_is_inside_its_interval_and_the_interval_inside_the_scale(n, share):
    for interval_of in (wilson_interval, clopper_pearson_interval):
        interval = interval_of(round(share * n), n)
        assert 0 <= interval.low <= interval.value <= interval.high <= 1
        assert interval.low < interval.high


def test_more_successes_than_items_is_an_error():
    with pytest.raises(KitError, match="12 successes of 10"):
        wilson_interval(12, 10)


def passages():
    clusters = np.repeat(np.arange(12), 5)
    return (~np.isin(clusters, [0, 3, 6, 9])).astype(float), clusters


def test_the_clustered_error_of_the_worked_example_is_exact():
    right, clusters = passages()
    assert clustered_error(right, clusters) == pytest.approx(np.sqrt((2 / 9) / 11), abs=1e-12)
    assert mean_interval(right).high - 2 / 3 == pytest.approx(
        stats.t.ppf(0.975, 59) * np.sqrt((2 / 9) / 59), abs=1e-12
    )


def test_the_clustered_error_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    clusters = rng.integers(0, 9, 200)
    values = rng.normal(size=200) + rng.normal(size=9)[clusters]
    fit = sm.OLS(values, np.ones(200)).fit(
        cov_type="cluster",
        cov_kwds={"groups": clusters, "df_correction": True, "use_correction": True},
    )
    # statsmodels has the further factor (n − 1) / (n − k), which is 1 for a mean.
    assert clustered_error(values, clusters) == pytest.approx(fit.bse[0], rel=1e-10)


def test_five_clusters_need_t_and_not_z():
    rng = np.random.default_rng(0)
    with_t = with_z = 0
    clusters = np.repeat(np.arange(5), 20)
    for _draw in range(1500):
        values = rng.normal(size=5)[clusters] + 0.5 * rng.normal(size=100)
        interval = clustered_interval(values, clusters)
        error = clustered_error(values, clusters)
        with_t += interval.low <= 0 <= interval.high
        with_z += abs(interval.value) <= 1.96 * error
    # Three standard errors of 1500 draws at .95 are .017.
    assert with_t / 1500 == pytest.approx(0.95, abs=0.02)
    assert with_z / 1500 < 0.90


def test_a_change_of_nothing_has_an_interval_all_the_same():
    interval = change_interval(np.zeros(50))
    assert interval.low < 0 < interval.high


def test_the_interval_of_a_change_covers():
    rng = np.random.default_rng(2)
    hits = 0
    for _draw in range(2000):
        changes = rng.choice([-1.0, 0.0, 1.0], p=[0.06, 0.92, 0.02], size=150)
        interval = change_interval(changes)
        hits += interval.low <= -0.04 <= interval.high
    assert hits / 2000 == pytest.approx(0.95, abs=0.02)


def test_the_bootstrap_of_a_mean_agrees_with_t():
    values = np.random.default_rng(0).normal(size=300)
    boot = bootstrap_interval(lambda rows: float(values[rows].mean()), 300)
    exact = mean_interval(values)
    assert boot.low == pytest.approx(exact.low, abs=0.02)
    assert boot.high == pytest.approx(exact.high, abs=0.02)


def test_the_bootstrap_is_the_same_for_the_same_seed():
    values = np.arange(20.0)
    first, second = (
        bootstrap_interval(lambda rows: float(values[rows].mean()), 20, seed=3) for _ in range(2)
    )
    assert first == second


def test_mcnemar_is_the_sign_test_and_that_of_statsmodels():
    from statsmodels.stats.contingency_tables import mcnemar

    assert test_mcnemar(26, 14) == pytest.approx(0.0807, abs=5e-5)
    assert test_mcnemar(26, 14) == pytest.approx(mcnemar([[100, 26], [14, 260]], exact=True).pvalue)
    assert test_mcnemar(0, 0) == 1


def test_pairing_makes_the_interval_narrower():
    ours = np.r_[np.ones(26), np.zeros(14), np.ones(360)]
    theirs = np.r_[np.zeros(26), np.ones(14), np.ones(360)]
    paired = compare_paired(ours, theirs).interval
    unpaired = compare_independent_shares(386, 400, 374, 400)
    assert paired.value == pytest.approx(0.03)
    assert paired.high - paired.low == pytest.approx(2 * 1.96 * 0.01576, rel=0.02)
    assert unpaired.low < 0


def test_equal_systems_do_not_differ():
    difference = compare_paired([0.1, 0.5, 0.3], [0.1, 0.5, 0.3])
    assert (difference.value, difference.p) == (0, 1)


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p_values = [0.2, 0.001, 0.03, 0.03, 0.9, 0.011]
    assert adjust_holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_makes_a_p_value_smaller_and_keeps_their_order(p_values):
    adjusted = adjust_holm(p_values)
    assert all(after >= before - 1e-15 for after, before in zip(adjusted, p_values, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= -1e-12)


def test_the_published_sizes_come_out():
    assert needed_items(0.03, variance=1 / 9) == pytest.approx(968.997, abs=5e-3)
    once = detectable_difference(198, variance=1 / 9, noise=1 / 6, other_noise=1 / 6)
    often = detectable_difference(198, variance=1 / 9, noise=1 / 6, other_noise=1 / 6, answers=10)
    assert (100 * once, 100 * often) == (
        pytest.approx(13.27, abs=0.02),
        pytest.approx(7.57, abs=0.02),
    )


def test_pass_at_k_is_unbiased_by_enumeration():
    chance, n, k = 0.2, 10, 5
    weights = stats.binom.pmf(np.arange(n + 1), n, chance)
    expected = sum(w * pass_at_k(n, c, k) for c, w in enumerate(weights))
    assert expected == pytest.approx(1 - (1 - chance) ** k, abs=1e-12)


def test_a_biased_judge_alone_misses_and_a_corrected_one_covers():
    rng = np.random.default_rng(0)
    corrected = alone_hits = 0
    for _draw in range(400):
        truth = rng.random(5200) < 0.6
        judged = np.where(truth, rng.random(5200) < 0.93, rng.random(5200) < 0.22)
        interval = prediction_powered_mean(truth[:200], judged[:200], judged[200:])
        corrected += interval.low <= 0.6 <= interval.high
        alone = mean_interval(judged[200:].astype(float))
        alone_hits += alone.low <= 0.6 <= alone.high
    assert corrected / 400 == pytest.approx(0.95, abs=0.033)  # three standard errors
    assert alone_hits == 0
