"""Grading a class with the kit, with `nbgrader autograde` and with otter-grader, in one run with equal marks.

    python benchmarks/grading.py --nbgrader NBGRADER_PYTHON --otter OTTER_PYTHON --write docs/attacks.md
    python benchmarks/grading.py --sizes 60,600,6000

Two small assignments: one with numpy only, one with torch and scikit-learn. Every submission differs from every
other, half of them are wrong. The kit grades behind its walls, with tests outside, and writes the gradebook.
Time for a submission is that of a command for many less that of a command for few, so starting it is left out;
otter-grader starts anew for each. *Bare cells* is the least that there can be: the cells of the reference
solution in a fork that has the libraries. CPU is that of the command and of everything that it waited for.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

MARKS = ("<!-- speed: begin -->", "<!-- speed: end -->")
SLUG = "work"

LIGHT = {
    "setup": "import numpy as np\n\nvalues = np.linspace(0.0, 1.0, 1000)",
    "answers": {
        "scaled": "def scaled(x, factor):\n    return np.asarray(x) * factor",
        "spread": "def spread(x):\n    return float(np.max(x) - np.min(x))",
        "middle": "def middle(x):\n    return float(np.median(x))",
    },
    "tests": {
        "scaled": "assert np.allclose(scaled([1, 2], 3), [3, 6])\nassert scaled(values, 2).shape == (1000,)",
        "spread": "assert spread([3, 9, 5]) == 6\nassert abs(spread(values) - 1) < 1e-12",
        "middle": "assert middle([5, 1, 3]) == 3",
    },
    "wrong": "def spread(x):\n    return 0.0",
    "preload": "numpy",
}
TORCH = {
    "setup": (
        "import numpy as np\nimport torch\nfrom sklearn.linear_model import LogisticRegression\n\n"
        "rng = np.random.default_rng(7)\nX = rng.normal(size=(200, 4))\ny = (X[:, 0] + X[:, 1] > 0).astype(int)"
    ),
    "answers": {
        "fit": "def fit(X, y):\n    return LogisticRegression().fit(X, y)",
        "softmax": (
            "def softmax(x):\n    x = torch.as_tensor(x)\n"
            "    e = torch.exp(x - x.max())\n    return e / e.sum()"
        ),
        "accuracy": "def accuracy(a, b):\n    return float(np.mean(np.asarray(a) == np.asarray(b)))",
    },
    "tests": {
        "fit": "predicted = fit(X[:150], y[:150]).predict(X[150:])\nassert (predicted == y[150:]).mean() > 0.8",
        "softmax": (
            "p = softmax(torch.tensor([1.0, 2.0, 3.0]))\nassert torch.allclose(p.sum(), torch.tensor(1.0))\n"
            "assert torch.argmax(p).item() == 2"
        ),
        "accuracy": "assert accuracy([1, 0, 1, 1], [1, 1, 1, 1]) == 0.75",
    },
    "wrong": "def accuracy(a, b):\n    return 1.0",
    "preload": "torch, sklearn.linear_model, numpy",
}  # fmt: skip
ASSIGNMENTS = {"numpy": LIGHT, "torch and scikit-learn": TORCH}


def code(key, text, *, grade=False, solution=False):
    facts = {"grade_id": key, "grade": grade, "solution": solution, "locked": not solution}
    facts |= {"schema_version": 3, "task": False} | ({"points": 1} if grade else {})
    cell = new_code_cell(text, metadata={"nbgrader": facts})
    cell["id"] = key
    return cell


def make_notebook(work, answers, *, source=False):
    cells = [code("setup", work["setup"])]
    for name in work["answers"]:
        text = answers[name]
        text = f"### BEGIN SOLUTION\n{text}\n### END SOLUTION" if source else text
        cells.append(code(name, text, solution=True))
        test = f"# Hidden.\n### BEGIN HIDDEN TESTS\n{work['tests'][name]}\n### END HIDDEN TESTS"
        cells.append(code(f"test-{name}", test if source else "# Hidden.", grade=True))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def answers_of(work, number):
    answers = {name: f"{text}\n# {number}" for name, text in work["answers"].items()}
    if number % 2:
        wrong = work["wrong"]
        answers[wrong.split("(")[0].removeprefix("def ")] = f"{wrong}\n# {number}"
    return answers


def make_course(root, work, count):
    source = root / "source" / SLUG
    source.mkdir(parents=True)
    nbformat.write(make_notebook(work, work["answers"], source=True), source / f"{SLUG}.ipynb")
    for number in range(count):
        folder = root / "submitted" / f"s{number:05}" / SLUG
        folder.mkdir(parents=True)
        nbformat.write(make_notebook(work, answers_of(work, number)), folder / f"{SLUG}.ipynb")


def run(words, cwd, **more):
    """Run a command; return wall seconds, CPU seconds, and the largest memory of its own process in MB."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "KIT_LANG": "en", **more}
    environment["PATH"] = f"{Path(words[0]).parent}:{environment['PATH']}"
    began = time.perf_counter()
    with (Path(cwd) / "log").open("w") as log:
        process = subprocess.Popen(words, cwd=cwd, env=environment, stdout=log, stderr=log)
        most = 0
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            with contextlib.suppress(psutil.Error):
                most = max(most, psutil.Process(process.pid).memory_info().rss)
            time.sleep(0.02)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words}: {(Path(cwd) / 'log').read_text()[-2000:]}")
    return seconds, used.ru_utime + used.ru_stime, most / 1e6


