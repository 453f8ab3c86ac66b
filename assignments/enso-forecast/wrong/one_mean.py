# ---
# title: One mean is subtracted from all months, so the seasons stay in.
# loses: {test-anomalies-example: 1, test-anomalies-normals: 1}
# ---
# %% anomalies
def anomalies(sst, train):
    sst, train = np.asarray(sst, dtype=float), np.asarray(train, dtype=bool)
    return sst - sst[train].mean()
