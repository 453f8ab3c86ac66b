"""An assignment changes after submissions came in: whom it touches is known before; old marks can be proved."""

import copy
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from grading_examples import doubles, notebook, test_cell
from test_batch import NEXT_DAY, RIGHT, SETTINGS, WRONG, hand_in, insert, result_of

from kit.cli import main
from kit.errors import KitError
from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.feedback_pages import write_feedback
from kit.grading.fingerprint import digest_folder
from kit.grading.private import lay_over
from kit.grading.publication import publish_assignment
from kit.grading.recheck import recheck_results
from kit.grading.seeds import make_seed, read_secret
from kit.grading.versions import list_versions
from kit.notebooks import find_cell, grade_id, write_notebook

# One class is made and graded for all of them.
pytestmark = pytest.mark.xdist_group("versions")

SECRET = "assert double(0.5) == 1.0, 'the private value'"


def grade(root, **options):
    return run_batch(plan_batch(load_course(root), "doubles", **options), jobs=2)


def write_source(root, change):
    source = doubles()
    change(source)
    write_notebook(source, root / "source/doubles/doubles.ipynb")


def stricter(source):
    find_cell(source, "test-visible").source = "assert double(-1) == -2"


def longer(source):
    """One more test, one test less."""
    source.cells = [cell for cell in source.cells if grade_id(cell) != "test-hidden"]
    source.cells.append(test_cell("test-more", "assert double(3) == 6", 4))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was released and graded once."""
    root = tmp_path_factory.mktemp("class")
    write_notebook(doubles(), root / "source/doubles/doubles.ipynb")
    (root / "kit.yaml").write_text(SETTINGS)
    publish_assignment(load_course(root), "doubles")
    hand_in(root, "right")
    hand_in(root, "wrong", answers=WRONG)
    hand_in(root, "late", at=NEXT_DAY)
    (hand_in(root, "broken") / "doubles.ipynb").write_text("no")
    grade(root)
    return root


@pytest.fixture
def course(graded, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(graded, copied)
    return copied


def run(capsys, *arguments):
    """Run a command; return its exit code and what it printed."""
    code = 0
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stopped:
        code = stopped.code
    return code, capsys.readouterr().out


def test_a_dry_run_says_whose_marks_would_change_and_writes_nothing(course, capsys):
    write_source(course, stricter)
    before = digest_folder(course)
    code, said = run(capsys, "grade", "doubles", "--course", course, "--walls", "none", "--dry-run")
    assert code == 0
    assert "wrong: 1 → 0  [test-visible 1 → 0]" in said
    assert "The marks of 1 student would change, of 4." in said
    assert "right:" not in said.split("would change")[0].split("wrong: 1")[1]
    assert digest_folder(course) == before
    grade(course)
    assert (result_of(course, "wrong").score, result_of(course, "right").score) == (0, 3)
    code, said = run(capsys, "grade", "doubles", "--course", course, "--walls", "none", "--dry-run")
    assert "The marks of 0 students would change, of 4." in said


def test_a_dry_run_shows_penalties_and_newcomers_too(course, capsys):
    (course / "kit.yaml").write_text(SETTINGS.replace("per_day: 0.5", "per_day: 0.1"))
    hand_in(course, "new")
    _code, said = run(
        capsys, "grade", "doubles", "--course", course, "--walls", "none", "--dry-run"
    )
    assert "late: 1.5 → 2.7" in said
    assert "1 would be graded for the first time." in said


def test_who_worked_on_an_earlier_version_is_not_told_that_cells_were_missing(course):
    write_source(course, longer)
    grade(course)
    result = result_of(course, "right")
    assert (result.score, result.max_score) == (5, 7)
    assert result.repairs == ("'test-more' came into the assignment after it was handed out.",)
    assert result.evidence["tampering"] == []
    assert [version.number for version in list_versions(load_course(course), "doubles")] == [1, 2]


def test_a_test_that_a_learner_changed_is_tampering_in_every_version(course):
    def forge(nb):
        find_cell(nb, "test-visible").source = "assert True"

    hand_in(course, "forger", answers=WRONG, damage=forge)
    grade(course)
    assert result_of(course, "forger").evidence["tampering"] == [
        "The test 'test-visible' had been changed; the original was used."
    ]
    assert result_of(course, "forger").score == 1


def test_marks_are_computed_again_from_their_evidence(course, capsys):
    # With the source of that time, whatever it says today.
    write_source(course, stricter)
    code, said = run(capsys, "regrade", "doubles", "--course", course, "--check")
    assert (code, said.splitlines()[-1]) == (0, "4 of 4 agree.")


def forge_result(course):
    path = course / ".kit/results/doubles/wrong.json"
    data = json.loads(path.read_text())
    data["marks"][1]["points"] = 2.0
    path.write_text(json.dumps(data))


def forge_gradebook(course):
    with closing(sqlite3.connect(course / "gradebook.db")) as db:
        db.execute("UPDATE grade SET auto_score = 2 WHERE auto_score = 0")
        db.commit()


def change_submission(course):
    hand_in(course, "wrong")


def lose_version(course):
    shutil.rmtree(course / ".kit/versions")


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        (forge_result, "differs", "The marks come out otherwise."),
        (forge_gradebook, "differs", "The gradebook has other points than grading found."),
        (change_submission, "impossible", "The submission is not the one that was graded."),
        (lose_version, "impossible", "The source that it was graded with is not kept."),
    ],
)
def test_what_does_not_agree_with_its_evidence_is_found(course, capsys, change, state, reason):
    change(course)
    before = digest_folder(course)
    (found,) = recheck_results(load_course(course), "doubles", students=["wrong"])
    assert (found.state, found.reason) == (state, reason)
    assert digest_folder(course) == before
    code, said = run(
        capsys, "regrade", "doubles", "--course", course, "--check", "--student", "wrong"
    )
    assert code == 1
    assert reason in said


def test_regrade_changes_nothing_and_says_so(course, capsys):
    code, _said = run(capsys, "regrade", "doubles", "--course", course)
    assert code == 1


@pytest.fixture
def private(tmp_path):
    """A folder with one private test in the place of the hidden one, and one behind the answer."""
    folder = tmp_path / "private"
    mine = notebook(
        test_cell("test-hidden", SECRET, points=2),
        test_cell("test-private", "assert double(-8) == -16", points=3),
    )
    write_notebook(mine, folder / "doubles/doubles.ipynb")
    return folder


def test_private_tests_decide_and_are_in_nothing_that_is_shared(course, private):
    grade(course, private=private)
    assert (result_of(course, "right").score, result_of(course, "right").max_score) == (6, 8)
    assert result_of(course, "wrong").score == 3
    assert result_of(course, "right").repairs == ()
    pages = [Path(page) for page in write_feedback(load_course(course), "doubles")]
    assert len(pages) == 4
    for path in [*pages, *(course / ".kit/results").rglob("*.json")]:
        assert "private value" not in path.read_text()
        assert "double(-8)" not in path.read_text()
    assert not list((course / "source").rglob("*private*"))
    kept = list_versions(load_course(course), "doubles")[-1]
    assert kept.private
    assert kept.folder.stat().st_mode & 0o077 == 0
    assert {one.state for one in recheck_results(load_course(course), "doubles")} == {"agrees"}


def test_grading_without_private_tests_after_grading_with_them_is_asked_for_by_name(
    course, private
):
    grade(course, private=private)
    with pytest.raises(KitError, match="was graded with private tests"):
        plan_batch(load_course(course), "doubles")
    grade(course, without_private=True)
    assert result_of(course, "right").max_score == 5
    assert plan_batch(load_course(course), "doubles", without_private=True).todo == ()


def test_private_tests_lie_where_their_notebook_has_them():
    source = doubles()
    mine = notebook(copy.deepcopy(find_cell(source, "double")), test_cell("early", "pass"))
    keys = [key for cell in lay_over(source, mine).cells if (key := grade_id(cell))]
    assert keys.index("early") == keys.index("double") + 1
    assert "early" not in [grade_id(cell) for cell in source.cells]
    with pytest.raises(KitError, match="the private cell 'other' is no test"):
        bad = copy.deepcopy(find_cell(source, "double"))
        bad.metadata.nbgrader["grade_id"] = "other"
        lay_over(source, notebook(bad))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tripled/doubles", "no private tests for 'doubles'"),
        ("doubles/tripled", "no notebook tripled"),
    ],
)
def test_private_tests_of_nothing_are_an_error(course, tmp_path, name, said):
    write_notebook(notebook(test_cell("t", "pass")), tmp_path / f"private/{name}.ipynb")
    with pytest.raises(KitError, match=said):
        grade(course, private=tmp_path / "private")


def draw(source):
    find_cell(source, "test-hidden").source = (
        "### BEGIN HIDDEN TESTS\nimport os, random\n"
        'seed = int(os.environ.get("KIT_SEED", "0"))\n'
        "x = random.Random(seed).uniform(-9, -1)\n"
        "assert double(x) == 2 * x\nprint('drawn with', seed)\n### END HIDDEN TESTS"
    )


def test_a_hidden_test_draws_with_a_seed_that_is_the_submissions_own(course):
    write_source(course, draw)
    hand_in(course, "curious", damage=insert("import os\nprint('KIT_SEED' in os.environ)"))
    grade(course)
    secret = read_secret(load_course(course))
    seeds = {}
    for student in ("right", "wrong", "curious"):
        result = result_of(course, student)
        seeds[student] = result.evidence["seeds"]["KIT_SEED"]
        assert seeds[student] == make_seed(secret, "doubles", student)
        ran = json.loads((course / f"autograded/{student}/doubles/doubles.ipynb").read_text())
        shown = {
            cell["id"]: cell["outputs"] for cell in ran["cells"] if cell["cell_type"] == "code"
        }
        if student != "wrong":
            assert shown["test-hidden"][0]["text"] == [f"drawn with {seeds[student]}\n"]
    assert len(set(seeds.values())) == 3
    assert (result_of(course, "right").score, result_of(course, "wrong").score) == (3, 1)
    # The learner's side knows nothing of it.
    ran = json.loads((course / "autograded/curious/doubles/doubles.ipynb").read_text())
    assert ran["cells"][1]["outputs"][0]["text"] == ["False\n"]
    assert (course / ".kit/secret").stat().st_mode & 0o077 == 0
    assert {one.state for one in recheck_results(load_course(course), "doubles")} == {"agrees"}


def test_handing_in_again_keeps_the_seed_and_another_secret_grades_again(course):
    before = result_of(course, "right").evidence["seeds"]
    hand_in(course, "right", answers=RIGHT, at=NEXT_DAY)
    grade(course)
    assert result_of(course, "right").evidence["seeds"] == before
    (course / ".kit/secret").write_text("another" * 8)
    assert len(plan_batch(load_course(course), "doubles").todo) == 4
    (course / ".kit/secret").write_text("")
    with pytest.raises(KitError, match="not the secret from which seeds are made"):
        plan_batch(load_course(course), "doubles")
