# ---
# title: With fewer than k answers, all of them are taken.
# loses:
#   test-pass-few: 1
# ---
# %% pass-at-k
def pass_at_k(right, asked, k: int) -> np.ndarray:
    pairs = [(int(c), int(n), min(k, int(n))) for c, n in zip(right, asked, strict=True)]
    return np.array(
        [float(1 - Fraction(math.comb(n - c, m), math.comb(n, m))) for c, n, m in pairs]
    )
