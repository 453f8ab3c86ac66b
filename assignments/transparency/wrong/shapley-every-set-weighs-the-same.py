# ---
# title: All sets have the same weight, one of two to the power n - 1.
# loses:
#   test-shapley-orders: 1
#   test-shapley-council: 1
# ---
# %% shapley-values
def shapley_values(value: dict[tuple, float], n: int) -> np.ndarray:
    credit = np.zeros(n)
    for player in range(n):
        others = [other for other in range(n) if other != player]
        for size in range(n):
            for before in combinations(others, size):
                after = tuple(sorted((*before, player)))
                credit[player] += (value[after] - value[before]) / 2 ** (n - 1)
    return credit
