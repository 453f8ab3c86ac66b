"""What walls cost: a small Python process in each tier beside a bare one, in turns, on this machine.

    python benchmarks/sandbox.py [--runs 20] [--json]

A ratio says more than seconds on a machine that does other things as well; the tiers take turns, so that all
of them see the same load.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import kit
from kit.errors import KitError
from kit.sandbox import Limits, run
from kit.sandbox.tiers import TIERS, make_walls, probe_tier

COMMAND = [sys.executable, "-I", "-S", "-c", "import json"]
INNER = """
import os, sys, time
sys.path.append(sys.argv[1])
from kit.sandbox.inner import enter_inner
def fork(work):
    began = time.perf_counter()
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    return time.perf_counter() - began
bare = sorted(fork(lambda: None) for _ in range(30))[15]
inner = sorted(fork(enter_inner) for _ in range(30))[15]
print(bare, inner)
"""


def measure(work) -> tuple[float, float]:
    """Return seconds by the clock, and of processor time of children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu


def measure_inner(tier: str) -> dict[str, float]:
    """Return the median cost of a fork, and of a fork with inner walls, inside outer ones."""
    package = Path(kit.__file__).parent
    done = run(
        [sys.executable, "-I", "-S", "-c", INNER, str(package.parent)],
        walls=make_walls(tier),
        read_only=[package / "__init__.py", package / "sandbox"],
        limits=Limits(wall_seconds=60),
        nested=True,
    )
    bare, inner = map(float, done.stdout.split())
    return {"fork_ms": round(bare * 1000, 2), "fork_with_inner_walls_ms": round(inner * 1000, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tiers = [tier for tier in TIERS if tier == "none" or probe_tier(tier).holds]
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ("bare", *tiers)}
    for _ in range(options.runs):
        taken["bare"].append(measure(lambda: subprocess.run(COMMAND, env={}, check=True)))
        for tier in tiers:
            walls = make_walls(tier)
            taken[tier].append(measure(lambda walls=walls: run(COMMAND, walls=walls)))
    medians = {
        name: [statistics.median(values) for values in zip(*pairs, strict=True)]
        for name, pairs in taken.items()
    }
    result = {
        name: {
            "ms": round(seconds * 1000, 1),
            "ratio": round(seconds / medians["bare"][0], 2),
            "cpu_ms": round(cpu * 1000, 1),
            "cpu_ratio": round(cpu / medians["bare"][1], 2),
        }
        for name, (seconds, cpu) in medians.items()
    }
    for tier in ("bubblewrap", "namespaces"):
        if tier in tiers:
            try:
                result[tier] |= measure_inner(tier)
            except (KitError, ValueError) as error:
                print(f"no inner walls in {tier}: {error}", file=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for name, figures in result.items():
        print(f"{name:12}", "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
