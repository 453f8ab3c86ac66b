"""How long a data set takes to open from this machine, its hashes and the check of its meaning included.

Run with:  KIT_DATA_MIRROR=DIR python benchmarks/ocean.py [ROUNDS]
           KIT_DATA_MIRROR=DIR python benchmarks/ocean.py by-hand

``by-hand`` compares what the lessons compute in a few lines with a library that does it, in value and
time: patterns with eofs (GPL), tides with utide, which also finds far more constituents and their errors,
currents with gsw (section by section) and with MetPy, and the mixed layer with holteandtalley. The kit
needs neither eofs nor MetPy nor holteandtalley: install them beside it for this. What is not there is said.

Medians of ROUNDS (default 7) in one process that has opened one data set before, since the first one also
imports the libraries; that first time is printed too, from a process of its own. A data set without a copy
is left out, and the exit code is 1 if there is none or if one takes longer than the limit.
"""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import time

LIMIT_SECONDS = 0.5
FIRST = """
import time
began = time.perf_counter()
from kit import ocean
ocean.open("enso-indices")
print(time.perf_counter() - began)
"""


def measure(entry, rounds):
    """Return the median seconds of opening one data set, of its hashes alone, and of its twin."""
    from kit import ocean
    from kit.ocean import store

    def seconds(action):
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                action()
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    return (
        seconds(lambda: ocean.open(entry.name)),
        seconds(lambda: store.find_local(entry)),
        seconds(lambda: ocean.open(entry.name, simulate=True)),
    )


