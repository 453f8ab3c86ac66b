# ---
# title: The difference is B minus A.
# loses:
#   test-losses-visible: 1
#   test-losses-counts: 2
#   test-losses-symmetry: 1
# ---
# %% compare-losses
def compare_losses(a_before, a_after, b_before, b_after) -> tuple[float, float]:
    values = (np.asarray(v, dtype=float) for v in (a_before, a_after, b_before, b_after))
    first, second, third, fourth = values
    extra = (third - fourth) - (first - second)
    return float(extra.mean()), float(extra.std(ddof=1) / np.sqrt(len(extra)))
