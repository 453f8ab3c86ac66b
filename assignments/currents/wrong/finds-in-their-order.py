# ---
# title: Each find takes the closest eddy that is left, in the order of the finds.
# loses: {test-score-once: 2}
# ---
# %% score-eddies
def score_eddies(found: np.ndarray, reference: np.ndarray, radius: float = 50.0):
    a, b = (np.radians(np.reshape(each, (-1, 2)).astype(float)) for each in (found, reference))
    half = np.sin((a[:, None, 0] - b[None, :, 0]) / 2) ** 2
    half = (
        half + np.cos(a[:, None, 0]) * np.cos(b[:, 0]) * np.sin((a[:, None, 1] - b[:, 1]) / 2) ** 2
    )
    apart = 2 * RADIUS / 1000 * np.arcsin(np.sqrt(np.minimum(half, 1)))
    pairs = 0
    for row in apart:
        if row.size and row.min() <= radius:
            apart[:, row.argmin()] = np.inf
            pairs += 1
    return (pairs / len(a) if len(a) else nan), (pairs / len(b) if len(b) else nan)
