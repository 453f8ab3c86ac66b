# ---
# title: The factor of M2 is used for every constituent of the Moon.
# loses: {test-node-cycle: 2}
# ---
# %% mean-amplitude
def mean_amplitude(name, amplitude, date):
    if name not in PERIODS:
        raise ValueError(name)
    swing = 0.0 if name in ("S2", "P1") else -0.037
    return float(amplitude / (1 + swing * np.cos(node(date))))
