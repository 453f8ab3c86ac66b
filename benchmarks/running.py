"""What the ledger costs: bare papermill against `kit.running`, on cold and on warm kernels.

Run with:  python benchmarks/running.py [ROUNDS]

The three ways take turns, so that a busy machine disturbs all of them alike; medians are printed. The
notebooks are made here: one that only starts and ends a kernel, one of forty quick cells (the most a
lesson has), and one that imports numpy, pandas and pyplot and draws.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
LIBRARIES = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd"
DRAWING = "fig, ax = plt.subplots()\nax.plot(np.arange(100))\nplt.show()"


def notebook_of(sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources], metadata=METADATA)


NOTEBOOKS = {
    "one empty-handed cell": notebook_of(["x = 1"]),
    "forty quick cells": notebook_of([f"x = {number}\nprint(x)" for number in range(40)]),
    "numpy, pandas, a figure": notebook_of([LIBRARIES, DRAWING]),
}


def bare(notebook, folder):
    from papermill import execute_notebook

    execute_notebook(notebook, None, progress_bar=False, cwd=folder)


def cold(notebook, folder):
    from kit.running import run_notebook

    assert run_notebook(notebook, name="benchmark", cwd=folder, warm=False).ledger.ok


def warm(notebook, folder):
    from kit.running import run_notebook

    ledger = run_notebook(notebook, name="benchmark", cwd=folder).ledger
    assert ledger.ok and ledger.warm


def measure(rounds):
    """Return the seconds of each round, by notebook and way."""
    times = {}
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        for name, notebook in NOTEBOOKS.items():
            for way in (bare, cold, warm):
                way(notebook, folder)  # The first one imports papermill, or starts the server.
            for _ in range(rounds):
                for way in (bare, cold, warm):
                    began = time.perf_counter()
                    way(notebook, folder)
                    times.setdefault((name, way.__name__), []).append(time.perf_counter() - began)
    return times


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    times = {key: statistics.median(found) for key, found in measure(rounds).items()}
    print(f"median of {rounds} rounds, seconds     papermill   ledger, cold   ledger, warm")
    for name in NOTEBOOKS:
        base = times[name, "bare"]
        shown = "".join(
            f"{times[name, way]:10.2f} ({times[name, way] / base:4.2f})" for way in ("cold", "warm")
        )
        print(f"{name:<34}{base:10.2f} {shown}")


if __name__ == "__main__":
    main()
