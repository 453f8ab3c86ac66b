# ---
# title: The two losses get error bars of their own, as if on different rows.
# loses:
#   test-losses-visible: 1
#   test-losses-counts: 2
# ---
# %% compare-losses
def compare_losses(a_before, a_after, b_before, b_after) -> tuple[float, float]:
    values = (np.asarray(v, dtype=float) for v in (a_before, a_after, b_before, b_after))
    first, second, third, fourth = values
    loss_a, loss_b = first - second, third - fourth
    se = np.hypot(loss_a.std(ddof=1), loss_b.std(ddof=1)) / np.sqrt(len(loss_a))
    return float(loss_a.mean() - loss_b.mean()), float(se)
