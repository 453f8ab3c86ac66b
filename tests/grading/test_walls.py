"""Behind walls a class gets the same marks, and a submission reaches nothing but itself."""

import json
import shutil
import threading
import time

import nbformat
import psutil
import pytest
from grading_examples import cell, doubles, notebook

from kit.cli import main
from kit.errors import KitError
from kit.grading.answers import Answers, fill_answers
from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.execution import DIED, OUT_OF_MEMORY, Stop, StoppedError
from kit.grading.inside.journey import execute_inside
from kit.grading.publication import publish_assignment
from kit.grading.release import make_release_version
from kit.grading.results import read_result
from kit.grading.terms import Limits
from kit.notebooks import write_notebook
from kit.sandbox.tiers import TIERS, choose_tier, probe_tier

SOURCE = doubles()
RELEASE = make_release_version(SOURCE)
WORK = {"why": "Twice as much.", "free": "def triple(x):\n    return 3 * x"}
RIGHT = Answers("", {**WORK, "double": "def double(x):\n    return 2 * x"})
WRONG = Answers("", {**WORK, "double": "def double(x):\n    return abs(2 * x)"})
SETTINGS = "assignments: {doubles: {limits: {wall_seconds: 6, memory_mb: 600}}}\n"
PROWL = """
import json, os, socket
reached = []
for path in {paths}:
    try:
        open(path, "rb").read()
        reached.append(path)
    except OSError:
        pass
try:
    socket.socket().close()
    reached.append("network")
except OSError:
    pass
if "KIT_TEST_SECRET" in os.environ:
    reached.append("environment")
# What was handed in, and what the assignment came with, is there.
print(json.dumps([sorted(reached), sorted(os.listdir())]))
"""
HUNGRY = "data = []\nwhile True: data.append(bytearray(b'x' * 10_000_000))"


@pytest.fixture(scope="module")
def walls():
    try:
        return choose_tier()
    except KitError as err:
        pytest.skip(str(err))


def hand_in(course, student, answers, source=""):
    nb = fill_answers(RELEASE, answers)
    if source:
        nb.cells.insert(1, cell(source))
    write_notebook(nb, course / "submitted" / student / "doubles/doubles.ipynb")


@pytest.fixture(scope="module")
def classes(tmp_path_factory, walls):
    """The same class, graded behind walls by the command, and without any; and what was in its reach."""
    root = tmp_path_factory.mktemp("class")
    course, key = root / "walled", root / "home/.ssh/id_ed25519"
    key.parent.mkdir(parents=True)
    key.write_text("a private key")
    write_notebook(SOURCE, course / "source/doubles/doubles.ipynb")
    (course / "source/doubles/data").mkdir()
    (course / "source/doubles/data/numbers.csv").write_text("1,2")
    (course / "kit.yaml").write_text(SETTINGS)
    publish_assignment(load_course(course), "doubles")
    baits = [
        course / "gradebook.db",
        course / "source/doubles/doubles.ipynb",
        course / "submitted/right/doubles/doubles.ipynb",
        key,
    ]
    hand_in(course, "right", RIGHT)
    hand_in(course, "wrong", WRONG)
    hand_in(course, "prowler", RIGHT, PROWL.format(paths=[str(path) for path in baits]))
    (course / "submitted/prowler/doubles/mine.txt").write_text("handed in")
    open_course = root / "open"
    shutil.copytree(course, open_course)
    hand_in(course, "endless", RIGHT, "while True:\n    pass")
    hand_in(course, "hungry", RIGHT, HUNGRY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_TEST_SECRET", "in-the-environment")
        main(["grade", "doubles", "--course", str(course), "--walls", "auto", "--jobs", "2"])
        run_batch(plan_batch(load_course(open_course), "doubles"), jobs=2, warm=False)
    return course, open_course, sorted(map(str, baits))


def result_of(course, student):
    return read_result(course / f".kit/results/doubles/{student}.json")


@pytest.mark.parametrize("student", ["right", "wrong", "prowler"])
def test_honest_work_gets_the_same_marks_behind_walls(classes, student):
    walled, without, _baits = classes
    one, other = result_of(walled, student), result_of(without, student)
    assert one.status == "graded"
    assert (one.marks, one.score, one.outcome) == (other.marks, other.score, other.outcome)
    assert one.score == {"right": 3, "wrong": 1, "prowler": 3}[student]


def test_the_evidence_names_the_walls_that_stood(classes, walls):
    walled, without, _baits = classes
    evidence = result_of(walled, "prowler").evidence
    assert evidence["walls"].split("+")[0] == walls.tier
    assert evidence["verdict"] == "outside"
    assert evidence["executed"]["doubles"]["warm"] is True
    assert result_of(without, "prowler").evidence["walls"] == "none"


def test_a_submission_behind_walls_reaches_only_its_own_files(classes):
    walled, without, baits = classes
    found = {}
    for course in (walled, without):
        nb = nbformat.read(course / "autograded/prowler/doubles/doubles.ipynb", as_version=4)
        found[course] = json.loads(nb.cells[1].outputs[0].text)
    own = ["data", "mine.txt"]
    assert found[without] == [sorted([*baits, "network"]), own]
    assert found[walled] == [[], own]


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("endless", "Cell 2 was stopped: it did not end within 6 seconds."),
        ("hungry", "Cell 2 was stopped: it used more than 600 MB of memory."),
    ],
)
def test_a_cell_that_takes_too_much_costs_only_itself(classes, student, said):
    result = result_of(classes[0], student)
    assert (result.status, result.score) == ("graded", 3)
    assert said in result.outcome


