# ---
# title: Each name is held against the last one that was taken only.
# loses: {test-choose-astronomy: 2}
# ---
# %% choose
def choose(names, days):
    taken = []
    for name in names:
        if not taken or days * 24 * abs(1 / PERIODS[name] - 1 / PERIODS[taken[-1]]) >= 1:
            taken.append(name)
    return taken
