# ---
# title: Every constituent is taken, however short the record is.
# loses: {test-choose-example: 1, test-choose-astronomy: 2}
# ---
# %% choose
def choose(names, days):
    return list(names)
