# ---
# title: Only one order is walked, from the first player to the last.
# loses:
#   test-shapley-visible: 1
#   test-shapley-orders: 1
#   test-shapley-council: 1
# ---
# %% shapley-values
def shapley_values(value: dict[tuple, float], n: int) -> np.ndarray:
    worth = [value[tuple(range(player))] for player in range(n + 1)]
    return np.diff(worth).astype(float)
