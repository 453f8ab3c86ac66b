# ---
# title: The best of all attacks is reported as if it were the only one.
# loses:
#   test-bound-visible: 1
#   test-bound-definition: 1
#   test-bound-honest: 1
# ---
# %% epsilon-bound
def epsilon_bound(hits, members, false_alarms, others, alpha: float = 0.05) -> float:
    tail, largest = alpha / 2, 0.0
    for hit, alarm in zip(hits, false_alarms, strict=True):
        if hit > 0 and alarm < others:
            low = stats.beta.ppf(tail, hit, members - hit + 1)
            high = stats.beta.isf(tail, alarm + 1, others - alarm)
            largest = max(largest, math.log(low / high))
    return float(largest)
