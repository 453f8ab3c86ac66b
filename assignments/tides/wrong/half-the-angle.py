# ---
# title: The angle comes from arctan, which knows two of the four quarters.
# loses: {test-fit-injected: 2, test-fit-holes: 2, test-forecast-december: 2, test-forecast-times: 1}
# ---
# %% fit-tide
def fit_tide(hours, height, names):
    hours, height = np.asarray(hours, dtype=float), np.asarray(height, dtype=float)
    use = np.isfinite(height)
    angles = [2 * np.pi * hours[use] / PERIODS[name] for name in names]
    waves = [wave(angle) for angle in angles for wave in (np.cos, np.sin)]
    weights = np.linalg.lstsq(
        np.column_stack([np.ones(use.sum()), *waves]), height[use], rcond=None
    )[0]
    found = {"mean": float(weights[0])}
    for name, (a, b) in zip(names, weights[1:].reshape(-1, 2), strict=True):
        turn = np.arctan(b / a) / (2 * np.pi) % 1
        found[name] = (float(np.hypot(a, b)), float(turn * PERIODS[name]))
    return found
