"""The tests outside against the tests inside: marks, wall time and CPU of a submission, in one run.

    python benchmarks/outside.py                    # the kit's assignments: reference and wrong answers
    python benchmarks/outside.py practice --rounds 3
    python benchmarks/outside.py --write docs/verdict.md

Both ways get the same repaired notebook and take turns, so that what else the machine does falls on both.
CPU is that of this process, the fork servers and everything they forked, per submission. Neither way has
walls yet. Servers and the plan of an assignment are made for the first submission, given apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from kit.grading.answers import fill_answers, load_answers, reference_answers
from kit.grading.execution import execute_submission
from kit.grading.masters import make_master
from kit.grading.outside.session import execute_outside
from kit.grading.repair import repair_notebook
from kit.grading.verdict import mark_cells
from kit.kernels import preload_for
from kit.notebooks import read_notebook

REPOSITORY = Path(__file__).parent.parent
MARKS = ("<!-- benchmark: begin -->", "<!-- benchmark: end -->")


def cpu_seconds() -> float:
    """Return the CPU time of this process and of every one of this user's that it or a server of it started."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if process.uids().real == os.getuid() and _ours(process):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            continue
    return total


def _ours(process: psutil.Process) -> bool:
    # The warm server leaves the family of whoever started it; it is this run's by its folder of sockets.
    words = " ".join(process.cmdline())
    return process.pid == os.getpid() or "kit.grading.outside.server" in words or OWN in words


OWN = tempfile.mkdtemp(prefix="kb-", dir="/tmp")


def measure(function):
    began, before = time.perf_counter(), cpu_seconds()
    done = function()
    seconds = time.perf_counter() - began
    # What was killed is counted once it is reaped.
    time.sleep(0.05)
    return done, seconds, cpu_seconds() - before


def submissions(slug):
    source = read_notebook(REPOSITORY / "assignments" / slug / f"{slug}.ipynb")
    master = make_master(source, name=slug)
    reference = reference_answers(source)
    known = {"reference": reference}
    for path in sorted((REPOSITORY / "assignments" / slug / "wrong").glob("*.py")):
        known[path.stem] = load_answers(path, source).over(reference)
    for name, answers in known.items():
        filled = fill_answers(master.release, answers)
        yield (
            name,
            master,
            repair_notebook(filled, master=master.full, release=master.release).notebook,
        )


def run(slugs, rounds):
    os.environ["KIT_KERNELS_DIR"] = OWN
    rows, differences = [], []
    for slug in slugs:
        first, figures = True, {"inside": [], "outside": []}
        count = 0
        for name, master, notebook in submissions(slug):
            preload = preload_for([master.full])
            marks = {}
            for turn in range(rounds + first):
                for way, call in (("inside", execute_submission), ("outside", execute_outside)):
                    options = {"master": master} if way == "outside" else {}
                    with tempfile.TemporaryDirectory() as folder:
                        done, seconds, cpu = measure(
                            lambda: call(notebook, cwd=Path(folder), preload=preload, **options)  # noqa: B023
                        )
                    found = mark_cells(master.source, master.release, done.notebook)
                    marks[way] = {mark.key: mark.points for mark in found}
                    if first and turn == 0:
                        figures[f"{way} first"] = seconds
                    else:
                        figures[way].append((seconds, cpu))
            first = False
            count += 1
            differences += [
                f"{slug}, {name}, {key}: {points} inside, {marks['outside'][key]} outside"
                for key, points in marks["inside"].items()
                if marks["outside"][key] != points
            ]
        rows.append((slug, count, figures))
    return rows, differences


def table(rows, differences, rounds):
    lines = [
        f"Measured on {os.cpu_count()} cores with Python {sys.version.split()[0]}, rounds: {rounds}.",
        "Medians per submission.",
        "The machine was shared with other work, so compare the two ways and not the absolute times.",
        "",
        "| assignment | submissions | inside, ms | outside, ms | inside, CPU ms | outside, CPU ms "
        "| first outside, with plan, s |",
        "|---|---|---|---|---|---|---|",
    ]
    for slug, count, figures in rows:
        cells = [
            f"{1000 * statistics.median(one[part] for one in figures[way]):.0f}"
            for part in (0, 1)
            for way in ("inside", "outside")
        ]
        lines.append(f"| {slug} | {count} | {' | '.join(cells)} | {figures['outside first']:.1f} |")
    lines += ["", f"Marks that differ: {len(differences)}."]
    return "\n".join([*lines, *(f"- {text}" for text in differences)])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "assignments", nargs="*", default=["practice", "error-bars", "enso-forecast"]
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    options = parser.parse_args()
    text = table(*run(options.assignments, options.rounds), options.rounds)
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        before, rest = page.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
