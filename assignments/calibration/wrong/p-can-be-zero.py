# ---
# title: The p-value is the bare share of larger errors, so it can be zero.
# loses:
#   test-p-visible: 1
# ---
# %% calibration-p
def calibration_p(confidence, right, draws: int, seed: int, bins: int = 15) -> float:
    rng = np.random.default_rng(seed)
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    measured = calibration_error(confidence, right, bins)
    large = 0
    for _ in range(draws):
        drawn = rng.random(len(right)) < confidence
        large += calibration_error(confidence, drawn, bins) >= measured - 1e-12
    return float(large / draws)
