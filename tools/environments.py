"""Write environment.yml and binder/environment.yml from pyproject.toml.

Run by ``make environments``; a test regenerates both and compares. pyproject.toml stays the only list of
libraries: the conda files name Python, the CPU build of torch (pip's index would bring several gigabytes of
CUDA on Linux) and the project itself.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
HEADER = (
    "# Generated from pyproject.toml by tools/environments.py (make environments). Do not edit.\n"
)

# file -> (path from the file's folder to the project, extras, what it is for)
FILES = {
    "environment.yml": (
        ".",
        ["evaluation", "ocean", "grading"],
        "A hub, or one machine with conda.",
    ),
    "binder/environment.yml": ("..", ["evaluation", "ocean"], "Binder: learners only, no grading."),
}


def torch_pin(pyproject: dict) -> str:
    """Return the version of torch that the extra `evaluation` pins."""
    for requirement in pyproject["project"]["optional-dependencies"]["evaluation"]:
        if match := re.fullmatch(r"torch==([\d.]+)", requirement):
            return match[1]
    raise SystemExit("pyproject.toml: the extra 'evaluation' must pin torch with ==")


def environment_text(pyproject: dict, root: str, extras: list[str], purpose: str) -> str:
    """Return the text of one conda environment file."""
    return (
        f"{HEADER}# {purpose}\n"
        "name: bitacora\n"
        "channels:\n"
        "  - conda-forge\n"
        "  - nodefaults\n"
        "dependencies:\n"
        "  - python=3.11\n"
        "  - pip\n"
        f"  - pytorch-cpu={torch_pin(pyproject)}\n"
        "  - pip:\n"
        f"      - -c {root}/constraints.txt\n"
        f"      - -e {root}[{','.join(extras)}]\n"
    )


def environment_files() -> dict[str, str]:
    """Return every generated file: path in the project, and its text."""
    pyproject = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    return {name: environment_text(pyproject, *choice) for name, choice in FILES.items()}


if __name__ == "__main__":
    for name, text in environment_files().items():
        (REPO / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")
