# ---
# title: The share of right answers is put into 1 - (1 - p)**k.
# loses:
#   test-pass-visible: 1
#   test-pass-unbiased: 1
#   test-pass-large: 1
#   test-pass-few: 1
# ---
# %% pass-at-k
def pass_at_k(right, asked, k: int) -> np.ndarray:
    if min(asked) < k:
        raise ValueError(f"each question needs at least {k} answers")
    return 1 - (1 - np.asarray(right) / np.asarray(asked)) ** k
