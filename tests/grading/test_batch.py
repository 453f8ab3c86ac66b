"""A class is graded: everyone has an outcome, nothing is done twice, nothing that was recorded is lost."""

import copy
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
from grading_examples import cell, doubles, open_gradebook, run_nbgrader

from kit.cli import main
from kit.errors import KitError
from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.publication import publish_assignment
from kit.grading.release import make_release_version
from kit.grading.results import read_result
from kit.notebooks import find_cell, write_notebook

# One class is made and graded for all of them.
pytestmark = pytest.mark.xdist_group("batch")

SOURCE = doubles()
RELEASE = make_release_version(SOURCE)
REFERENCE = reference_answers(SOURCE)
WORK = {"why": "Twice as much.", "free": "def triple(x):\n    return 3 * x"}
RIGHT = Answers("", {**WORK, "double": "def double(x):\n    return 2 * x"})
WRONG = Answers("", {**WORK, "double": "def double(x):\n    return abs(2 * x)"})
NOISY = Answers(
    "",
    {
        **WORK,
        "double": "import warnings\ndef double(x):\n    warnings.warn('hm')\n    return 2 * x",
    },
)
SETTINGS = """
timezone: Europe/Paris
assignments:
  doubles:
    due: "2027-03-01 12:00"
    late: {per_day: 0.5, grace_minutes: 5}
    limits: {wall_seconds: 6}
    extensions: {late-with-extension: "2027-03-05 12:00"}
"""
NEXT_DAY = "2027-03-02 10:00:00 UTC"


def hand_in(course, student, *, answers=RIGHT, damage=None, name="doubles", at=None):
    folder = course / "submitted" / student / "doubles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if at:
        (folder / "timestamp.txt").write_text(at)
    nb = fill_answers(RELEASE, answers)
    if damage:
        damage(nb)
    write_notebook(nb, folder / f"{name}.ipynb")
    return folder


def insert(source):
    return lambda nb: nb.cells.insert(1, cell(source))


def strip(nb):
    for item in nb.cells:
        item.metadata = {}


def copy_a_test(nb):
    nb.cells.append(copy.deepcopy(find_cell(nb, "test-visible")))
    nb.cells[-1]["id"] = "copied"


def delete_the_tests(nb):
    nb.cells = [item for item in nb.cells if not item.metadata.get("nbgrader", {}).get("grade")]


def cheat(nb):
    find_cell(nb, "test-hidden").source = "assert True"
    find_cell(nb, "test-hidden").metadata.nbgrader["points"] = 50


def awkward(course):
    """Files that stand in the way of the assignment's own, and a name that would ring a terminal's bell."""
    folder = hand_in(course, "awkward")
    (folder / "data").write_text("a file where the assignment has a folder")
    (folder / "bell\x07\x1b[31m.txt").symlink_to("/etc/passwd")


