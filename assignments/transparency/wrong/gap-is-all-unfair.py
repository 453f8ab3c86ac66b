# ---
# title: The whole gap is blamed on the tool, whatever the base rates are.
# loses:
#   test-gap-visible: 1
#   test-gap-same-tool: 1
#   test-gap-published: 1
# ---
# %% split-gap
def split_gap(first, second) -> tuple[float, float]:
    return 0.0, first[1] / (first[0] + first[1]) - second[1] / (second[0] + second[1])
