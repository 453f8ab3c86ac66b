"""How long a data set takes to open from this machine, its hashes and the check of its meaning included.

Run with:  KIT_DATA_MIRROR=DIR python benchmarks/ocean.py [ROUNDS]

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


def main():
    os.environ["KIT_DATA_OFFLINE"] = "1"
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
