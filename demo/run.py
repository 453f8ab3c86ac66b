"""The main job from end to end, on a made-up class: teach, release, collect, grade, and look at the result.

Run it with the Python of the environment, from anywhere: ``python demo/run.py``. It gives the commands that a
mentor gives, into ``demo/out``, and compares every mark with the one declared in ``class.yaml``. It needs
neither root nor network, and exits with 1 when a mark differs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from classroom import Classroom, load_class, make_files
from rich.console import Console
from rich.progress import track
from rich.table import Table

from kit.errors import KitError
from kit.grading.assignment import load_assignment
from kit.grading.exchange import hand_in
from kit.grading.results import Result, read_results
from kit.sandbox import choose_tier

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
# A fixed slice, so that the demo takes as long next year.
LESSONS = (
    "courses/00-start/01-first-steps.ipynb",
    "courses/ai-evaluation/01-error-bars.ipynb",
    "courses/ocean-data/05-enso-forecast.ipynb",
)
MARKER = "made-by-demo.txt"
SANDBOX = "sudo apt-get install bubblewrap"

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Difference:
    """A mark that is not as declared."""

    student: str
    assignment: str
    declared: str
    graded: str


class StepFailedError(Exception):
    """A command of the demo failed; what it said is on the screen already."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return the exit code."""
    options = _parse(arguments)
    began = time.monotonic()
    out: Path = options.out.resolve()
    classroom = load_class()
    if options.interns:
        chosen = tuple(intern for intern in classroom.interns if intern.id in options.interns)
        classroom = Classroom(classroom.course, chosen)
    try:
        claim_folder(out)
        if "lessons" not in options.skip:
            step("1  Execute lessons, every cell of them")
            kit(
                "run", *LESSONS, "--output", str(out / "lessons"), "--page", str(out / "lessons.md")
            )
        if "verify" not in options.skip:
            step(
                "2  Verify the assignments: right answers earn all, wrong ones lose what they should"
            )
            kit("verify", *(f"assignments/{name}" for name in classroom.assignments))
        course = run_course(classroom, out)
    except (StepFailedError, KitError) as err:
        console.print(f"[red]The demo stopped:[/] {err}", markup=True)
        return 1
    return conclude(classroom, course, time.monotonic() - began)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Teach and grade a made-up class of forty interns."
    )
    parser.add_argument("--out", type=Path, default=HERE / "out", help="where everything goes")
    parser.add_argument(
        "--skip", nargs="*", default=(), choices=("lessons", "verify"), help="leave out"
    )
    parser.add_argument("--interns", nargs="*", default=(), metavar="ID", help="only these interns")
    return parser.parse_args(arguments)


def claim_folder(out: Path) -> None:
    """Make sure that a folder is the demo's own, since what an earlier demo left there is deleted."""
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise KitError(
            "this folder is not empty, and no earlier demo made it",
            where=out,
            fix="Name an empty folder, or one that does not exist yet, with --out",
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("Made by demo/run.py, which deletes the folders beside this file.\n")


def run_course(classroom: Classroom, out: Path) -> Path:
    """Release, hand in, collect, grade and write the pages; return the course directory."""
    course, inbox = out / "course", out / "handed-in"
    for folder in (course, inbox):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    settings = yaml.safe_dump(classroom.course, sort_keys=False, allow_unicode=True)
    (course / "kit.yaml").write_text(settings, encoding="utf-8")
    groups = [f"{intern.id},{intern.site}" for intern in classroom.interns]
    (course / "groups.csv").write_text("\n".join(["id,group", *groups]) + "\n", encoding="utf-8")

    step("3  Release the assignments: what learners get has no solution and no hidden test")
    for name in classroom.assignments:
        kit("release", f"assignments/{name}", "--course", str(course))
    step(f"4  {len(classroom.interns)} made-up interns in Santiago and Paris hand in")
    hand_in_all(classroom, inbox)
    for name in classroom.assignments:
        kit("collect", name, "--course", str(course), "--from", str(inbox), quiet=True)
    step("5  Grade")
    walls = choose_walls()
    for name in classroom.assignments:
        kit("grade", name, "--course", str(course), "--walls", walls)
    step("6  Write a feedback page for everyone, and a report for the mentor")
    for name in classroom.assignments:
        kit("feedback", name, "--course", str(course))
        kit("report", name, "--course", str(course))
    kit("grades", "--course", str(course), "--output", str(course / "marks.csv"))
    return course


def choose_walls() -> str:
    """Return which walls to ask for: those that the machine can build, or none, with a word about it."""
    try:
        choose_tier()
    except KitError:
        console.print(
            f"No walls can be built here (kit doctor says why), so none stand. Try: {SANDBOX}"
        )
        return "none"
    return "auto"


def step(title: str) -> None:
    """Print the heading of a step."""
    console.print(f"\n[bold cyan]{title}[/]", markup=True)


def kit(*arguments: str, quiet: bool = False) -> None:
    """Run a command of the kit as a mentor would, and stop the demo when it fails.

    Parameters
    ----------
    *arguments
        What comes after ``kit``.
    quiet
        Show the last line that it prints, and everything only when it fails.
    """
    shown = " ".join(_shorten(argument) for argument in arguments)
    console.print(f"$ kit {shown}", style="dim", markup=False)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "kit", *arguments]
    if not quiet:
        code = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
    else:
        done = subprocess.run(
            command, cwd=REPOSITORY, env=environment, check=False, capture_output=True, text=True
        )
        code = done.returncode
        lines = (done.stdout + done.stderr).rstrip().splitlines()
        print("\n".join(lines if code else lines[-1:]))
    if code:
        raise StepFailedError(f"kit {shown} ended with exit code {code}")


