# ---
# title: Missing heights are set to zero.
# loses: {test-fit-holes: 2}
# ---
# %% fit-tide
def fit_tide(hours, height, names):
    hours, height = np.asarray(hours, dtype=float), np.nan_to_num(np.asarray(height, dtype=float))
    angles = [2 * np.pi * hours / PERIODS[name] for name in names]
    waves = [wave(angle) for angle in angles for wave in (np.cos, np.sin)]
    weights = np.linalg.lstsq(np.column_stack([np.ones(hours.size), *waves]), height, rcond=None)[0]
    found = {"mean": float(weights[0])}
    for name, (a, b) in zip(names, weights[1:].reshape(-1, 2), strict=True):
        turn = np.arctan2(b, a) / (2 * np.pi) % 1
        found[name] = (float(np.hypot(a, b)), float(turn * PERIODS[name]))
    return found
