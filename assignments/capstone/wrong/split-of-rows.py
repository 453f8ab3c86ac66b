# ---
# title: Rows are drawn, and units are torn apart.
# loses: {test-split-whole: 1, test-split-order: 1, test-case-split: 1}
# ---
# %% split-units
def split_units(units, shares, seed):
    if len({str(unit) for unit in units}) < len(shares):
        raise ValueError("too few units")
    parts = [part for part, share in shares.items() for _ in range(round(share * len(units)))]
    parts = (parts + [list(shares)[-1]] * len(units))[: len(units)]
    return [str(part) for part in np.random.default_rng(seed).permutation(parts)]
