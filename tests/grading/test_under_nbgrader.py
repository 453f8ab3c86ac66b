"""nbgrader's own autograde, with two lines in its configuration: the kit's repairs, walls and verdict."""

import asyncio
import json
import os
import shutil

import pytest
from grading_examples import doubles, open_gradebook, run_nbgrader
from test_batch import RIGHT, WRONG, cheat, copy_a_test, delete_the_tests, hand_in, insert

from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.under_nbgrader import AUTOGRADE
from kit.notebooks import read_notebook, write_notebook
from kit.sandbox import choose_tier

# One class is made and graded for all of them.
pytestmark = pytest.mark.xdist_group("under-nbgrader")

FORGE = (
    "import IPython\nclass Drop(__import__('ast').NodeTransformer):\n"
    "    def visit_Assert(self, node):\n        return None\n"
    "IPython.get_ipython().ast_transformers.append(Drop())"
)
STUDENTS = {
    "right": 3, "wrong": 1, "forger": 1, "cheat": 1, "copied": 3, "deleted": 3, "dies": 3,
}  # fmt: skip


def find_walls():
    try:
        return choose_tier().tier
    except KitError:
        return "none"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("nbgrader")
    walls = find_walls()
    (root / "nbgrader_config.py").write_text(
        "from kit.grading.under_nbgrader import use_kit\n"
        + (
            "use_kit(get_config())\n"
            if walls != "none"
            else 'use_kit(get_config(), walls="none")\n'
        )
    )
    write_notebook(doubles(), root / "source/doubles/doubles.ipynb")
    run_nbgrader(root, "generate_assignment", "doubles")
    hand_in(root, "right", answers=RIGHT)
    hand_in(root, "wrong", answers=WRONG)
    hand_in(root, "forger", answers=WRONG, damage=insert(FORGE))
    hand_in(root, "cheat", answers=WRONG, damage=cheat)
    hand_in(root, "copied", damage=copy_a_test)
    hand_in(root, "deleted", damage=delete_the_tests)
    hand_in(root, "dies", damage=insert("import os\nos._exit(0)"))
    run_nbgrader(root, "autograde", "doubles")
    return root


def test_nbgraders_command_gives_the_marks_of_the_kit(course):
    with open_gradebook(load_course(course)) as gradebook:
        shown = {s.student.id: s for s in gradebook.assignment_submissions("doubles")}
        assert {student: s.score for student, s in shown.items()} == STUDENTS
        grade = gradebook.find_grade("why", "doubles", "doubles", "right")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


def test_the_executed_notebook_says_how_it_came_about(course):
    ran = read_notebook(course / "autograded/forger/doubles/doubles.ipynb")
    assert ran.metadata.kit.verdict == "outside"
    assert ran.metadata.kit.walls.split("+")[0] == find_walls()
    damaged = read_notebook(course / "autograded/copied/doubles/doubles.ipynb")
    assert "2 times" in damaged.metadata.kit.repairs[0]
    dead = read_notebook(course / "autograded/dies/doubles/doubles.ipynb")
    assert "it ended the Python process" in dead.metadata.kit.events[0]


def test_nbgraders_feedback_and_export_go_on(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied)
    run_nbgrader(copied, "generate_feedback", "doubles", "--student", "right")
    assert (copied / "feedback/right/doubles/doubles.html").is_file()


def test_the_formgraders_button_works_in_a_server_with_an_event_loop(course, tmp_path, monkeypatch):
    from nbgrader.apps.api import NbGraderAPI

    copied = tmp_path / "course"
    shutil.copytree(course, copied)
    hand_in(copied, "wrong")
    monkeypatch.chdir(copied)
    monkeypatch.setenv("PATH", os.environ["PATH"])

    async def press():
        from traitlets.config.loader import PyFileConfigLoader

        config = PyFileConfigLoader("nbgrader_config.py", path=str(copied)).load_config()
        config.CourseDirectory.root = str(copied)
        return NbGraderAPI(config=config).autograde("doubles", "wrong")

    done = asyncio.run(press())
    assert done["success"], done.get("error", json.dumps(done))
    with open_gradebook(load_course(copied)) as gradebook:
        assert gradebook.find_submission("doubles", "wrong").score == 3


def test_the_kit_itself_does_not_complain_about_its_own_lines(course):
    assert load_course(course).notices == ()
    assert any("KitExecute" in step for step in AUTOGRADE)
