# ---
# title: The last value minus the first one, as if the list were sorted.
# loses:
#   test-swing-visible: 1
#   test-swing-missing: 1
#   test-swing-polar: 1
# ---
# %% swing
def swing(temperatures: list[float]) -> float:
    measured = [value for value in temperatures if not math.isnan(value)]
    return measured[-1] - measured[0]
