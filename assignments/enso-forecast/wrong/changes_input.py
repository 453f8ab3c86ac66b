# ---
# title: The function changes the array that it was given.
# loses: {test-anomalies-normals: 1}
# ---
# %% anomalies
def anomalies(sst, train):
    sst -= sst[train].mean(axis=0)
    return sst
