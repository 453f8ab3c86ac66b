# ---
# title: "The seed is ignored: the same groups are always tested."
# loses:
#   test-groups-random: 1
# ---
# %% split-groups
def split_groups(group, share: float, seed: int):
    group = np.asarray(group)
    test = np.zeros(len(group), dtype=bool)
    for name in np.unique(group)[:-1]:
        if test.sum() >= share * len(group):
            break
        test |= group == name
    return test