def make_class(course):
    write_notebook(SOURCE, course / "source/doubles/doubles.ipynb")
    (course / "source/doubles/data").mkdir()
    (course / "source/doubles/data/numbers.csv").write_text("1,2")
    (course / "kit.yaml").write_text(SETTINGS)
    publish_assignment(load_course(course), "doubles")
    hand_in(course, "right")
    hand_in(course, "wrong", answers=WRONG)
    hand_in(course, "untouched", answers=Answers(""))
    hand_in(course, "noisy", answers=NOISY)
    hand_in(course, "late", at=NEXT_DAY)
    hand_in(course, "late-with-extension", at=NEXT_DAY)
    hand_in(course, "copied", damage=copy_a_test)
    hand_in(course, "stripped", damage=strip)
    hand_in(course, "deleted", damage=delete_the_tests)
    hand_in(course, "cheating", answers=WRONG, damage=cheat)
    hand_in(course, "renamed", name="Doubles (final)")
    hand_in(course, "exit", damage=insert("import sys\nsys.exit(0)"))
    hand_in(course, "dies", damage=insert("import os\nos._exit(0)"))
    hand_in(course, "endless", damage=insert("while True:\n    pass"))
    for student, data in (
        ("empty-file", b""),
        ("no-json", b"print(1)"),
        ("binary", bytes(range(256))),
        ("old-format", b'{"nbformat": 2, "worksheets": []}'),
    ):
        (hand_in(course, student) / "doubles.ipynb").write_bytes(data)
    with (hand_in(course, "huge") / "doubles.ipynb").open("r+b") as stream:
        stream.truncate(60_000_000)
    (hand_in(course, "nothing") / "doubles.ipynb").unlink()
    awkward(course)
    linked = hand_in(course, "linked") / "doubles.ipynb"
    linked.unlink()
    linked.symlink_to(course / "source/doubles/doubles.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class that was graded once."""
    root = tmp_path_factory.mktemp("class")
    make_class(root)
    loaded = load_course(root)
    seen = []
    run_batch(plan_batch(loaded, "doubles"), jobs=2, warm=False, on_result=seen.append)
    assert len(seen) == len(loaded.submissions("doubles"))
    return root


def result_of(course, student):
    return read_result(course / f".kit/results/doubles/{student}.json")


@pytest.mark.parametrize(
    ("student", "score", "said"),
    [
        ("right", 3, "Graded: 3 of 5 points. One answer waits for a mentor."),
        ("wrong", 1, "Graded: 1 of 5 points"),
        ("untouched", 0, "Graded: 0 of 5 points."),
        ("noisy", 3, "Graded: 3 of 5"),
        ("late", 1.5, "It came 23 hours late, which costs 1.5 points"),
        ("late-with-extension", 3, "Graded: 3 of 5"),
        ("copied", 3, "Graded: 3 of 5"),
        ("stripped", 3, "Graded: 3 of 5"),
        ("deleted", 3, "Graded: 3 of 5"),
        ("cheating", 1, "Graded: 1 of 5"),
        ("renamed", 3, "Graded: 3 of 5"),
        ("exit", 3, "Graded: 3 of 5"),
        ("awkward", 3, "Graded: 3 of 5"),
        ("dies", 3, "Cell 2 was stopped: it ended the Python process."),
        ("endless", 3, "Cell 2 was stopped: it did not end within 6 seconds."),
    ],
)
def test_everyone_whose_work_can_be_read_gets_their_points(course, student, score, said):
    result = result_of(course, student)
    assert result.status == "graded"
    assert result.score == score
    assert said in result.outcome
    assert result.max_score == 5
    damaged = {"copied", "stripped", "deleted", "cheating", "renamed", "awkward"}
    assert bool(result.repairs) == (student in damaged)


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("empty-file", "this file is empty"),
        ("no-json", "not JSON"),
        ("binary", "not UTF-8"),
        ("old-format", "format 2"),
        ("huge", "60 MB"),
        ("nothing", "no notebook in what was handed in; doubles.ipynb was expected"),
        ("linked", "links are not followed"),
    ],
)
def test_everyone_else_has_an_outcome_that_says_why(course, student, said):
    result = result_of(course, student)
    assert (result.status, result.score) == ("failed", 0)
    assert said in result.outcome
    assert str(course) not in result.to_json()
    assert not (course / "autograded" / student).exists() or not list(
        (course / "autograded" / student).iterdir()
    )


def test_names_of_files_can_do_nothing_to_a_terminal(course):
    (sentence,) = result_of(course, "awkward").repairs
    assert "bell" in sentence
    assert sentence.isprintable()
    assert (course / "autograded/awkward/doubles/data/numbers.csv").is_file()


def test_every_result_carries_its_evidence(course):
    evidence = result_of(course, "dies").evidence
    assert evidence["walls"] == "none"
    assert evidence["executed"]["doubles"]["restarts"] == 1
    assert evidence["hashes"].keys() == {"submission", "source", "environment", "execution"}
    assert result_of(course, "late").evidence["late"]["share"] == 0.5


def test_no_result_and_no_feedback_shows_a_hidden_test(course):
    for path in (course / ".kit/results/doubles").glob("*.json"):
        assert "7.25" not in path.read_text()
        assert "secret" not in path.read_text()


def test_nbgraders_gradebook_gives_the_same_totals(course):
    with open_gradebook(load_course(course)) as gradebook:
        submissions = {s.student.id: s for s in gradebook.assignment_submissions("doubles")}
        assert submissions.keys() == load_course(course).submissions("doubles").keys()
        for student, theirs in submissions.items():
            ours = result_of(course, student)
            assert theirs.max_score == ours.max_score
            assert theirs.score == ours.score + ours.penalty
            # nbgrader also waits for cells that are worth nothing.
            unmarked = any(mark.points is None for mark in ours.marks)
            assert bool(theirs.needs_manual_grade) == unmarked
            late = sum(book.late_submission_penalty or 0 for book in theirs.notebooks)
            assert late == ours.penalty
        assert submissions["late"].total_seconds_late == 23 * 3600
        assert submissions["late-with-extension"].total_seconds_late == 0
        comment = gradebook.find_comment("why", "doubles", "doubles", "untouched")
        assert comment.auto_comment == "No response."


