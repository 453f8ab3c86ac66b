# ---
# title: All rows are thrown together into one correlation.
# loses:
#   test-sanity-rows: 1
# ---
# %% compare-maps
def compare_maps(trained, random) -> tuple[float, float]:
    first, second = np.ravel(trained), np.ravel(random)
    signed = stats.spearmanr(first, second).statistic
    return float(signed), float(stats.spearmanr(abs(first), abs(second)).statistic)
