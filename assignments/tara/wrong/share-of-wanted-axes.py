# ---
# title: The shares are those among the wanted axes, so one axis always has all.
# loses: {test-map-distances: 2}
# ---
# %% principal-coordinates
def principal_coordinates(distance, axes):
    squares = -0.5 * np.asarray(distance, dtype=float) ** 2
    rows = squares.mean(axis=1, keepdims=True)
    size, direction = np.linalg.eigh(squares - rows - rows.T + squares.mean())
    size, direction = size[::-1][:axes], direction[:, ::-1][:, :axes]
    size = np.where(size > 1e-9 * size[0], size, 0.0)
    return direction * np.sqrt(size), size / size.sum()
