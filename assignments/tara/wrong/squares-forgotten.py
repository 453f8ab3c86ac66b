# ---
# title: The distances are centred without being squared.
# loses: {test-map-example: 1, test-map-distances: 2, test-map-negative: 1}
# ---
# %% principal-coordinates
def principal_coordinates(distance, axes):
    squares = -0.5 * np.asarray(distance, dtype=float)
    rows = squares.mean(axis=1, keepdims=True)
    size, direction = np.linalg.eigh(squares - rows - rows.T + squares.mean())
    size, direction = size[::-1], direction[:, ::-1]
    size = np.where(size > 1e-9 * size[0], size, 0.0)
    return (direction * np.sqrt(size))[:, :axes], (size / size.sum())[:axes]
