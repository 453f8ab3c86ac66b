# ---
# title: The variances of person and judge are added, as if they had marked different answers.
# loses:
#   test-judge-visible: 1
#   test-judge-coverage: 1
#   test-judge-many: 1
# ---
# %% corrected-interval
def corrected_interval(person, judge, judge_alone, level: float = 0.95) -> tuple[float, float]:
    if len(person) != len(judge):
        raise ValueError("person and judge must mark the same answers")
    sides = [np.asarray(each, dtype=float) for each in (person, judge, judge_alone)]
    half = float(
        stats.norm.ppf((1 + level) / 2) * math.sqrt(sum(stats.sem(each) ** 2 for each in sides))
    )
    middle = float(sides[2].mean() + sides[0].mean() - sides[1].mean())
    return middle - half, middle + half
