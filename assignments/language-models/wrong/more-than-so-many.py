# ---
# title: The probability is that of more hits, not of so many or more.
# loses:
#   test-planted-visible: 1
#   test-planted-many: 1
# ---
# %% planted-hits
def planted_hits(given, printed, true, chance: float) -> tuple[int, float]:
    given, printed, true = (np.asarray(each) for each in (given, printed, true))
    planted = printed != true
    hits = int(np.sum(given[planted] == printed[planted]))
    return hits, float(stats.binom.sf(hits, int(planted.sum()), chance))
