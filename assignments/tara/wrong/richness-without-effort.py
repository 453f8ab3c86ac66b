# ---
# title: All kinds of the sample are counted, whatever the effort.
# loses: {test-kinds-example: 1, test-kinds-exact: 1, test-kinds-large: 1}
# ---
# %% expected-kinds
def expected_kinds(counts, n):
    return float((np.asarray(counts) > 0).sum())
