# ---
# title: The length in days is used as if it were hours.
# loses: {test-choose-example: 1, test-choose-astronomy: 2}
# ---
# %% choose
def choose(names, days):
    taken = []
    for name in names:
        if all(days * abs(1 / PERIODS[name] - 1 / PERIODS[other]) >= 1 for other in taken):
            taken.append(name)
    return taken
