"""Files as learners really send them: put right where the intent is clear, graded, and told in a sentence.

Each damage is done to a file as one editor or one slip does it. All are graded in one class, so that what is
told to student and mentor is looked at as well.
"""

import base64
import copy
import json
import shutil
from html import unescape
from pathlib import Path

import pytest
from grading_examples import doubles
from test_batch import RELEASE, RIGHT, hand_in, result_of

from kit.grading.answers import fill_answers
from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.feedback_pages import write_feedback
from kit.grading.publication import publish_assignment
from kit.grading.report_page import write_report
from kit.notebooks import write_notebook

# One class is made and graded for all of them.
pytestmark = pytest.mark.xdist_group("damage")

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
KERNEL = {"name": "python3", "display_name": "Python 3"}


def as_colab(data):
    """Google Colab: format 4.0, ids in metadata of its own, outputs with ids, widgets without a state."""
    data["nbformat_minor"] = 0
    data["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": {"abc": {"model_name": "x"}}},
    }
    for number, cell in enumerate(data["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"Xy{number}_aB-c", "colab": {"height": 34}, "outputId": "0f"}
        if cell["cell_type"] == "code":
            cell["execution_count"] = number + 1
            cell["outputs"] = []


def as_vs_code(data):
    """Visual Studio Code: the environment's name as kernel, its own metadata, and no nbgrader's."""
    data["nbformat_minor"] = 2
    data["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.12.4)", "language": "python", "name": ".venv"},
        "language_info": {"name": "python", "version": "3.12.4", "nbconvert_exporter": "python"},
        "orig_nbformat": 4,
    }
    for cell in data["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {"vscode": {"languageId": "python"}}


def cells_of(data, key):
    return [c for c in data["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == key]


def split_function(data):
    """Split at the cursor, in the middle of a function: JupyterLab copies the metadata to both halves."""
    (cell,) = cells_of(data, "double")
    second = copy.deepcopy(cell)
    cell["source"], second["source"] = ["def double(x):\n", "    y = x\n"], ["    return y + x"]
    second["id"] = "second-half"
    data["cells"].insert(data["cells"].index(cell) + 1, second)


def split_text(data):
    (cell,) = cells_of(data, "why")
    second = copy.deepcopy(cell)
    second["source"], second["id"] = "And the other half of the answer.", "other-half"
    data["cells"].insert(data["cells"].index(cell) + 1, second)


def copy_answer(data):
    (cell,) = cells_of(data, "double")
    second = copy.deepcopy(cell)
    cell["source"], second["id"] = "def double(x):\n    raise NotImplementedError()", "copy"
    data["cells"].append(second)


def delete_tests(data):
    data["cells"] = [c for c in data["cells"] if "test" not in str(c["metadata"].get("nbgrader"))]


def delete_everything_marked(data):
    data["cells"] = [c for c in data["cells"] if "nbgrader" not in c["metadata"]]


def reorder(data):
    data["cells"] = data["cells"][::-1]


def retype(data):
    for cell in cells_of(data, "double"):
        cell["cell_type"] = "raw"
    for cell in cells_of(data, "test-hidden"):
        cell["cell_type"] = "markdown"
    for cell in data["cells"]:
        if cell["cell_type"] != "code":
            cell.pop("outputs", None), cell.pop("execution_count", None)


def rename_keys(data):
    for cell in data["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] += "-mine"


def edit_tests(data):
    for key in ("test-visible", "test-hidden"):
        for cell in cells_of(data, key):
            cell["source"] = "assert True"
            cell["metadata"]["nbgrader"]["points"] = 100


def strip(data):
    for number, cell in enumerate(data["cells"]):
        cell["metadata"], cell["id"] = {}, f"new-{number}"


def attach(data):
    (cell,) = cells_of(data, "why")
    cell["source"] += "\n\n![a picture](attachment:a.png)"
    cell["attachments"] = {"a.png": {"image/png": PICTURE}}


def save_widgets(data):
    state = {"m": {"model_name": "IntSliderModel", "state": {"value": 3}}}
    data["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}
    }


def ask_for_another_kernel(data):
    data["metadata"]["kernelspec"] = {"name": "conda-env-mine-py", "display_name": "mine"}


DAMAGE = {
    "colab": (as_colab, "had lost what marks them"),
    "vs-code": (as_vs_code, "asked for the kernel '.venv'"),
    "split-function": (split_function, "The answer 'double' had been split"),
    "split-text": (split_text, "the texts were put together"),
    "copied": (copy_answer, "was there 2 times"),
    "deleted": (delete_tests, "The test 'test-hidden' was missing and was put back"),
    "reordered": (reorder, "had been moved and was put back in its place"),
    "retyped": (retype, "was raw, and was made code again"),
    "renamed-keys": (rename_keys, "had lost what marks them"),
    "edited": (edit_tests, "The test 'test-hidden' had been changed; the original was used"),
    "stripped": (strip, "had lost what marks them"),
    "kernel": (ask_for_another_kernel, "asked for the kernel 'conda-env-mine-py'"),
    # Nothing to tell: nothing of these touches what is graded.
    "attached": (attach, ""),
    "widgets": (save_widgets, ""),
}
#: Names under which a file arrives, and what is told.
NAMES = {
    "renamed": ("My doubles (final) v2.ipynb", "handed in as My doubles (final) v2.ipynb"),
    "browser": ("doubles.ipynb.txt", "doubles.ipynb.txt was taken for a notebook"),
    "json": ("doubles.json", "doubles.json was taken for a notebook"),
    "in-a-folder": ("doubles/doubles.ipynb", "doubles/doubles.ipynb was taken for a notebook"),
}


def answered():
    return json.loads(json.dumps(fill_answers(RELEASE, RIGHT)))


def send(course, student, data, name="doubles.ipynb"):
    folder = hand_in(course, student)
    (folder / "doubles.ipynb").unlink()
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("damaged")
    write_notebook(doubles(), root / "source/doubles/doubles.ipynb")
    publish_assignment(load_course(root), "doubles")
    for student, (damage, _said) in DAMAGE.items():
        data = answered()
        damage(data)
        send(root, student, data)
    for student, (name, _said) in NAMES.items():
        send(root, student, answered(), name)
    # Two files: an untouched one of the right name, and a copy in which the work was done.
    hand_in(root, "worked-in-a-copy")
    place = root / "submitted/worked-in-a-copy/doubles"
    shutil.move(place / "doubles.ipynb", place / "doubles-Copy1.ipynb")
    write_notebook(RELEASE, place / "doubles.ipynb")
    # And the other way round: an untouched copy does not matter.
    write_notebook(RELEASE, hand_in(root, "kept-a-copy") / "doubles-Copy1.ipynb")
    loaded = load_course(root)
    run_batch(plan_batch(loaded, "doubles"), jobs=2)
    return root


WHOLE = [*DAMAGE, *NAMES, "worked-in-a-copy", "kept-a-copy"]


@pytest.mark.parametrize("student", WHOLE)
def test_the_work_earns_what_it_would_have_earned_undamaged(course, student):
    result = result_of(course, student)
    assert result.status == "graded", result.outcome
    assert {m.key: m.points for m in result.marks if m.kind == "test"} == {
        "test-visible": 1, "test-hidden": 2,
    }, result.repairs  # fmt: skip


@pytest.mark.parametrize(("student", "said"), [(name, said) for name, (_d, said) in DAMAGE.items()])
def test_every_damage_is_told_in_a_sentence_and_nothing_else(course, student, said):
    repairs = result_of(course, student).repairs
    if not said:
        assert repairs == ()
    else:
        assert any(said in sentence for sentence in repairs), repairs
    for sentence in repairs:
        assert sentence.endswith(".")
        assert "\n" not in sentence


@pytest.mark.parametrize(("student", "said"), [(name, said) for name, (_n, said) in NAMES.items()])
def test_a_file_with_another_name_is_taken_and_told(course, student, said):
    assert any(said in sentence for sentence in result_of(course, student).repairs)


def test_of_two_files_the_one_that_was_worked_on_counts(course):
    (sentence,) = result_of(course, "worked-in-a-copy").repairs
    assert (
        sentence == "The notebook was handed in as doubles-Copy1.ipynb and taken for doubles.ipynb."
    )
    assert result_of(course, "kept-a-copy").repairs == ()


def test_only_changed_tests_count_as_tampering(course):
    for student in WHOLE:
        assert bool(result_of(course, student).evidence["tampering"]) == (student == "edited")


def test_student_and_mentor_read_the_sentence(course):
    loaded = load_course(course)
    pages = {
        Path(page).parent.parent.name: Path(page) for page in write_feedback(loaded, "doubles")
    }
    report = unescape(Path(write_report(loaded, "doubles")).read_text())
    for student in WHOLE:
        for sentence in result_of(course, student).repairs[:1]:
            assert sentence in unescape(pages[student].read_text())
            assert sentence in report


def test_a_written_answer_keeps_its_picture(course):
    ran = json.loads((course / "autograded/attached/doubles/doubles.ipynb").read_text())
    (cell,) = cells_of(ran, "why")
    assert cell["attachments"]["a.png"]["image/png"] == PICTURE
    for _page in write_feedback(load_course(course), "doubles", students=["attached"]):
        page = Path(_page).read_text()
    assert f'<img src="data:image/png;base64,{PICTURE}" alt="a.png">' in page


def test_what_cannot_be_meant_is_not_guessed(course, tmp_path):
    """With every marked cell gone nothing of the learner's is taken for an answer."""
    copied = tmp_path / "course"
    shutil.copytree(course, copied)
    data = answered()
    delete_everything_marked(data)
    send(copied, "nothing-left", data)
    run_batch(plan_batch(load_course(copied), "doubles", students=["nothing-left"]))
    result = result_of(copied, "nothing-left")
    assert result.score == 0
    assert any("a mentor looks for the answer" in sentence for sentence in result.repairs)
