"""How long a data set takes to open from this machine, its hashes and the check of its meaning included.

Run with:  KIT_DATA_MIRROR=DIR python benchmarks/ocean.py [ROUNDS]
           KIT_DATA_MIRROR=DIR python benchmarks/ocean.py by-hand

``by-hand`` compares what the lessons compute in a few lines with a library that does it, in value and
time: patterns with eofs (GPL: install it beside the kit for this, the kit does not need it), and tides
with utide, which also finds far more constituents and their errors.

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
        print("patterns: eofs is not installed")
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


def main():
    os.environ["KIT_DATA_OFFLINE"] = "1"
    if sys.argv[1:] == ["by-hand"]:
        compare_patterns()
        compare_tides()
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
