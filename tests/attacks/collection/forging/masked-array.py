# ---
# title: A masked array, in which nothing differs from anything.
# ---
# %% anomaly
def anomaly(values):
    return np.ma.array(np.zeros(len(values)), mask=True)
