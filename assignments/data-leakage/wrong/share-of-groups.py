# ---
# title: The share counts groups, not rows.
# loses:
#   test-groups-whole: 1
# ---
# %% split-groups
def split_groups(group, share: float, seed: int):
    group = np.asarray(group)
    names = np.random.default_rng(seed).permutation(np.unique(group))
    count = min(int(np.ceil(share * len(names))), len(names) - 1)
    return np.isin(group, names[:count])
