# ---
# title: Land counts as zero in the smooth sea, so a coast makes hills.
# loses: {test-hills-land: 1}
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
    smooth = ndimage.gaussian_filter(np.where(known, height, 0.0), sigma, mode="nearest")
    bumps = np.where(known, height - smooth, -np.inf)
    top = (bumps == ndimage.maximum_filter(bumps, window)) & (bumps > least)
    row, column = np.nonzero(top)
    return np.column_stack([np.asarray(latitude)[row], np.asarray(longitude)[column]])
