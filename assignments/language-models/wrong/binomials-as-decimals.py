# ---
# title: The binomial coefficients are decimal numbers, which overflow.
# loses:
#   test-pass-large: 1
# ---
# %% pass-at-k
def pass_at_k(right, asked, k: int) -> np.ndarray:
    if min(asked) < k:
        raise ValueError(f"each question needs at least {k} answers")
    from scipy import special

    right, asked = np.asarray(right), np.asarray(asked)
    with np.errstate(all="ignore"):
        return 1 - special.comb(asked - right, k) / special.comb(asked, k)