def kit_marks(root):
    folder = root / ".kit" / "results" / SLUG
    return {
        path.stem: json.loads(path.read_text())["score"] for path in sorted(folder.glob("*.json"))
    }


def grade_with_kit(root, *options):
    words = [
        sys.executable,
        "-m",
        "kit",
        "grade",
        SLUG,
        "--course",
        str(root),
        "--jobs",
        "2",
        *options,
    ]
    return run(words, root)


def grade_with_nbgrader(python, work, count):
    """Return seconds and CPU for each submission, starting the command left out, and the marks."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_course(root, work, count + 1)
        (root / "nbgrader_config.py").write_text("c = get_config()\n")
        run([str(python), "-m", "nbgrader", "generate_assignment", SLUG], root)
        hidden = root / "later"
        hidden.mkdir()
        for student in sorted((root / "submitted").iterdir())[1:]:
            shutil.move(student, hidden / student.name)
        first = run([str(python), "-m", "nbgrader", "autograde", SLUG], root)
        for student in hidden.iterdir():
            shutil.move(student, root / "submitted" / student.name)
        rest = run([str(python), "-m", "nbgrader", "autograde", SLUG], root)
        script = (
            "import json, sys\nfrom nbgrader.api import Gradebook\n"
            f"with Gradebook('sqlite:///{root}/gradebook.db') as book:\n"
            f"    print(json.dumps({{s.student.id: s.score for s in book.assignment_submissions('{SLUG}')}}))"
        )
        out = subprocess.run(
            [str(python), "-c", script], capture_output=True, text=True, check=True
        )
        empty = run([str(python), "-m", "nbgrader", "autograde", SLUG], root)
        parts = [(rest[part] - empty[part]) / count for part in (0, 1)]
        return parts, first[0], json.loads(out.stdout.splitlines()[-1])


def grade_with_otter(python, work, count):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "tests").mkdir()
        for name, test in work["tests"].items():
            body = "\n".join(f"    {line}" for line in test.split("\n"))
            known = (*work["answers"], "np", "torch", "values", "X", "y")
            used = [word for word in known if word in re.findall(r"\w+", test)]
            (root / "tests" / f"{name}.py").write_text(
                f"OK_FORMAT = False\nfrom otter.test_files import test_case\nname = {name!r}\npoints = 1\n\n"
                f"@test_case()\ndef test_it({', '.join(used)}):\n{body}\n"
            )
        otter = str(Path(python).parent / "otter")
        run([otter, "generate", "-t", "tests", "--no-environment", "-o", "a.zip"], root)
        spent, marks = [], {}
        for number in range(count):
            nbformat.write(make_notebook(work, answers_of(work, number)), root / "one.ipynb")
            (root / "out").mkdir(exist_ok=True)
            spent.append(run([otter, "run", "-a", "a.zip", "-o", "out", "one.ipynb"], root))
            found = json.loads((root / "out" / "results.json").read_text())["tests"]
            marks[f"s{number:05}"] = float(sum(test.get("score") or 0 for test in found))
        return [statistics.median(one[part] for one in spent) for part in (0, 1)], marks


BARE = """
import os, sys, time, json
for name in {preload!r}.split(", "):
    __import__(name)
