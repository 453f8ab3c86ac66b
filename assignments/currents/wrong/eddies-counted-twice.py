# ---
# title: Each find near an eddy counts, so one eddy can be found many times.
# loses: {test-score-example: 1, test-score-once: 2}
# ---
# %% score-eddies
def score_eddies(found: np.ndarray, reference: np.ndarray, radius: float = 50.0):
    a, b = (np.radians(np.reshape(each, (-1, 2)).astype(float)) for each in (found, reference))
    half = np.sin((a[:, None, 0] - b[None, :, 0]) / 2) ** 2
    half = (
        half + np.cos(a[:, None, 0]) * np.cos(b[:, 0]) * np.sin((a[:, None, 1] - b[:, 1]) / 2) ** 2
    )
    apart = 2 * RADIUS / 1000 * np.arcsin(np.sqrt(np.minimum(half, 1)))
    near = apart <= radius
    precision = near.any(axis=1).mean() if len(a) else nan
    return precision, near.any(axis=0).mean() if len(b) else nan
