# ---
# title: The search for the warmest value starts at 0, so a sea below zero is never found.
# loses:
#   test-swing-polar: 1
# ---
# %% swing
def swing(temperatures: list[float]) -> float:
    warmest, coldest = 0.0, 100.0
    for value in temperatures:
        if value > warmest:
            warmest = value
        if value < coldest:
            coldest = value
    return warmest - coldest
