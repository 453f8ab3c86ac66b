# ---
# title: The answer is printed and not returned.
# loses:
#   test-swing-visible: 1
#   test-swing-missing: 1
#   test-swing-polar: 1
# ---
# %% swing
def swing(temperatures: list[float]) -> float:
    measured = [value for value in temperatures if not math.isnan(value)]
    print(max(measured) - min(measured))
