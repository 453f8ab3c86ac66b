# ---
# title: Degrees of longitude are as long as those of latitude, and the meridian of Greenwich is a wall.
# loses: {test-score-sphere: 2}
# ---
# %% score-eddies
def score_eddies(found: np.ndarray, reference: np.ndarray, radius: float = 50.0):
    a, b = (np.radians(np.reshape(each, (-1, 2)).astype(float)) for each in (found, reference))
    apart = RADIUS / 1000 * np.hypot(a[:, None, 0] - b[:, 0], a[:, None, 1] - b[:, 1])
    pairs = 0
    while apart.size and apart.min() <= radius:
        one, other = np.unravel_index(apart.argmin(), apart.shape)
        apart = np.delete(np.delete(apart, one, axis=0), other, axis=1)
        pairs += 1
    return (pairs / len(a) if len(a) else nan), (pairs / len(b) if len(b) else nan)