def test_other_walls_are_another_result(classes, walls):
    course = load_course(classes[0])
    assert plan_batch(course, "doubles", walls=walls).todo == ()
    assert len(plan_batch(course, "doubles").todo) == 5


def test_walls_that_do_not_hold_are_refused_with_what_is_missing(classes, capsys):
    missing = [tier for tier in TIERS[:-1] if not probe_tier(tier).holds]
    if not missing:
        pytest.skip("all walls hold on this machine")
    with pytest.raises(SystemExit) as caught:
        main(["grade", "doubles", "--course", str(classes[0]), "--walls", missing[0], "--force"])
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert "no walls hold on this machine" in said
    assert probe_tier(missing[0]).reason[:40] in " ".join(said.split())


def test_a_kernel_that_is_lost_behind_walls_says_why_and_the_cells_go_on(tmp_path, walls):
    sources = ["values = [1]", "import os\nos._exit(0)", HUNGRY, "print(values)"]
    made = notebook(*(cell(source) for source in sources))
    executed = execute_inside(made, cwd=tmp_path, limits=Limits(60, 400), walls=walls)
    errors = [
        next((output.ename for output in item.outputs if output.output_type == "error"), None)
        for item in executed.notebook.cells
    ]
    assert errors == [None, DIED, OUT_OF_MEMORY, None]
    assert executed.notebook.cells[3].outputs[0].text == "[1]\n"
    assert executed.restarts == 2
    assert "it ended the Python process" in executed.events[0]


def test_nothing_behind_walls_is_left_when_grading_is_stopped(tmp_path, walls):
    mark = f"left-{tmp_path.name}-{time.time_ns()}"
    source = (
        "import subprocess, sys\n"
        f"code = 'import time; time.sleep(600)  # {mark}'\n"
        "subprocess.Popen([sys.executable, '-c', code], start_new_session=True)\n"
        "while True: pass"
    )
    stop, caught = Stop(), []

    def work():
        try:
            execute_inside(notebook(cell(source)), cwd=tmp_path, walls=walls, stop=stop)
        except StoppedError as err:
            caught.append(err)

    def descendants():
        found = []
        for process in psutil.process_iter(["cmdline"]):
            if any(mark in part for part in process.info["cmdline"] or []):
                found.append(process)
        return found

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 60
    while not descendants():
        assert time.monotonic() < deadline, "the process was not started"
        time.sleep(0.05)
    stop.ask()
    thread.join(30)
    assert caught
    assert psutil.wait_procs(descendants(), timeout=5)[1] == []
