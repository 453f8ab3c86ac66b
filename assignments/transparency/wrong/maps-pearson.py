# ---
# title: Pearson's correlation of the credits is used, not that of their ranks.
# loses:
#   test-sanity-visible: 1
#   test-sanity-ranks: 1
#   test-sanity-rows: 1
# ---
# %% compare-maps
def compare_maps(trained, random) -> tuple[float, float]:
    def mean(first, second):
        return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(first, second, strict=True)]))

    return mean(trained, random), mean(np.abs(trained), np.abs(random))
