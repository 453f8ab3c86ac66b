# ---
# title: The smooth sea is not taken away.
# loses: {test-hills-land: 1, test-hills-places: 2}
# ---
# %% find-hills
def find_hills(
    height: np.ndarray,
    latitude: np.ndarray,
    longitude: np.ndarray,
    sigma: float,
    window: int,
    least: float,
):
    known = np.isfinite(height)
    bumps = np.where(known, height, -np.inf)
    top = (bumps == ndimage.maximum_filter(bumps, window)) & (bumps > least)
    row, column = np.nonzero(top)
    return np.column_stack([np.asarray(latitude)[row], np.asarray(longitude)[column]])
