# ---
# title: Each row is right with the mean accuracy, not with its own confidence.
# loses:
#   test-p-visible: 1
#   test-p-honest: 2
#   test-p-power: 1
# ---
# %% calibration-p
def calibration_p(confidence, right, draws: int, seed: int, bins: int = 15) -> float:
    rng = np.random.default_rng(seed)
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    measured = calibration_error(confidence, right, bins)
    large = 0
    for _ in range(draws):
        drawn = rng.random(len(right)) < right.mean()
        large += calibration_error(confidence, drawn, bins) >= measured - 1e-12
    return float((1 + large) / (1 + draws))
