"""The tests outside against the tests inside: marks, wall time and CPU of a submission, in one run.

    python benchmarks/outside.py                    # the kit's assignments: reference and wrong answers
    python benchmarks/outside.py practice --rounds 3
    python benchmarks/outside.py --write docs/verdict.md

Both ways get the same repaired notebook and take turns, so that what else the machine does falls on both.
CPU is that of this process, the fork servers and everything they forked, per submission. The ways are:

- bare: the same cells, tests included, by exec in a fork of a process that has the libraries; the limit;
- inside: a warm kernel, without walls;
- within: the same fork and walls as outside, with every test in the interpreter of the answers;
- open: tests outside, without walls;
- outside: tests outside, behind the walls that `kit grade` would choose.

Servers and the plan of an assignment are made for the first submission, given apart. Tests outside run the
set-up cells a second time, so the ratio of outside to within is also given without them: their CPU, measured
bare, is taken off twice and once.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import importlib
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

from kit.errors import KitError
from kit.grading.answers import fill_answers, load_answers, reference_answers
from kit.grading.cells import cell_kind
from kit.grading.execution import Stop
from kit.grading.inside.journey import execute_inside
from kit.grading.masters import make_master
from kit.grading.outside.journey import Journey
from kit.grading.outside.planning import Yard, plan_for
from kit.grading.outside.session import execute_outside
from kit.grading.outside.sides import Place, Sides, make_folders
from kit.grading.repair import repair_notebook
from kit.grading.verdict import mark_cells
from kit.kernels import preload_for
from kit.notebooks import read_notebook
from kit.sandbox import choose_tier

REPOSITORY = Path(__file__).parent.parent
WAYS = ("inside", "within", "open", "outside")
MARKS = ("<!-- benchmark: begin -->", "<!-- benchmark: end -->")


def cpu_seconds() -> float:
    """Return the CPU time of this process, of all below it, and of its own server of warm kernels."""
    total = 0.0
    for process in {psutil.Process(), *psutil.Process().children(recursive=True), *_warm_servers()}:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _warm_servers() -> list[psutil.Process]:
    """Return the server that left the family of whoever started it; its folder of sockets tells whose it is."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if OWN in " ".join(process.cmdline()):
                found += [process, *process.children(recursive=True)]
    return found


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


def execute_within(notebook, *, master, cwd, preload, walls):
    """Execute a submission as outside, but with no test outside."""
    yard = Yard(preload=tuple(preload), walls=walls)
    plan = plan_for(master, yard)
    everything = {step.key: "for comparison" for step in plan.steps if step.test}
    with make_folders({}) as (home, tests):
        place = Place(cwd, home, tests, walls, yard.preload)
        sides = Sides(replace(plan, inside=everything), place, limits=yard.limits, stop=Stop())
        return Journey(notebook, sides).run()


def setup_only(notebook):
    """Return a notebook with the set-up cells of another."""
    made = copy.deepcopy(notebook)
    made.cells = [
        cell
        for cell in made.cells
        if cell.cell_type == "code" and cell_kind(cell) in ("plain", "locked")
    ]
    return made


def run_bare(notebook, folder):
    """Execute the code cells in a fork of this process; a cell that fails does not stop the others."""
    pid = os.fork()
    if not pid:
        with contextlib.suppress(BaseException):
            os.chdir(folder)
            null = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(null, number)
            space = {"__name__": "__main__"}
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    with contextlib.suppress(Exception):
                        exec(compile(cell.source, "cell", "exec"), space)
        os._exit(0)
    began = time.perf_counter()
    _pid, _status, usage = os.wait4(pid, 0)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def run(slugs, rounds):
    os.environ["KIT_KERNELS_DIR"] = OWN
    try:
        walls = choose_tier()
    except KitError as error:
        sys.exit(str(error))
    rows, differences = [], []
    for slug in slugs:
        figures = {way: [] for way in ("bare", "set-up", *WAYS)}
        count = 0
        for name, master, notebook in submissions(slug):
            preload = preload_for([master.full])
            for library in preload:
                importlib.import_module(library)
            marks = {}
            for turn in range(rounds + 1):
                for way in WAYS:
                    call = {"inside": execute_inside, "within": execute_within}.get(
                        way, execute_outside
                    )
                    options = {} if way == "inside" else {"master": master}
                    if way in ("within", "outside"):
                        options["walls"] = walls
                    with tempfile.TemporaryDirectory() as folder:
                        done, seconds, cpu = measure(
                            lambda: call(notebook, cwd=Path(folder), preload=preload, **options)  # noqa: B023
                        )
                    found = mark_cells(master.source, master.release, done.notebook)
                    marks[way] = {mark.key: mark.points for mark in found}
                    if turn:
                        figures[way].append((seconds, cpu))
                    else:
                        figures.setdefault(f"{way} first", seconds)
                for kind, chosen in (("bare", notebook), ("set-up", setup_only(notebook))):
                    with tempfile.TemporaryDirectory() as folder:
                        figures[kind].append(run_bare(chosen, folder))
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
        f"Measured on {os.cpu_count()} cores with Python {sys.version.split()[0]}, rounds: {rounds}, "
        f"load average {os.getloadavg()[0]:.0f}.",
        "Medians per submission, in milliseconds.",
        "The machine was shared with other work: compare the ways, and processor time first.",
        "",
        "| assignment | submissions | time: bare | inside | within | open | outside "
        "| CPU: bare | set-up | inside | within | open | outside "
        "| outside to bare | outside to within | without set-up | first outside, with plan, s |",
        "|" + "---|" * 17,
    ]
    for slug, count, figures in rows:
        middle = {
            (way, part): 1000 * statistics.median(one[part] for one in figures[way])
            for way in ("bare", "set-up", *WAYS)
            for part in (0, 1)
        }
        cells = [f"{middle[way, 0]:.0f}" for way in ("bare", *WAYS)]
        cells += [f"{middle[way, 1]:.0f}" for way in ("bare", "set-up", *WAYS)]
        outside, within, setup = (middle[way, 1] for way in ("outside", "within", "set-up"))
        cells += [f"{outside / middle['bare', 1]:.1f}", f"{outside / within:.2f}"]
        cells += [f"{(outside - 2 * setup) / (within - setup):.2f}"]
        cells += [f"{figures['outside first']:.1f}"]
        lines.append(f"| {slug} | {count} | {' | '.join(cells)} |")
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