def test_nbgraders_formgrader_shows_the_class(course):
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(course)
    api = NbGraderAPI(config=config)
    assert api.get_assignment("doubles")["num_submissions"] == len(
        list((course / "submitted").iterdir())
    )
    shown = api.get_submission("doubles", "right")
    assert (shown["score"], shown["autograded"], shown["needs_manual_grade"]) == (3, True, True)
    books = {book["student"]: book for book in api.get_notebook_submissions("doubles", "doubles")}
    assert books["wrong"]["failed_tests"]
    assert not books["right"]["failed_tests"]


def test_honest_work_gets_the_marks_of_nbgrader(course, tmp_path):
    honest = ["right", "wrong", "untouched", "late"]
    shutil.copytree(course / "source", tmp_path / "source")
    for student in honest:
        shutil.copytree(course / "submitted" / student, tmp_path / "submitted" / student)
    publish_assignment(load_course(tmp_path), "doubles")
    run_nbgrader(tmp_path, "autograde", "doubles")
    with open_gradebook(load_course(tmp_path)) as gradebook:
        for student in honest:
            theirs = {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for grade in gradebook.find_submission("doubles", student).notebooks[0].grades
            }
            ours = {m.key: (m.points, m.points is None) for m in result_of(course, student).marks}
            assert ours == theirs


