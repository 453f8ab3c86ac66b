"""How long a mentor waits: the desk and nbgrader's formgrader on one course of 600 submissions, in one run.

Run it with ``python benchmarks/desk.py``; ``--submissions 60`` is quicker. It makes a course with the
assignment error-bars (six questions), grades one submission, and gives its results
to the others. Then it asks both servers for the same pages, and lets Chromium mark forty answers.

Limits: 150 ms a page on the server, 500 ms until the queue is usable, forty key presses for forty answers.
A page is held against its limit by the server's own processor time, which other programs do not change; the
time on the clock stands beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import psutil

os.environ["OMP_NUM_THREADS"] = "1"

from kit.cli import main as kit
from kit.grading.answers import fill_answers, reference_answers
from kit.grading.course import load_course
from kit.grading.release import make_release_version
from kit.grading.results import read_result
from kit.grading.writer import Entry, write_results
from kit.notebooks import find_cell, read_notebook, write_notebook

REPOSITORY = Path(__file__).parents[1]
NAME = "error-bars"
PAGE_LIMIT, QUEUE_LIMIT = 0.150, 0.500
TEXTS = ("B is better.", "B was right 12 points more often, p = 0.01.", "We do not know yet.")
TOKEN = "benchmark"


def make_course(root: Path, count: int) -> None:
    """Make a course in which ``count`` students handed in and were graded."""
    kit(["release", str(REPOSITORY / "assignments" / NAME), "--course", str(root)])
    source = read_notebook(root / "source" / NAME / f"{NAME}.ipynb")
    work = fill_answers(make_release_version(source), reference_answers(source))
    folder = root / "submitted" / "s-000" / NAME
    folder.mkdir(parents=True)
    write_notebook(work, folder / f"{NAME}.ipynb")
    kit(["grade", NAME, "--course", str(root), "--jobs", "1"])
    course = load_course(root)
    pattern = read_result(course.results_folder(NAME) / "s-000.json")
    executed = read_notebook(course.folder("autograded", NAME, "s-000") / f"{NAME}.ipynb")
    entries = []
    for number in range(1, count):
        student = f"s-{number:03}"
        marks = tuple(
            replace(mark, points=0.0) if mark.points and (number + place) % 7 == 0 else mark
            for place, mark in enumerate(pattern.marks)
        )
        score = sum(mark.points or 0.0 for mark in marks)
        result = replace(
            pattern,
            student=student,
            key=f"{pattern.key[:-4]}{number:04}",
            marks=marks,
            score=score,
            repairs=("The test 'x' was missing and was put back.",) if number % 9 == 0 else (),
        )
        (course.results_folder(NAME) / f"{student}.json").write_text(result.to_json())
        find_cell(executed, "claim").source = f"{TEXTS[number % 3]} ({number})"
        write_notebook(executed, course.folder("autograded", NAME, student) / f"{NAME}.ipynb")
        entries.append(Entry(result))
    write_results(course, NAME, entries)
    groups = [f"s-{number:03},{'Paris' if number % 3 else 'Santiago'}" for number in range(count)]
    (root / "groups.csv").write_text("\n".join(["id,group", *groups]) + "\n")


class Times(NamedTuple):
    """Seconds: median and longest on the clock, mean of the server's processor; and bytes."""

    median: float
    longest: float
    used: float
    size: int


