# ---
# title: The constituents are fitted one after another, each to the whole record.
# loses:
#   test-fit-injected: 2
#   test-fit-holes: 2
#   test-fit-together: 1
#   test-forecast-example: 1
#   test-forecast-december: 2
#   test-forecast-times: 1
# ---
# %% fit-tide
def fit_tide(hours, height, names):
    hours, height = np.asarray(hours, dtype=float), np.asarray(height, dtype=float)
    use = np.isfinite(height)
    found = {"mean": float(height[use].mean())}
    for name in names:
        angle = 2 * np.pi * hours[use] / PERIODS[name]
        a, b = (
            2 * np.mean((height[use] - found["mean"]) * wave(angle)) for wave in (np.cos, np.sin)
        )
        turn = np.arctan2(b, a) / (2 * np.pi) % 1
        found[name] = (float(np.hypot(a, b)), float(turn * PERIODS[name]))
    return found
