# ---
# title: The largest ratio of the shares is reported, without any limits.
# loses:
#   test-bound-visible: 1
#   test-bound-definition: 1
#   test-bound-edges: 1
#   test-bound-honest: 1
# ---
# %% epsilon-bound
def epsilon_bound(hits, members, false_alarms, others, alpha: float = 0.05) -> float:
    ratios = [
        (h / members) / max(f / others, 1e-9) for h, f in zip(hits, false_alarms, strict=True)
    ]
    return max(0.0, math.log(max(*ratios, 1e-9, 1e-9)))
