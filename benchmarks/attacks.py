"""What each attack of `tests/attacks` gets from nbgrader, from otter-grader and from the kit: the scoreboard.

    python benchmarks/attacks.py --nbgrader NBGRADER_PYTHON --otter OTTER_PYTHON --write docs/attacks.md

nbgrader and otter-grader have no walls, so they run in a machine of their own: namespaces for processes,
network and files that `bwrap` makes, with limits on memory. Each attack gets a course of its own there, with an
honest learner behind attackers who could stop the batch. The kit grades all of them as one class, behind its
walls.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "attacks"))

from arena import ANSWERS, ASSIGNMENT, ATTACKED, HONEST_PART, TESTS  # noqa: E402
from attacked_class import MENTORS, SECRETS, Classroom, graded  # noqa: E402
from attacks import ATTACKS, CLASSES  # noqa: E402
from damage import DAMAGES  # noqa: E402

MARKS = ("<!-- scoreboard: begin -->", "<!-- scoreboard: end -->")
#: nbgrader's limit for a cell, and how long one attack may take before the grader is ended.
CELL_SECONDS, SECONDS = 8, 30
HONEST = "zz-honest"
ALL = (*ATTACKS, *DAMAGES)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nbgrader", type=Path, help="a Python with nbgrader")
    parser.add_argument("--otter", type=Path, help="a Python with otter-grader")
    parser.add_argument("--kit", action="store_true", help="grade with the kit, too")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "scoreboard")
    parser.add_argument(
        "--write", type=Path, help="put the scoreboard between the marks of this file"
    )
    parser.add_argument(
        "--jail", nargs=3, metavar=("GRADER", "PYTHON", "FILE"), help="used by itself"
    )
    options = parser.parse_args()
    if options.jail:
        run_in_jail(options.jail[0], options.jail[1], Path(options.jail[2]))
        return
    options.keep.mkdir(parents=True, exist_ok=True)
    for name in ("nbgrader", "otter"):
        if getattr(options, name):
            run_other(name, getattr(options, name), options.keep / f"{name}.jsonl")
    if options.kit:
        run_kit(options.keep / "kit.jsonl")
    text = make_scoreboard(options.keep)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        before, rest = page.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")
    else:
        print(text)


# -- graders without walls -----------------------------------------------------------------------------


def run_other(grader: str, python: Path, file: Path) -> None:
    """Run what the file does not have yet; a jail that an attack took down is that attack's result."""
    group = make_group(f"attacks-{os.getpid()}")
    while True:
        found = read_rows(file)
        if all(
            attack.student in found for attack in ALL if not attack.student.startswith("pages-")
        ):
            return
        words = [sys.executable, __file__, "--jail", grader, str(python), str(file)]
        jail = [
            "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/",
            "--proc", "/proc", "--dev", "/dev", "--size", "3000000000", "--tmpfs", "/tmp",
            "--size", "1000000000", "--tmpfs", "/dev/shm", "--tmpfs", "/var/tmp",
            "--ro-bind", str(python.parent.parent), str(python.parent.parent),
            "--ro-bind", str(HERE.parent), str(HERE.parent),
            "--bind", str(file.parent), str(file.parent),
        ]  # fmt: skip
        subprocess.run(
            [*jail, *words],
            preexec_fn=lambda: join_group(group),
            check=False,
            stdin=subprocess.DEVNULL,
        )
        started = Path(f"{file}.now")
        if len(read_rows(file)) > len(found) and not started.is_file():
            continue
        if started.is_file():
            student = started.read_text()
            started.unlink()
            if student not in read_rows(file):
                add_row(file, {"student": student, "ended_everything": True})
        else:
            raise SystemExit(f"{grader} does not run here")


def make_group(name: str) -> list[Path]:
    """Make control groups of version 1 for memory and processes, where they can be made."""
    made = []
    for controller, limits in (
        ("memory", {"memory.limit_in_bytes": 4_000_000_000}),
        ("pids", {"pids.max": 1500}),
    ):
        folder = Path("/sys/fs/cgroup", controller, name)
        try:
            folder.mkdir()
            for key, value in limits.items():
                (folder / key).write_text(str(value))
            made.append(folder)
        except OSError as err:
            text = f"{folder}: {err}. Attacks without limits would take this machine down."
            raise SystemExit(text) from err
    return made


