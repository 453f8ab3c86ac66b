# ---
# title: A missing value counts like any other, so its place decides what comes out.
# loses:
#   test-swing-missing: 1
# ---
# %% swing
def swing(temperatures: list[float]) -> float:
    return max(temperatures) - min(temperatures)
