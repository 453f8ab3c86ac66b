# ---
# title: The animals are put back after each draw.
# loses: {test-kinds-example: 1, test-kinds-exact: 1, test-kinds-large: 1}
# ---
# %% expected-kinds
def expected_kinds(counts, n):
    counts = np.asarray(counts, dtype=float)
    if n > counts.sum():
        return nan
    return float(np.sum(1 - (1 - counts / counts.sum()) ** n))