def test_nbgraders_feedback_works_on_what_kit_wrote(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    run_nbgrader(copied, "generate_feedback", "doubles", "--student", "dies")
    page = (copied / "feedback/dies/doubles/doubles.html").read_text()
    assert "KernelDied" in page
    mode = (copied / "autograded/right/doubles/doubles.ipynb").stat().st_mode & 0o777
    assert mode == 0o444


def tasks_of(course):
    return [task.student for task in plan_batch(load_course(course), "doubles").todo]


def test_only_what_changed_is_graded_again(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    assert tasks_of(copied) == []
    hand_in(copied, "wrong")
    shutil.rmtree(copied / "autograded/late")
    (copied / ".kit/results/doubles/right.json").write_text("half a re")
    assert tasks_of(copied) == ["late", "right", "wrong"]
    run_batch(plan_batch(load_course(copied), "doubles"), jobs=2, warm=False)
    assert result_of(copied, "wrong").score == 3
    assert tasks_of(copied) == []
    (copied / "source/doubles/data.csv").write_text("1")
    assert len(tasks_of(copied)) == len(load_course(copied).submissions("doubles"))


def test_a_new_due_date_changes_penalties_and_executes_nothing(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    (copied / "kit.yaml").write_text(SETTINGS.replace("per_day: 0.5", "per_day: 0.1"))
    plan = plan_batch(load_course(copied), "doubles")
    assert plan.todo == ()
    assert "late" in plan.changed
    run_batch(plan)
    assert result_of(copied, "late").penalty == pytest.approx(0.3)
    with open_gradebook(load_course(copied)) as gradebook:
        (book,) = gradebook.find_submission("doubles", "late").notebooks
        assert book.late_submission_penalty == pytest.approx(0.3)
    plan = plan_batch(load_course(copied), "doubles")
    assert (plan.changed, plan.pending) == (frozenset(), frozenset())


def test_marks_and_comments_of_a_mentor_are_kept(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    loaded = load_course(copied)
    with open_gradebook(loaded) as gradebook:
        grade = gradebook.find_grade("why", "doubles", "doubles", "late")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 1, False
        comment = gradebook.find_comment("why", "doubles", "doubles", "late")
        comment.manual_comment = "Well said."
        gradebook.db.commit()
    run_batch(plan_batch(loaded, "doubles", students=["late"], force=True), warm=False)
    with open_gradebook(loaded) as gradebook:
        grade = gradebook.find_grade("why", "doubles", "doubles", "late")
        assert (grade.manual_score, grade.extra_credit) == (2, 1)
        assert grade.needs_manual_grade
        comment = gradebook.find_comment("why", "doubles", "doubles", "late")
        assert comment.manual_comment == "Well said."
        (book,) = gradebook.find_submission("doubles", "late").notebooks
        assert book.late_submission_penalty == 3  # half of 3 earned and 2 + 1 given
        other = gradebook.find_submission("doubles", "right")
        assert other.score == 3


def test_a_gradebook_that_was_lost_is_written_again_from_the_results(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    (copied / "gradebook.db").unlink()
    plan = plan_batch(load_course(copied), "doubles")
    assert plan.todo == ()
    run_batch(plan)
    with open_gradebook(load_course(copied)) as gradebook:
        assert gradebook.find_submission("doubles", "right").score == 3


def test_with_nothing_to_do_neither_nbgrader_nor_nbformat_is_imported(course):
    code = (
        "import sys\nfrom kit.cli import main\n"
        f"main(['grade', 'doubles', '--course', {str(course)!r}, '--walls', 'none'])\n"
        "print(sorted({'nbgrader', 'nbformat', 'sqlalchemy', 'nbclient'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "0 submissions graded" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def processes_of(pid):
    return psutil.Process(pid).children(recursive=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_after_being_stopped_the_same_command_goes_on(tmp_path, how):
    write_notebook(SOURCE, tmp_path / "source/doubles/doubles.ipynb")
    publish_assignment(load_course(tmp_path), "doubles")
    flag = tmp_path / "reached"
    hand_in(tmp_path, "a")
    wait = f"import pathlib, time\npathlib.Path({str(flag)!r}).touch()\ntime.sleep(600)"
    hand_in(tmp_path, "b", damage=insert(wait))
    hand_in(tmp_path, "c", answers=WRONG)
    command = [
        sys.executable,
        "-m",
        "kit",
        "grade",
        "doubles",
        "--course",
        str(tmp_path),
        "-j1",
        "--walls",
        "none",
    ]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not flag.exists():
        assert time.monotonic() < deadline
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.05)
    processes = processes_of(child.pid)
    assert processes
    child.send_signal(how)
    _, said = child.communicate(timeout=30)
    if how == signal.SIGINT:
        assert child.returncode == 130
        assert "The same command goes on from here." in said
    assert psutil.wait_procs(processes, timeout=20)[1] == []
    assert result_of(tmp_path, "a").score == 3
    before = (tmp_path / ".kit/results/doubles/a.json").stat().st_mtime_ns
    hand_in(tmp_path, "b")
    assert tasks_of(tmp_path) == ["b", "c"]
    run_batch(plan_batch(load_course(tmp_path), "doubles"), warm=False)
    assert (tmp_path / ".kit/results/doubles/a.json").stat().st_mtime_ns == before
    with open_gradebook(load_course(tmp_path)) as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions("doubles")}
    assert scores == {"a": 3, "b": 3, "c": 1}
    assert not list((tmp_path / "autograded").glob("*/.*"))


def test_the_command_says_what_became_of_everyone_and_exits_with_0(tmp_path, capsys):
    write_notebook(SOURCE, tmp_path / "source/doubles/doubles.ipynb")
    publish_assignment(load_course(tmp_path), "doubles")
    main(["grade", "doubles", "--course", str(tmp_path), "--walls", "none"])
    assert "Nobody has handed in doubles yet." in capsys.readouterr().out
    (hand_in(tmp_path, "a") / "doubles.ipynb").write_text("no")
    main(["grade", "doubles", "--course", str(tmp_path), "--walls", "none"])
    out = capsys.readouterr().out
    assert "[1/1] a: Nothing could be graded." in out
    assert "1 submission graded" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["doubles", "--course", "/nowhere/at-all"], "no such course directory"),
        (["triples"], "The assignments are: doubles"),
        (["doubles", "--student", "nobody"], "nobody did not hand in doubles"),
    ],
)
def test_what_is_impossible_is_an_error_that_lists_what_there_is(course, capsys, arguments, said):
    with pytest.raises(SystemExit) as caught:
        main(
            [
                "grade",
                *arguments,
                "--walls",
                "none",
                *([] if "--course" in arguments else ["--course", str(course)]),
            ]
        )
    assert caught.value.code == 1
    assert said in capsys.readouterr().err


def test_a_source_with_an_unknown_kernel_is_an_error_before_anything_is_graded(course, tmp_path):
    copied = tmp_path / "course"
    shutil.copytree(course, copied, symlinks=True)
    source = copy.deepcopy(SOURCE)
    source.metadata.kernelspec["name"] = "cobol"
    write_notebook(source, copied / "source/doubles/doubles.ipynb")
    with pytest.raises(KitError, match="no kernel named 'cobol'"):
        run_batch(plan_batch(load_course(copied), "doubles"), warm=False)
    assert result_of(copied, "right").score == 3
