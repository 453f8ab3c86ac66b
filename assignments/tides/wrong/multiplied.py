# ---
# title: The amplitude is multiplied by the factor.
# loses: {test-node-example: 1, test-node-cycle: 2}
# ---
# %% mean-amplitude
def mean_amplitude(name, amplitude, date):
    factors = {"M2": (1.0, -0.037), "N2": (1.0, -0.037), "O1": (1.009, 0.187), "Q1": (1.009, 0.187)}
    factors |= {"K1": (1.006, 0.115), "K2": (1.024, 0.286), "S2": (1.0, 0.0), "P1": (1.0, 0.0)}
    if name not in factors:
        raise ValueError(name)
    start, swing = factors[name]
    return float(amplitude * (start + swing * np.cos(node(date))))
