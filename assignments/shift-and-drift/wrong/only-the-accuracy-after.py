# ---
# title: Only the accuracies after the change are compared.
# loses:
#   test-losses-symmetry: 1
# ---
# %% compare-losses
def compare_losses(a_before, a_after, b_before, b_after) -> tuple[float, float]:
    values = (np.asarray(v, dtype=float) for v in (a_before, a_after, b_before, b_after))
    _, second, _, fourth = values
    extra = fourth - second
    return float(extra.mean()), float(extra.std(ddof=1) / np.sqrt(len(extra)))