cells = json.loads(sys.stdin.read())
setup, rest = [], []
for _ in range(12):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        space = {{}}
        began = time.process_time()
        exec(compile(cells[0], "x", "exec"), space)
        middle = time.process_time()
        for cell in cells[1:]:
            exec(compile(cell, "x", "exec"), space)
        os.write(writing, json.dumps([middle - began, time.process_time() - middle]).encode())
        os._exit(0)
    os.close(writing)
    one = json.loads(os.read(reading, 1000))
    os.close(reading)
    os.waitpid(child, 0)
    setup.append(one[0]); rest.append(one[1])
print(json.dumps([sorted(setup)[6], sorted(rest)[6]]))
"""


def bare_cells(work):
    """Return the CPU seconds of the set-up cells, and of answers and tests, in a fork with the libraries."""
    cells = [work["setup"]]
    for name, text in work["answers"].items():
        cells += [text, work["tests"][name]]
    done = subprocess.run(
        [sys.executable, "-c", BARE.format(preload=work["preload"])],
        input=json.dumps(cells), capture_output=True, text=True, check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    return json.loads(done.stdout)


def measure(options):
    few = options.few
    lines = [
        f"Measured on {datetime.date.today():%Y-%m-%d} with {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; load of the machine before: "
        f"{os.getloadavg()[0]:.1f}, so read the ratios and not the seconds. "
        f"Submissions: {options.many} for the kit, {few} for the others.",
        "",
        "| assignment | what | wall for each, s | CPU for each, s | times the kit's wall | times its CPU |",
        "|---|---|---|---|---|---|",
    ]
    notes = []
    for title, work in ASSIGNMENTS.items():
        if options.only not in title:
            continue
        with tempfile.TemporaryDirectory() as folder:
            small, large = Path(folder) / "small", Path(folder) / "large"
            make_course(small, work, 2)
            make_course(large, work, 2 + options.many)
            start = grade_with_kit(small)
            whole = grade_with_kit(large)
            kit = [(whole[part] - start[part]) / options.many for part in (0, 1)]
            marks = kit_marks(large)
            first = json.loads(next((large / ".kit/results" / SLUG).glob("*.json")).read_text())
        bare = bare_cells(work)
        rows = [("kit", kit)]
        if options.nbgrader:
            spent, _first, theirs = grade_with_nbgrader(options.nbgrader, work, few)
            rows.append(("`nbgrader autograde`", spent))
            notes.append(equal(f"{title}: marks of nbgrader", theirs, marks))
        if options.otter and has_libraries(options.otter, work):
            spent, theirs = grade_with_otter(options.otter, work, few)
            rows.append(("`otter run`", spent))
            notes.append(equal(f"{title}: marks of otter-grader", theirs, marks))
        for name, (wall, cpu) in rows:
            lines.append(
                f"| {title} | {name} | {wall:.3f} | {cpu:.3f} | {wall / kit[0]:.1f} | {cpu / kit[1]:.1f} |"
            )
        lines.append(
            f"| {title} | bare cells in a fork | | {sum(bare):.4f} (set-up {bare[0]:.4f}) | "
            f"| {sum(bare) / kit[1]:.2f} |"
        )
        notes.append(
            f"{title}: the kit takes {kit[1] / sum(bare):.1f} times the CPU of the bare cells; starting the "
            f"command, the servers and the run of the reference take {start[0]:.1f} s once. Walls: "
            f"`{first['evidence']['walls']}`, verdict: {first['evidence']['verdict']}."
        )
    lines += ["", *(f"- {note}" for note in notes), ""]
    return [*lines, *measure_sizes(options)]


def has_libraries(python, work):
    done = subprocess.run(
        [str(python), "-c", f"import {work['preload']}"], capture_output=True, check=False
    )
    return done.returncode == 0


def equal(title, theirs, ours):
    differ = [student for student in theirs if theirs[student] != ours.get(student)]
    return f"{title} and of the kit: {len(theirs)} compared, {len(differ)} differ."


def measure_sizes(options):
    lines = [
        "| submissions (numpy) | wall for each, s | CPU for each, s | memory of the coordinator, MB "
        "| again, nothing changed, s |",
        "|---|---|---|---|---|",
    ]
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make_course(root, LIGHT, size)
            wall, cpu, memory = grade_with_kit(root)
            again = min(grade_with_kit(root)[0] for _ in range(3))
            lines.append(
                f"| {size} | {wall / size:.3f} | {cpu / size:.3f} | {memory:.0f} | {again:.2f} |"
            )
    if options.cluster:
        lines += ["", measure_cluster(options.cluster)]
    return lines


def measure_cluster(size):
    """Compare handing out through a Dask cluster of one worker with a pool of one process."""
    dask = str(Path(sys.executable).parent / "dask")
    with tempfile.TemporaryDirectory() as folder:
        address = f"tcp://127.0.0.1:{free_port()}"
        started = [
            subprocess.Popen([dask, "scheduler", "--host", address, "--no-dashboard"], cwd=folder)
        ]
        started.append(
            subprocess.Popen(
                [dask, "worker", address, "--nworkers", "1", "--nthreads", "2", "--no-dashboard"],
                cwd=folder,
            )
        )
        spent = {}
        try:
            for name, more in (("pool", ()), ("dask", ("--cluster", address))):
                root = Path(folder) / name
                make_course(root, LIGHT, size)
                # Plans and servers are made for the first one.
                grade_with_kit(root, "--student", "s00000", *more)
                spent[name] = grade_with_kit(root, *more)[0]
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(20)
    more = 1000 * (spent["dask"] - spent["pool"]) / (size - 1)
    return (
        f"Dask, {size} submissions, one worker with two threads against two jobs here: "
        f"{spent['dask']:.1f} s against {spent['pool']:.1f} s, that is {more:.0f} ms more for each. "
        "What it gains on more machines can not be measured on one."
    )


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--nbgrader", type=Path, help="a Python with nbgrader, torch and scikit-learn"
    )
    parser.add_argument(
        "--otter", type=Path, help="a Python with otter-grader, torch and scikit-learn"
    )
    parser.add_argument("--few", type=int, default=6, help="submissions for the others")
    parser.add_argument("--only", default="", help="assignments whose title contains this")
    parser.add_argument("--many", type=int, default=40, help="submissions for the kit")
    parser.add_argument(
        "--sizes", type=lambda text: [int(n) for n in text.split(",") if n], default=[60, 600]
    )
    parser.add_argument("--cluster", type=int, default=0, help="submissions through Dask")
    parser.add_argument("--write", type=Path, help="put the tables between the marks of this file")
    options = parser.parse_args()
    for name in ("nbgrader", "otter"):
        if getattr(options, name):
            setattr(options, name, getattr(options, name).absolute())
    lines = measure(options)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines += [
        "",
        f"The run took {used.ru_utime + used.ru_stime:.0f} s of CPU; load after it: {os.getloadavg()[0]:.1f}.",
    ]
    text = "\n".join(lines)
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        before, rest = page.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