def join_group(group: list[Path]) -> None:
    for folder in group:
        (folder / "cgroup.procs").write_text(str(os.getpid()))


def read_rows(file: Path) -> dict[str, dict]:
    if not file.is_file():
        return {}
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {row["student"]: row for row in rows if "student" in row}


def add_row(file: Path, row: dict) -> None:
    with file.open("a") as stream:
        stream.write(json.dumps(row) + "\n")


def run_in_jail(grader: str, python: str, file: Path) -> None:
    """Grade one attack after the other, for as long as they let us."""
    found = read_rows(file)
    zygote = subprocess.Popen(
        [python, str(HERE / "graders" / f"{grader}_zygote.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/tmp",
        env={
            **os.environ, "OMP_NUM_THREADS": "1", "MENTORS_TOKEN": MENTORS,
            "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
        },
    )  # fmt: skip

    def ask(**request):
        zygote.stdin.write(json.dumps(request) + "\n")
        zygote.stdin.flush()
        return json.loads(zygote.stdout.readline())

    if not found:
        add_row(file, {"version": ask(do="version")})
    for attack in ALL:
        # They write no page by themselves that could be looked at.
        if attack.student in found or attack.student.startswith("pages-"):
            continue
        Path(f"{file}.now").write_text(attack.student)
        with Classroom() as room:
            shutil.rmtree(room.course / "submitted" / "honest-1")
            shutil.rmtree(room.course / "submitted" / "mid-honest")
            if grader == "otter" or attack.student.split("-")[0] not in ("hurting", "files"):
                # One attack can stop a batch, or not; most need no second learner to show what they do.
                shutil.rmtree(room.course / "submitted" / HONEST)
            row = {"nbgrader": grade_nbgrader, "otter": grade_otter}[grader](ask, room, attack)
            room.victim.poll()
            row["reached"] = sorted(set(room.reached)) + (
                ["the bystander"] if room.victim.returncode is not None else []
            )
        add_row(file, {"student": attack.student, **row})
        print(attack.student, row, flush=True)
        Path(f"{file}.now").unlink()
        if attack.student.startswith("hurting-"):
            # What it filled, stopped or deleted is not to be the next one's.
            return
    zygote.stdin.close()


def await_end(pid: int, seconds: float) -> bool:
    """Wait until a process is gone; end it and its session after some time. True if it went by itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.05)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    return False


def end_leftovers(room: Classroom) -> list[str]:
    """Return the names of processes that carry the mark of an attack, and end them and all kernels."""
    time.sleep(0.2)
    left = []
    mine = {os.getpid(), room.victim.pid, *(p.pid for p in psutil.Process().parents())}
    zygotes = {child.pid for child in psutil.Process().children()}
    for process in psutil.process_iter():
        if process.pid in mine | zygotes or process.pid == 1:
            continue
        try:
            words = [*process.cmdline(), *process.environ().values()]
            if any(word == room.mark or f"# {room.mark}" in word for word in words):
                left.append(process.name())
            process.kill()
        except psutil.Error:
            continue
    return left


def grade_nbgrader(ask, room: Classroom, attack) -> dict:
    log = str(room.root / "log")
    (room.course / "kit.yaml").unlink()
    config = f"c = get_config()\nc.Execute.timeout = {CELL_SECONDS}\n"
    (room.course / "nbgrader_config.py").write_text(config)
    released = Path("/tmp/released")
    if not released.is_dir():
        await_end(ask(do="release", course=str(room.course), log=log), 10 * SECONDS)
        assert (room.course / "release" / ASSIGNMENT).is_dir(), Path(log).read_text()
        shutil.copytree(room.course, released, ignore=shutil.ignore_patterns("submitted"))
    shutil.copytree(released, room.course, dirs_exist_ok=True)
    room.hand_in([attack])
    before = room._look_around()
    began = time.monotonic()
    ended = await_end(ask(do="grade", course=str(room.course), log=log), SECONDS)
    row = {
        "ended": ended,
        "seconds": round(time.monotonic() - began, 1),
        "left": end_leftovers(room),
    }
    row["changed"] = [name for name, state in before.items() if room._state(Path(name)) != state]
    marks = ask(do="marks", course=str(room.course))
    mine = marks.get(attack.student, {})
    row["graded"] = attack.student in marks
    row["points"] = sum(mine.get(key, 0) for key in ATTACKED)
    row["greet"] = mine.get(HONEST_PART, 0)
    row["all"] = sum(mine.values())
    there = (room.course / "submitted" / HONEST).is_dir()
    row["honest"] = sum(marks.get(HONEST, {}).values()) if there else None
    shown = room._shown(attack.student)
    row["leaked"] = sorted({secret for secret in SECRETS if secret in shown})
    row["said"] = "REACHED" in shown
    return row


def grade_otter(ask, room: Classroom, attack) -> dict:
    log = room.root / "log"
    zipped = str(room.root / "autograder.zip")
    released = Path("/tmp/released.zip")
    if not released.is_file():
        tests = room.root / "tests"
        tests.mkdir()
        for question, parts in TESTS.items():
            (tests / f"{question}.py").write_text(otter_test(question, parts))
        await_end(
            ask(do="release", tests=str(tests), autograder=str(released), log=str(log)),
            10 * SECONDS,
        )
    shutil.copyfile(released, zipped)
    room.hand_in([attack])
    before = room._look_around()
    out = room.root / "out"
    out.mkdir()
    began = time.monotonic()
    handed_in = room.course / "submitted" / attack.student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    request = {"submission": str(handed_in), "autograder": zipped, "out": str(out), "log": str(log)}
    ended = await_end(ask(do="grade", **request), SECONDS)
    row = {
        "ended": ended,
        "seconds": round(time.monotonic() - began, 1),
        "left": end_leftovers(room),
    }
    row["changed"] = [name for name, state in before.items() if room._state(Path(name)) != state]
    points: dict[str, float] = {}
    try:
        found = json.loads((out / "results.json").read_text())
        for test in found["tests"]:
            points[test["name"].split(" - ")[0]] = points.get(test["name"].split(" - ")[0], 0) + (
                test.get("score") or 0
            )
        # What learners are shown; otter keeps nothing of what their notebook printed.
        shown = json.dumps([test for test in found["tests"] if test["visibility"] == "visible"])
        row["graded"] = True
    except (OSError, ValueError, KeyError):
        shown, row["graded"] = "", False
    printed = (
        log.read_text(errors="replace") if log.is_file() and log.stat().st_size < 10**8 else ""
    )
    row["points"] = sum(score for name, score in points.items() if not name.startswith("greet"))
    row["greet"] = points.get("greet", 0)
    row["all"] = sum(points.values())
    row["honest"] = None
    row["leaked"] = sorted({secret for secret in SECRETS if secret in shown})
    row["said"] = "REACHED" in shown + printed
    return row


def otter_test(question: str, parts: dict) -> str:
    """Return the tests of a question in otter's own form."""
    text = "OK_FORMAT = False\nfrom otter.test_files import test_case\n\n"
    text += f"name = {question!r}\npoints = None\n"
    names = [*ANSWERS, "math", "np"]
    for name, (points, visible, hidden) in parts.items():
        body = "\n".join(part for part in (visible, hidden) if part)
        used = [word for word in names if word in body]
        if "random." in body:
            body = "import random\n" + body
        lines = "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))
        text += f"\n@test_case(points={points}, hidden={bool(hidden)})\n"
        text += f"def test_{name}({', '.join(used)}):\n{lines}"
    return text


# -- the kit -------------------------------------------------------------------------------------------


def run_kit(file: Path) -> None:
    file.unlink(missing_ok=True)
    with graded(ALL) as outcome:
        first = next(iter(outcome.results.values()))["evidence"]
        add_row(
            file, {"version": first["kit"], "walls": first["walls"], "seconds": outcome.seconds}
        )
        for attack in ALL:
            result = outcome.results.get(attack.student)
            points = outcome.points(attack.student) if result else {}
            row = {
                "student": attack.student,
                "ended": True,
                "left": outcome.survivors,
                "changed": outcome.changed,
                "reached": outcome.reached,
                "graded": bool(result) and result["status"] == "graded",
                "points": sum(points.get(key, 0) for key in ATTACKED),
                "greet": points.get(HONEST_PART, 0),
                "all": sum(points.values()),
                "honest": outcome.results[HONEST]["score"],
                "leaked": outcome.leaked(attack.student),
                "said": "REACHED" in outcome.shown.get(attack.student, ""),
            }
            add_row(file, row)


# -- the page ------------------------------------------------------------------------------------------


def make_scoreboard(folder: Path) -> str:
    found = {name: read_rows(folder / f"{name}.jsonl") for name in ("nbgrader", "otter", "kit")}
    heads = {
        name: json.loads((folder / f"{name}.jsonl").read_text().split("\n")[0]) if rows else {}
        for name, rows in found.items()
    }
    lines = [
        f"Generated by `benchmarks/attacks.py` on {datetime.date.today():%Y-%m-%d}, "
        f"Python {platform.python_version()}: nbgrader {heads['nbgrader'].get('version', '?')}, "
        f"otter-grader {heads['otter'].get('version', '?')} (`otter run`), "
        f"kit {heads['kit'].get('version', '?')} behind the walls `{heads['kit'].get('walls', '?')}`.",
        "",
        f"{len(ALL)} attacks. Limits: {CELL_SECONDS} s for a cell (nbgrader) and for a submission (kit), and "
        f"{SECONDS} s for everything; otter-grader has none by default.",
        "",
        "| class | attacks | nbgrader: lost | otter-grader: lost | kit: lost |",
        "|---|---|---|---|---|",
    ]
    for kind in (*CLASSES, "files"):
        group = [attack for attack in ALL if attack.student.startswith(f"{kind}-")]
        counts = []
        for name in ("nbgrader", "otter", "kit"):
            rows = [(one, found[name][one.student]) for one in group if one.student in found[name]]
            lost = sum(verdict(attack, row)[0] for attack, row in rows)
            counts.append(f"{lost} of {len(rows)}" if rows else "not run")
        lines.append(f"| {kind} | {len(group)} | {' | '.join(counts)} |")
    for kind in (*CLASSES, "files"):
        lines += ["", f"### {kind.capitalize()}", ""]
        lines += ["| attack | nbgrader | otter-grader | kit |", "|---|---|---|---|"]
        for attack in ALL:
            if attack.student.startswith(f"{kind}-"):
                cells = []
                for name in ("nbgrader", "otter", "kit"):
                    lost, text = verdict(attack, found[name].get(attack.student))
                    cells.append(f"**{text}**" if lost else text)
                title = attack.title.rstrip(".")
                lines.append(f"| `{attack.name}`: {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdict(attack, row: dict | None) -> tuple[bool, str]:
    """Return whether the grader lost to an attack, and what it gave, in a few words."""
    if row is None:
        return False, "not run"
    if row.get("ended_everything"):
        return True, "all processes of the mentor ended"
    earns = getattr(attack, "earns", "nothing")
    best = sum(ATTACKED.values())
    said = []
    if earns == "nothing" and row["points"] > 0:
        said.append(f"{row['points']:g} points forged")
    if row["leaked"]:
        said.append("secrets read")
    if row["said"] or row["reached"]:
        said.append("got out")
    if row["changed"]:
        said.append("files outside changed")
    if not row["ended"]:
        said.append("did not end")
    if row["left"]:
        said.append("left a process")
    if row["honest"] is not None and row["honest"] < best + 1:
        said.append("honest learner lost marks")
    if earns == "all" and row["all"] < best + 1:
        said.append("honest work lost marks" if row["graded"] else "honest work not graded")
    if attack.student.startswith("hurting-") and not row["greet"]:
        said.append("other question lost")
    if said:
        return True, ", ".join(said)
    return False, "held"


if __name__ == "__main__":
    main()
