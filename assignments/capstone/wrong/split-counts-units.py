# ---
# title: The shares count units, so one large unit fills a small part.
# loses: {test-split-shares: 1}
# ---
# %% split-units
def split_units(units: list, shares: dict[str, float], seed: int) -> list[str]:
    names = np.unique([str(unit) for unit in units])
    if len(names) < len(shares):
        raise ValueError(f"{len(names)} units are too few for {len(shares)} parts")
    lacking = {part: share * len(names) for part, share in shares.items()}
    part_of = {}
    for number, unit in enumerate(np.random.default_rng(seed).permutation(len(names))):
        first = number < len(shares)
        part = list(shares)[number] if first else max(lacking, key=lacking.get)
        part_of[names[unit]] = part
        lacking[part] -= 1
    return [part_of[str(unit)] for unit in units]
