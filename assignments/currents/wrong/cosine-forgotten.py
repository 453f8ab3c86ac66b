# ---
# title: A degree of longitude is as wide at every latitude.
# loses: {test-currents-metres: 2}
# ---
# %% geostrophic-currents
def geostrophic_currents(height: np.ndarray, latitude: np.ndarray, longitude: np.ndarray):
    height = np.asarray(height, dtype=float)
    row = np.radians(latitude)[:, None]
    north, east = (
        RADIUS * np.radians(latitude[1] - latitude[0]),
        np.radians(longitude[1] - longitude[0]),
    )
    slope_y, slope_x = np.full(height.shape, nan), np.full(height.shape, nan)
    slope_y[1:-1] = (height[2:] - height[:-2]) / (2 * north)
    slope_x[:, 1:-1] = height[:, 2:] - height[:, :-2]
    if np.isclose(len(longitude) * (longitude[1] - longitude[0]), 360):
        slope_x = np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)
    slope_x = slope_x / (2 * RADIUS * east)
    f = np.where(np.abs(row) < np.radians(5), nan, 2 * ROTATION * np.sin(row))
    f = f + 0 * height
    return -GRAVITY / f * slope_y, GRAVITY / f * slope_x
