# ---
# title: Negative eigenvalues are taken for variance, with their sign left away.
# loses: {test-map-negative: 1}
# ---
# %% principal-coordinates
def principal_coordinates(distance, axes):
    squares = -0.5 * np.asarray(distance, dtype=float) ** 2
    rows = squares.mean(axis=1, keepdims=True)
    size, direction = np.linalg.eigh(squares - rows - rows.T + squares.mean())
    order = np.argsort(-np.abs(size))
    size, direction = np.abs(size)[order], direction[:, order]
    return (direction * np.sqrt(size))[:, :axes], (size / size.sum())[:axes]