@contextmanager
def started(command: list[str], cwd: Path, address: str, token: str) -> Iterator[psutil.Process]:
    """Run a server until the block ends, once it answers."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log)
        try:
            for _attempt in range(600):
                try:
                    fetch(address, token)
                    break
                except OSError:
                    if server.poll() is not None:
                        break
                    time.sleep(0.1)
            else:
                raise TimeoutError(address)
            if server.poll() is not None:
                log.seek(0)
                raise RuntimeError(log.read().decode()[-3000:])
            yield psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(30)


def fetch(address: str, token: str) -> bytes:
    """Return a page."""
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    with closing(urllib.request.urlopen(request, timeout=120)) as answer:
        return bytes(answer.read())


def time_page(server: psutil.Process, address: str, token: str, repeats: int) -> Times:
    """Return what a page takes, the first time included."""
    seconds, size = [], 0
    used = sum(server.cpu_times()[:2])
    for _repeat in range(repeats):
        began = time.perf_counter()
        size = len(fetch(address, token))
        seconds.append(time.perf_counter() - began)
    used = sum(server.cpu_times()[:2]) - used
    return Times(statistics.median(seconds), max(seconds), used / repeats, size)


def free_port() -> int:
    import socket

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure_desk(root: Path, repeats: int, count: int) -> dict[str, Times]:
    port = free_port()
    base = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "kit", "desk", "--course", str(root), "--port", str(port)]
    found: dict[str, Any] = {}
    with started([*command, "--token", TOKEN, "--no-browser"], root, base, TOKEN) as server:
        claim = f"a/{NAME}/q/{NAME}/claim"
        some = f"s-{count // 2:03}"
        for title, path in {
            "courses": "",
            "queue": f"a/{NAME}/",
            "queue, last page": f"a/{NAME}/?page=99",
            "queue, filtered": f"a/{NAME}/?reason=repaired",
            "written answer": f"{claim}/s/{some}",
            "answer in code": f"a/{NAME}/q/{NAME}/clustered-interval/s/{some}",
            "whole submission": f"a/{NAME}/s/{some}",
            "class": f"a/{NAME}/class",
            "appeals": f"a/{NAME}/appeals",
            "feedback": f"a/{NAME}/feedback",
            "preview of feedback": f"a/{NAME}/s/{some}/preview",
            "second marking": f"{claim}/second",
        }.items():
            found[title] = time_page(server, base + path, TOKEN, repeats)
        found |= measure_browser(base)
    return found


def measure_browser(base: str) -> dict[str, Times]:
    """Let Chromium open the queue, and mark forty answers with forty key presses."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-quic"]
        )
        tab = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
        tab.goto(f"{base}?token={TOKEN}")
        queue = []
        for _repeat in range(7):
            began = time.perf_counter()
            tab.goto(f"{base}a/{NAME}/", wait_until="commit")
            tab.locator("html[data-ready]").wait_for()
            queue.append(time.perf_counter() - began)
        tab.keyboard.press("m")
        tab.wait_for_url("**/s/*")
        tab.locator("html[data-ready]").wait_for()
        presses = []
        for number in range(40):
            before = tab.get_attribute("[data-place]", "data-student")
            began = time.perf_counter()
            tab.keyboard.press(str(number % 4))
            tab.wait_for_function(
                "before => document.querySelector('[data-place]')?.dataset.student !== before",
                arg=before,
            )
            presses.append(time.perf_counter() - began)
        browser.close()
    return {
        "queue in Chromium": Times(statistics.median(queue), max(queue), 0.0, 0),
        "key press to next answer": Times(statistics.median(presses), max(presses), 0.0, 0),
    }


def measure_formgrader(root: Path, repeats: int, count: int) -> dict[str, Times]:
    """Ask nbgrader's formgrader for what a mentor sees there instead."""
    port = free_port()
    base = f"http://127.0.0.1:{port}/"
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.root = {str(root)!r}\n"
        'c.FormgradeApp.authenticator_class = "nbgrader.auth.NoAuthPlugin"\n'
    )
    command = [
        sys.executable,
        "-m",
        "jupyter_server",
        f"--port={port}",
        "--no-browser",
        "--allow-root",
    ]
    command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0"]
    command += ['--ServerApp.jpserver_extensions={"nbgrader.server_extensions.formgrader": True}']
    found: dict[str, Any] = {}
    with started(command, root, base + "api/status", TOKEN) as server:
        api = f"{base}formgrader/api/submitted_notebooks/{NAME}/{NAME}"
        rows = json.loads(fetch(api, TOKEN))
        identity = next(row["id"] for row in rows if row["student"] == f"s-{count // 2:03}")
        for title, pages in {
            "queue": (f"{base}formgrader/gradebook/{NAME}/{NAME}", api),
            "written answer": (
                f"{base}formgrader/submissions/{identity}/?index=0",
                f"{base}formgrader/api/grades?submission_id={identity}",
                f"{base}formgrader/api/comments?submission_id={identity}",
            ),
            "courses": (
                f"{base}formgrader/manage_assignments",
                f"{base}formgrader/api/assignments",
            ),
        }.items():
            # A page of the formgrader asks for its data once it is there.
            parts = [time_page(server, page, TOKEN, repeats) for page in pages]
            found[title] = Times(*(sum(values) for values in zip(*parts, strict=True)))
    return found


def compare(desk: dict[str, Times], other: dict[str, Times]) -> int:
    """Print the table; return how many limits are broken."""
    broken = 0
    print(
        f"\n{'':26}{'median':>8}{'longest':>9}{'CPU':>8}{'size':>8}{'formgrader':>14}{'ratio of CPU':>14}"
    )
    for title, one in desk.items():
        in_browser = title in ("queue in Chromium", "key press to next answer")
        limit, value = (QUEUE_LIMIT, one.median) if in_browser else (PAGE_LIMIT, one.used)
        broken += value > limit
        line = f"{title:26}{1000 * one.median:5.0f} ms{1000 * one.longest:6.0f} ms"
        line += "" if in_browser else f"{1000 * one.used:5.0f} ms{one.size / 1000:5.0f} kB"
        if title in other:
            there = other[title]
            line += f"{1000 * there.used:11.0f} ms{there.used / max(one.used, 0.001):13.1f}x"
        print(line + ("   OVER THE LIMIT" if value > limit else ""))
    print(f"limits: {1000 * PAGE_LIMIT:.0f} ms a page, {1000 * QUEUE_LIMIT:.0f} ms in Chromium")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--without-formgrader", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kit-desk-") as folder:
        root = Path(folder) / "course"
        root.mkdir()
        make_course(root, options.submissions)
        other = {}
        if not options.without_formgrader:
            other = measure_formgrader(root, min(3, options.repeats), options.submissions)
        desk = measure_desk(root, options.repeats, options.submissions)
    return min(1, compare(desk, other))


if __name__ == "__main__":
    sys.exit(main())
