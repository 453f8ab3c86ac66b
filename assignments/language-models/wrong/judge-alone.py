# ---
# title: The judge is believed.
# loses:
#   test-judge-visible: 1
#   test-judge-coverage: 1
#   test-judge-useless: 1
#   test-judge-many: 1
# ---
# %% corrected-interval
def corrected_interval(person, judge, judge_alone, level: float = 0.95) -> tuple[float, float]:
    marks = np.concatenate([np.asarray(judge, dtype=float), np.asarray(judge_alone, dtype=float)])
    half = float(stats.norm.ppf((1 + level) / 2) * stats.sem(marks))
    return float(marks.mean()) - half, float(marks.mean()) + half
