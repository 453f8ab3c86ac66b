"""What a learner installs holds the lessons as learners get them, and nothing that is hidden from them."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
CONTENT = "kit/_content/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this clone, built without asking any index for anything."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPO, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as opened:
        yield {name: opened.read(name) for name in opened.namelist()}


def notebooks(wheel):
    return {
        name: json.loads(data)
        for name, data in wheel.items()
        if name.startswith(CONTENT) and name.endswith(".ipynb")
    }


def test_every_lesson_and_assignment_is_in_the_wheel(wheel):
    here = {
        str(path.relative_to(REPO))
        for folder in ("courses", "assignments")
        for path in (REPO / folder).glob("*/*.ipynb")
    }
    assert {name.removeprefix(CONTENT) for name in notebooks(wheel)} == here


def test_no_solution_and_no_hidden_test_of_an_assignment_is_in_the_wheel(wheel):
    assignments = {name: text for name, text in wheel.items() if f"{CONTENT}assignments/" in name}
    assert assignments
    for name, data in assignments.items():
        for forbidden in (b"BEGIN SOLUTION", b"BEGIN HIDDEN", b"/wrong/", b"rubric"):
            assert forbidden not in data, name
        assert "/wrong/" not in name and "rubric" not in name


def test_every_lesson_in_the_wheel_is_a_learners_version(wheel):
    for name, notebook in notebooks(wheel).items():
        if "/courses/" in name:
            assert notebook["metadata"]["lesson"]["version"] == "learner", name


def test_templates_styles_and_schemas_travel_with_the_code(wheel):
    data = {
        str(path.relative_to(REPO))
        for path in (REPO / "kit").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and "_content" not in path.parts
    }
    assert data, "the kit has files that are not code"
    assert data <= set(wheel)
