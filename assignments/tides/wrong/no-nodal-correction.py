# ---
# title: The amplitude of the year is taken for the mean.
# loses: {test-node-example: 1, test-node-cycle: 2}
# ---
# %% mean-amplitude
def mean_amplitude(name, amplitude, date):
    if name not in PERIODS:
        raise ValueError(name)
    return float(amplitude)