def timed(action, rounds=5):
    """Return the result of an action and its median seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - began)
    return result, statistics.median(times)


def compare_patterns():
    """Print shares of variance by SVD and by eofs, and how long each takes."""
    import numpy as np

    from kit import ocean

    field = ocean.open("sst-winter-pacific").sst
    weight = np.sqrt(np.cos(np.radians(field.latitude.values)))[:, np.newaxis]

    def by_hand():
        anomaly = (field.values - field.values.mean(axis=0)) * weight
        sea = np.isfinite(anomaly).all(axis=0)
        size = np.linalg.svd(anomaly[:, sea], full_matrices=False)[1]
        return size**2 / np.sum(size**2)

    ours, seconds = timed(by_hand)
    try:
        from eofs.standard import Eof
    except ImportError:
        print("patterns: eofs is not installed (pip install eofs)")
        return
    theirs, library = timed(lambda: Eof(field.values, weights=weight).varianceFraction())
    off = float(np.abs(ours[: len(theirs)] - theirs[: len(ours)]).max())
    print(f"patterns: largest difference {off:.1e}; by hand {seconds:.4f} s, eofs {library:.4f} s")


def compare_tides():
    """Print the amplitude of M2 without and with nodal correction, beside that of utide."""
    import numpy as np
    import utide

    from kit import ocean

    gauge = ocean.open("tides-halifax")
    height, hours = gauge.sea_level.values, np.arange(gauge.sizes["time"])
    periods = [12.4206012, 12.0, 12.65834751, 11.96723606, 23.93447213, 25.81933871, 24.06588766]

    def by_hand():
        waves = [wave(2 * np.pi * hours / p) for p in periods for wave in (np.cos, np.sin)]
        columns = np.column_stack([np.ones(hours.size), *waves])
        return np.hypot(*np.linalg.lstsq(columns, height, rcond=None)[0][1:3])

    options = {"lat": gauge.attrs["latitude"], "method": "ols", "conf_int": "none"}
    ours, seconds = timed(by_hand)
    theirs, library = timed(
        lambda: utide.solve(gauge.time.values, height, trend=False, verbose=False, **options)
    )
    m2 = float(theirs.A[list(theirs.name).index("M2")])
    node = np.radians(125.0445 + 0.05295377 * 1279.5)  # at 1 July 1996
    print(
        f"tides: M2 by hand {ours:.4f} m, with the nodal factor {ours / (1 - 0.037 * np.cos(node)):.4f} m, "
        f"utide {m2:.4f} m; by hand {seconds:.3f} s, utide ({len(theirs.name)} constituents) {library:.3f} s"
    )


def compare_currents():
    """Print the largest difference of currents from slopes, by hand, by gsw and by MetPy."""
    import gsw
    import numpy as np

    from kit import ocean

    sea = ocean.open("altimetry-global").sel(latitude=slice(-45, -20), longitude=slice(250, 290))
    height = sea.adt.values
    latitude, longitude = (sea[name].values.astype(float) for name in ("latitude", "longitude"))
    # The constants of the library, so that only the method is compared.
    gravity, radius, rotation = 9.80665, 6371000.0, 7.292115e-5
    north = radius * np.radians(latitude[1] - latitude[0])
    east = north * np.cos(np.radians(latitude))[:, np.newaxis]
    coriolis = 2 * rotation * np.sin(np.radians(latitude))[:, np.newaxis]

    def between():
        return gravity / coriolis * np.diff(height, axis=1) / east

    def sections():
        rows = zip(height, latitude, strict=True)
        return [
            gsw.geostrophic_velocity(gravity * row, longitude, np.full(longitude.size, place), p=0)[
                0
            ]
            for row, place in rows
        ]

    ours, seconds = timed(between)
    theirs, library = timed(sections)
    off = float(np.nanmax(np.abs(ours - np.array(theirs))))
    print(
        f"currents between neighbours: largest difference {off:.1e} m/s; by hand "
        f"{1000 * seconds:.2f} ms, gsw (section by section) {1000 * library:.2f} ms"
    )
    try:
        import metpy.calc
        from metpy.units import units
    except ImportError:
        print("currents: MetPy is not installed (pip install metpy)")
        return

    def centred():
        u, v = np.full(height.shape, np.nan), np.full(height.shape, np.nan)
        u[1:-1] = -gravity / coriolis[1:-1] * (height[2:] - height[:-2]) / (2 * north)
        v[:, 1:-1] = gravity / coriolis * (height[:, 2:] - height[:, :-2]) / (2 * east)
        return u, v

    def by_metpy():
        u, v = metpy.calc.geostrophic_wind(
            height * units.m,
            dx=np.broadcast_to(east, (latitude.size, longitude.size - 1)) * units.m,
            dy=np.full((latitude.size - 1, longitude.size), north) * units.m,
            latitude=np.broadcast_to(latitude[:, np.newaxis], height.shape) * units.degrees,
        )
        return u.to("m/s").magnitude, v.to("m/s").magnitude

    ours, seconds = timed(centred)
    theirs, library = timed(by_metpy)
    off = max(float(np.nanmax(np.abs(a - b))) for a, b in zip(ours, theirs, strict=True))
    print(
        f"currents at the points: largest difference {off:.1e} m/s; by hand "
        f"{1000 * seconds:.2f} ms, MetPy {1000 * library:.2f} ms"
    )


def compare_mixed_layer():
    """Print how far the mixed layer of a float is from that of holteandtalley, by the same rule.

    Only its rule of a threshold is used. The whole method of Holte and Talley (2009) stops in this library
    with NumPy 2, which gsw needs.
    """
    import gsw
    import numpy as np

    from kit import ocean

    try:
        from holteandtalley.profile import Profile
    except ImportError:
        print("mixed layer: holteandtalley is not installed (pip install holteandtalley)")
        return
    data = ocean.open("argo-5906072")
    place = float(data.longitude.mean()), float(data.latitude.mean())
    salt = gsw.SA_from_SP(data.PSAL.values, data.PRES.values, *place)
    density = gsw.sigma0(salt, gsw.CT_from_t(salt, data.TEMP.values, data.PRES.values))
    casts = []
    for number in range(data.sizes["profile"]):
        known = np.isfinite(density[number])
        if known.sum() > 50 and data.PRES.values[number][known][0] <= 10:
            pressure = data.PRES.values[number][known].astype(float)
            # The rule begins at the level closest to 10 dbar, as in the library.
            start = int(np.abs(pressure - 10).argmin())
            casts.append((pressure[start:], density[number][known][start:]))

    def by_hand():
        found = []
        for pressure, sigma in casts:
            off = sigma - sigma[0]
            k = int(np.argmax(np.abs(off) > 0.03))
            share = (np.sign(off[k]) * 0.03 - off[k - 1]) / (off[k] - off[k - 1])
            found.append(pressure[k - 1] + (pressure[k] - pressure[k - 1]) * share)
        return np.array(found)

    def by_threshold():
        found = []
        for pressure, sigma in casts:
            cast = Profile()
            cast.pressures, cast.densities = pressure, sigma
            cast.DThreshold = cast.calculateDThreshold()
            found.append(cast.interpolateDThreshold())
        return np.array(found)

    ours, seconds = timed(by_hand)
    theirs, library = timed(by_threshold)
    off = np.abs(ours - theirs).max()
    print(
        f"mixed layer of {len(casts)} profiles, 0.03 kg/m³: largest difference {off:.1e} dbar; by hand "
        f"{1000 * seconds:.2f} ms, holteandtalley {1000 * library:.2f} ms"
    )


def main():
    os.environ["KIT_DATA_OFFLINE"] = "1"
    if sys.argv[1:] == ["by-hand"]:
        compare_patterns()
        compare_tides()
        compare_currents()
        compare_mixed_layer()
        return
    from kit import ocean
    from kit.ocean import store

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    here = [
        entry
        for entry in ocean.load_catalogue().values()
        if len(store.find_local(entry)[0].paths) == len(entry.files)
    ]
    if not here:
        print("no data set here: fetch them with 'kit data fetch --all'")
        sys.exit(1)
    first = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    print(f"the first one, with all imports: {float(first):.2f} s")
    ocean.open(here[0].name)
    print(f"median of {rounds} rounds, seconds    open   hash alone    twin")
    slow = []
    for entry in here:
        opened, hashed, twin = measure(entry, rounds)
        slow += [entry.name] if opened > LIMIT_SECONDS else []
        print(f"{entry.name:<32}{opened:8.3f}{hashed:13.3f}{twin:8.3f}")
    print(f"longer than {LIMIT_SECONDS} s: {', '.join(slow) or 'none'}")
    sys.exit(bool(slow))


if __name__ == "__main__":
    main()
