# ---
# title: Rows are drawn, so a group stands on both sides.
# loses:
#   test-groups-visible: 1
#   test-groups-whole: 1
#   test-groups-random: 1
# ---
# %% split-groups
def split_groups(group, share: float, seed: int):
    n = len(group)
    test = np.zeros(n, dtype=bool)
    test[np.random.default_rng(seed).permutation(n)[: int(np.ceil(share * n))]] = True
    return test
