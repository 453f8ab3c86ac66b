# ---
# title: The monthly means are taken over the whole record, test years included.
# loses: {test-anomalies-unseen: 2, test-anomalies-normals: 1}
# ---
# %% anomalies
def anomalies(sst, train):
    sst = np.asarray(sst, dtype=float)
    return sst - sst.mean(axis=0)