def _shorten(argument: str) -> str:
    path = Path(argument)
    inside = path.is_absolute() and path.is_relative_to(REPOSITORY)
    return path.relative_to(REPOSITORY).as_posix() if inside else argument


def hand_in_all(classroom: Classroom, inbox: Path) -> None:
    """Hand in for every intern, at the declared time, what the class declares."""
    assignments = {
        name: load_assignment(REPOSITORY / "assignments" / name) for name in classroom.assignments
    }
    with tempfile.TemporaryDirectory(prefix="kit-demo-") as desk:
        for intern in track(classroom.interns, description="Handing in", console=console):
            for work in intern.works:
                folder = Path(desk) / intern.id / work.assignment
                folder.mkdir(parents=True)
                for name, content in make_files(work, assignments[work.assignment]).items():
                    (folder / name).write_bytes(content)
                hand_in(
                    sorted(folder.iterdir()),
                    assignment=work.assignment,
                    student=intern.id,
                    to=inbox,
                    as_it_is=True,
                    now=work.at,
                )


def compare(classroom: Classroom, course: Path) -> list[Difference]:
    """Return every mark that is not as declared."""
    differences = []
    for name in classroom.assignments:
        results = {
            result.student: result for result in read_results(course / ".kit" / "results" / name)
        }
        for intern in classroom.interns:
            (work,) = [work for work in intern.works if work.assignment == name]
            declared = "failed" if work.failed else f"{work.mark:g}"
            graded = _describe(results.get(intern.id))
            if graded != declared:
                differences.append(Difference(intern.id, name, declared, graded))
    return differences


def _describe(result: Result | None) -> str:
    if result is None:
        return "no result"
    # Six decimals: 0.1 * 3 days * 17 points is 5.1000000000000005 in binary.
    return "failed" if result.status == "failed" else f"{round(result.score, 6):g}"


def conclude(classroom: Classroom, course: Path, seconds: float) -> int:
    """Print what came of it and where to look; return the exit code."""
    differences = compare(classroom, course)
    if differences:
        table = Table("intern", "assignment", "declared", "graded", title="Marks that differ")
        for one in differences:
            table.add_row(one.student, one.assignment, one.declared, one.graded)
        console.print(table)
    total = len(classroom.interns)
    agreed = total - len({one.student for one in differences})
    first = classroom.interns[0].id
    step("Open these in a browser")
    for name in classroom.assignments:
        console.print(f"  report on {name:<16} {course / 'reports' / f'{name}.html'}", markup=False)
    page = (
        course / "feedback" / first / classroom.assignments[0] / f"{classroom.assignments[0]}.html"
    )
    console.print(f"  one feedback page          {page}", markup=False)
    console.print(f"  all marks                  {course / 'marks.csv'}", markup=False)
    colour = "red" if differences else "green"
    console.print(
        f"\n[bold {colour}]{agreed} of {total} marks as declared[/] in {seconds:.0f} seconds",
        markup=True,
    )
    return 1 if differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\nStopped. The same command begins again.")
        sys.exit(130)
