"""Assignments of public nbgrader courses: marks of nbgrader and of the kit, and where their tests ran.

    python benchmarks/courses.py CLONE... --write docs/attacks.md

Each CLONE is a local copy of a course's repository. Every notebook in it that has solutions and tests is an
assignment. Four submissions are made of it: the solution, the released version, one with every second answer,
one whose answers return nothing or something else. nbgrader grades them, and the kit does. No text of the
courses goes into the page: names, licence, commit and counts only.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat

from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.cells import known_cells
from kit.grading.release import make_release_version

MARKS = ("<!-- courses: begin -->", "<!-- courses: end -->")
LICENCES = {
    "MIT License": "MIT",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "Apache License": "Apache-2.0",
    "GNU GENERAL": "GPL",
}
LARGEST_FILE = 20_000_000


@dataclass
class Row:
    """What came of one notebook."""

    course: str
    notebook: str
    tests: int = 0
    broken: int = 0
    outside: int = 0
    compared: int = 0
    equal: int = 0
    why: dict[str, str] = field(default_factory=dict)
    differ: list[str] = field(default_factory=list)
    fault: str = ""


def find_notebooks(clone: Path) -> list[Path]:
    """Return the source notebooks of a course: with solutions, and with tests."""
    found = []
    for path in sorted(clone.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts or path.name == "header.ipynb":
            continue
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception:
            continue
        tests = [cell for cell in notebook.cells if _is_test(cell)]
        solved = [cell for cell in notebook.cells if "BEGIN SOLUTION" in cell.source]
        if tests and solved:
            found.append(path)
    return found


def _is_test(cell) -> bool:
    facts = cell.metadata.get("nbgrader", {})
    return bool(facts.get("grade") and not facts.get("solution") and cell.cell_type == "code")


def spoil(text: str) -> str:
    """Return an answer that is wrong: functions return nothing, values are another."""

    class Spoiler(ast.NodeTransformer):
        def visit_Return(self, node):
            return ast.copy_location(ast.Return(ast.Constant(None)), node)

        def visit_Assign(self, node):
            self.generic_visit(node)
            if isinstance(node.value, ast.Constant):
                value = node.value.value
                node.value = ast.Constant(value + 1 if type(value) in (int, float) else None)
            return node

    try:
        return ast.unparse(ast.fix_missing_locations(Spoiler().visit(ast.parse(text))))
    except (SyntaxError, ValueError):
        return "pass"


def make_submissions(source: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    release = make_release_version(source)
    reference = reference_answers(source)
    answers = {
        "solution": reference,
        "released": Answers("", {}),
        "half": Answers("", dict(list(reference.cells.items())[::2])),
        "spoilt": Answers(
            "",
            {
                key: spoil(text)
                for key, text in reference.cells.items()
                if known_cells(source)[key].cell_type == "code"
            },
        ),
    }
    return {name: fill_answers(release, one) for name, one in answers.items()}


def grade_notebook(clone: Path, path: Path) -> Row:
    row = Row(clone.name, str(path.relative_to(clone)))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-")
        course = root / "nbgrader"
        source = course / "source" / "work"
        source.mkdir(parents=True)
        for beside in path.parent.rglob("*"):
            small = beside.is_file() and beside.stat().st_size < LARGEST_FILE
            if small and beside.suffix != ".ipynb" and ".git" not in beside.parts:
                target = source / beside.relative_to(path.parent)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(beside, target)
        notebook = nbformat.read(path, as_version=4)
        # The courses name kernels that are not here; all of them are this Python.
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, source / f"{name}.ipynb")
        run("nbgrader", "update", str(source / f"{name}.ipynb"), cwd=course)
        notebook = nbformat.read(source / f"{name}.ipynb", as_version=4)
        _, notebook = nbformat.validator.normalize(
            nbformat.from_dict({**notebook, "nbformat_minor": 5})
        )
        nbformat.write(notebook, source / f"{name}.ipynb")
        row.tests = sum(map(_is_test, notebook.cells))
        try:
            submissions = make_submissions(notebook)
        except Exception as err:
            row.fault = f"no release: {err}".split("\n")[0][:200]
            return row
        done = run("nbgrader", "generate_assignment", "work", "--force", cwd=course)
        if done.returncode:
            row.fault = "nbgrader does not release it"
            return row
        for student, made in submissions.items():
            place = course / "submitted" / student / "work"
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("*.ipynb"))
            nbformat.write(made, place / f"{name}.ipynb")
        other = root / "kit"
        shutil.copytree(course, other, ignore=shutil.ignore_patterns("gradebook.db", "release"))
        run("nbgrader", "autograde", "work", cwd=course)
        done = run("kit", "grade", "work", "--course", str(other), "--jobs", "1", cwd=root)
        if done.returncode:
            row.fault = "the kit does not grade it: " + done.stdout.strip()[-300:]
            return row
        compare(row, course, other, name, list(submissions))
    return row


def compare(row: Row, course: Path, other: Path, name: str, students: list[str]) -> None:
    from nbgrader.api import Gradebook

    theirs: dict[tuple[str, str], float] = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for submission in book.assignment_submissions("work"):
            for one in submission.notebooks:
                for grade in one.grades:
                    theirs[submission.student.id, grade.name] = grade.auto_score
    inside: dict[str, str] = {}
    tests: set[str] = set()
    # What needs a network, a file or a library that is not here passes for nobody.
    solved = json.loads((other / ".kit" / "results" / "work" / "solution.json").read_text())
    broken = {
        mark["key"]
        for mark in solved["marks"]
        if theirs.get(("solution", mark["key"])) != mark["max_points"]
    }
    unequal: set[str] = set()
    for student in students:
        file = other / ".kit" / "results" / "work" / f"{student}.json"
        result = json.loads(file.read_text())
        told = result["evidence"]["executed"].get(name, {})
        inside |= told.get("inside", {})
        why = told.get("why", "")
        for mark in result["marks"]:
            if mark["kind"] != "test" or mark["key"] in broken:
                continue
            tests.add(mark["key"])
            if why:
                inside[mark["key"]] = why
            expected = theirs.get((student, mark["key"]))
            row.compared += 1
            if expected == mark["points"]:
                row.equal += 1
                continue
            unequal.add(mark["key"])
            reason = fault_of_nbgrader(course, student, name, mark["key"])
            row.differ.append(
                f"{student}, {mark['key']}: nbgrader {expected}, kit {mark['points']}{reason}"
                f" ({mark['message'][:120]})"
            )
    row.tests, row.broken = len(tests), len(broken)
    row.why = {key: why for key, why in inside.items() if key in tests}
    row.outside = len(tests - set(inside) - unequal)


def fault_of_nbgrader(course: Path, student: str, name: str, key: str) -> str:
    """Say whether nbgrader took a warning for a failure."""
    path = course / "autograded" / student / "work" / f"{name}.ipynb"
    if not path.is_file():
        return ", nbgrader graded nothing"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == key:
            kinds = [output.output_type for output in cell.get("outputs", [])]
            streams = [out.get("name") for out in cell.get("outputs", []) if "name" in out]
            if "error" not in kinds and "stderr" in streams:
                return ", text on stderr"
    return ""


def run(module: str, *words: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "KIT_LANG": "en",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=1200, check=False,
    )  # fmt: skip


def licence_of(clone: Path) -> str:
    for path in sorted(clone.iterdir()):
        if path.name.lower().startswith(("licen", "copying")) and path.is_file():
            text = path.read_text(errors="ignore")
            return next(
                (name for words, name in LICENCES.items() if words in text[:400]), path.name
            )
    return "none"


def commit_of(clone: Path) -> str:
    noted = clone / ".commit"
    if noted.is_file():
        return noted.read_text().strip()[:10]
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()[:10]


def make_table(clones: list[Path], rows: list[Row]) -> str:
    lines = [
        f"Generated by `benchmarks/courses.py` on {datetime.date.today():%Y-%m-%d}.",
        "Each assignment was handed in four times: solved, as released, half solved, and spoilt.",
        "",
        "| course | licence | commit | notebooks | test cells | outside, unchanged | marks compared | equal |",
        "|---|---|---|---|---|---|---|---|",
    ]
    total = Row("all", "")
    for clone in clones:
        mine = [row for row in rows if row.course == clone.name and not row.fault]
        names = ("tests", "outside", "compared", "equal")
        counts = [sum(getattr(row, name) for row in mine) for name in names]
        for name, count in zip(names, counts, strict=True):
            setattr(total, name, getattr(total, name) + count)
        lines.append(
            f"| {clone.name.replace('+', '/')} | {licence_of(clone)} | `{commit_of(clone)}` | {len(mine)} | "
            f"{' | '.join(map(str, counts))} |"
        )
    share = 100 * total.outside / max(1, total.tests)
    lines += [
        f"| **all** | | | {sum(not row.fault for row in rows)} | {total.tests} "
        f"| {total.outside} ({share:.0f} %) | {total.compared} | {total.equal} |",
        "",
    ]
    inside = sum(len(row.why) for row in rows)
    stderr = sum("text on stderr" in text for row in rows for text in row.differ)
    differ = sum(len(row.differ) for row in rows)
    lines.append(
        f"Of {differ} marks that differ, {stderr} are tests in which nbgrader takes text on stderr for a "
        f"failure. {inside} test cells ran inside, behind the walls, and their marks say so."
    )
    broken = sum(row.broken for row in rows)
    lines.append(
        f"{broken} further test cells are left out, because nbgrader does not give the solution its points "
        "here: they need a network, a file or a library."
    )
    skipped = [row for row in rows if row.fault]
    if skipped:
        lines.append(
            f"{len(skipped)} notebooks were left out: they can not be released or run here."
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="notebooks whose path contains this")
    parser.add_argument(
        "--keep", type=Path, help="a file of results, to go on after an interruption"
    )
    parser.add_argument("--kept-only", action="store_true", help="run nothing that is not in it")
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    options = parser.parse_args()
    rows = []
    kept = {}
    if options.keep and options.keep.is_file():
        found = [Row(**json.loads(line)) for line in options.keep.read_text().splitlines()]
        kept = {(row.course, row.notebook): row for row in found}
    for clone in options.clones:
        for path in find_notebooks(clone):
            if options.only in str(path):
                row = kept.get((clone.name, str(path.relative_to(clone))))
                if row is None and options.kept_only:
                    continue
                if row is None:
                    row = grade_notebook(clone, path)
                    print(row, flush=True)
                    if options.keep:
                        with options.keep.open("a") as file:
                            file.write(json.dumps(asdict(row)) + "\n")
                rows.append(row)
    text = make_table(options.clones, rows)
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        before, rest = page.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
