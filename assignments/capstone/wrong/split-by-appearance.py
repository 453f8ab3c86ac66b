# ---
# title: Units are numbered as they appear, so a shuffled table is split in another way.
# loses: {test-split-order: 1}
# ---
# %% split-units
def split_units(units: list, shares: dict[str, float], seed: int) -> list[str]:
    texts = [str(unit) for unit in units]
    names = list(dict.fromkeys(texts))
    sizes = [texts.count(name) for name in names]
    if len(names) < len(shares):
        raise ValueError(f"{len(names)} units are too few for {len(shares)} parts")
    lacking = {part: share * len(units) for part, share in shares.items()}
    part_of = {}
    for number, unit in enumerate(np.random.default_rng(seed).permutation(len(names))):
        first = number < len(shares)
        part = list(shares)[number] if first else max(lacking, key=lacking.get)
        part_of[names[unit]] = part
        lacking[part] -= sizes[unit]
    return [part_of[str(unit)] for unit in units]
