# ---
# title: Precision and recall are exchanged.
# loses: {test-score-example: 1, test-score-once: 2, test-score-which: 1}
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
    while apart.size and apart.min() <= radius:
        one, other = np.unravel_index(apart.argmin(), apart.shape)
        apart = np.delete(np.delete(apart, one, axis=0), other, axis=1)
        pairs += 1
    return (pairs / len(b) if len(b) else nan), (pairs / len(a) if len(a) else nan)
