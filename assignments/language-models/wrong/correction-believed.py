# ---
# title: The correction is taken for exact, so that only the many marks give an error bar.
# loses:
#   test-judge-visible: 1
#   test-judge-coverage: 1
#   test-judge-useless: 1
#   test-judge-many: 1
# ---
# %% corrected-interval
def corrected_interval(person, judge, judge_alone, level: float = 0.95) -> tuple[float, float]:
    if len(person) != len(judge):
        raise ValueError("person and judge must mark the same answers")
    alone = np.asarray(judge_alone, dtype=float)
    half = float(stats.norm.ppf((1 + level) / 2) * stats.sem(alone))
    middle = float(alone.mean() + np.mean(person) - np.mean(judge))
    return middle - half, middle + half
