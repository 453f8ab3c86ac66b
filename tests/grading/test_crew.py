"""Who grades makes no difference to a mark: a pool, a cluster that loses a worker, a run that was killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
from grading_examples import doubles, open_gradebook
from test_batch import RIGHT, WRONG, hand_in, insert, result_of

from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.publication import publish_assignment
from kit.notebooks import write_notebook

DEADLINE = 120
STUDENTS = [f"s{number}" for number in range(4)]


def wait_for(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def make_class(root, flag=None):
    """Four students; the code of the third says where it runs, and waits until it may go on."""
    write_notebook(doubles(), root / "source/doubles/doubles.ipynb")
    publish_assignment(load_course(root), "doubles")
    for number, student in enumerate(STUDENTS):
        hand_in(root, student, answers=WRONG if number % 2 else RIGHT)
    if flag is not None:
        text = (
            f"import os, pathlib, time\nflag = pathlib.Path({str(flag)!r})\n"
            "(flag / str(os.getpid())).touch()\n"
            "while not (flag / 'go').exists():\n    time.sleep(0.05)"
        )
        hand_in(root, STUDENTS[2], damage=insert(text))
    else:
        hand_in(root, STUDENTS[2], damage=insert("pass"))


def marks_of(root):
    results = {student: result_of(root, student) for student in STUDENTS}
    with open_gradebook(load_course(root)) as gradebook:
        written = {s.student.id: s.score for s in gradebook.assignment_submissions("doubles")}
    marks = {
        student: [(mark.key, mark.points, mark.message) for mark in result.marks]
        for student, result in results.items()
    }
    assert written == {student: result.score for student, result in results.items()}
    for student, result in results.items():
        for name in result.evidence["executed"]:
            assert (root / f"autograded/{student}/doubles/{name}.ipynb").is_file()
    assert not list(root.glob("autograded/*/.*"))
    return marks


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed")
    make_class(root)
    run_batch(plan_batch(load_course(root), "doubles"), jobs=2)
    return marks_of(root)


def start_dask(folder, *arguments):
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    log = (folder / f"{arguments[0]}-{len(list(folder.iterdir()))}.log").open("wb")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own with one thread."""
    pytest.importorskip("distributed", reason='pip install "bitacora-kit[cluster]"')
    folder = tmp_path / "dask"
    folder.mkdir()
    file = folder / "scheduler.json"
    started = [
        start_dask(
            folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(file),
        )
    ]  # fmt: skip
    try:
        wait_for(file.exists, "the scheduler does not start")
        started += [
            start_dask(
                folder, "worker", "--scheduler-file", str(file), "--no-nanny", "--nthreads", "1",
                "--no-dashboard", "--memory-limit", "0", "--host", "127.0.0.1",
            )
            for _number in range(2)
        ]  # fmt: skip
        yield file, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def kit_grade(root, *arguments):
    command = [sys.executable, "-m", "kit", "grade", "doubles", "--course", str(root), *arguments]
    command += ["--walls", "none"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def descendants(process):
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def test_a_cluster_that_loses_a_worker_gives_the_same_marks(cluster, tmp_path, undisturbed):
    file, workers = cluster
    root, flag = tmp_path / "course", tmp_path / "flag"
    flag.mkdir()
    make_class(root, flag)
    command = kit_grade(root, "--cluster", str(file))
    wait_for(lambda: list(flag.iterdir()) or command.poll() is not None, "nothing was graded")
    assert command.poll() is None, command.communicate()
    pid = int(next(flag.iterdir()).name)
    (busy,) = [w for w in workers if pid in {child.pid for child in descendants(w)}]
    left = descendants(busy)
    busy.kill()
    # Nothing of a learner's outlives the worker that ran it.
    assert psutil.wait_procs(left, timeout=DEADLINE)[1] == []
    (flag / "go").touch()
    said, errors = command.communicate(timeout=DEADLINE)
    assert command.returncode == 0, errors
    assert "4 submissions graded" in said
    assert marks_of(root) == undisturbed
    # It was begun on one worker and ended on the other.
    assert len(list(flag.iterdir())) >= 3


def test_a_cluster_that_can_not_do_the_work_is_an_error(tmp_path):
    pytest.importorskip("distributed", reason='pip install "bitacora-kit[cluster]"')
    from kit.grading.crew import find_problem
    from kit.grading.fingerprint import environment_digest

    assert find_problem(str(tmp_path), environment_digest(), None) == ""
    assert "there is no" in find_problem(str(tmp_path / "no"), environment_digest(), None)
    assert "other versions" in find_problem(str(tmp_path), "another", None)
    make_class(tmp_path)
    done = kit_grade(tmp_path, "--cluster", "tcp://127.0.0.1:1")
    _said, errors = done.communicate(timeout=DEADLINE)
    assert done.returncode == 1
    assert "no Dask scheduler answers" in errors


# Where a run is killed: the function that it has just come to, or has just been through.
MOMENTS = [
    ("kit.grading.versions", "_copy_source", "before"),
    ("kit.grading.folders", "copy_files", "after"),
    ("kit.grading.folders", "Replacement.__exit__", "before"),
    ("kit.grading.batch", "_keep", "before"),
    ("kit.grading.writer", "_Writer.write", "after"),
    ("kit.grading.writer", "write_results", "after"),
]
# Runs the real command, and stands still when it comes to the moment so many times.
STAND_STILL = """
import importlib, pathlib, sys, time
from kit.cli import main
module, name, when, times, flag, *arguments = sys.argv[1:]
place = importlib.import_module(module)
*above, last = name.split(".")
for part in above:
    place = getattr(place, part)
real, left = getattr(place, last), int(times)
def stop():
    pathlib.Path(flag).touch()
    time.sleep(600)
def there(*given, **named):
    global left
    left -= 1
    if left == 0 and when == "before":
        stop()
    result = real(*given, **named)
    if left == 0:
        stop()
    return result
for loaded in list(sys.modules.values()):
    if getattr(loaded, last, None) is real:
        setattr(loaded, last, there)
setattr(place, last, there)
main(arguments)
"""


@pytest.mark.parametrize(("module", "name", "when"), MOMENTS)
def test_killed_at_any_moment_the_same_command_goes_on(tmp_path, undisturbed, module, name, when):
    make_class(tmp_path)
    once = name in ("_copy_source", "_Writer.write", "write_results")
    # The first version was kept when the assignment was released.
    shutil.rmtree(tmp_path / ".kit/versions")
    flag = tmp_path / "reached"
    command = [
        sys.executable,
        "-c",
        STAND_STILL,
        module,
        name,
        when,
        "1" if once else "3",
        str(flag),
    ]
    command += ["grade", "doubles", "--course", str(tmp_path), "-j", "1", "--walls", "none"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: flag.exists() or child.poll() is not None, name)
    assert child.poll() is None, child.stderr.read()
    left = descendants(child)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert psutil.wait_procs(left, timeout=DEADLINE)[1] == []
    kept = {path.stem for path in (tmp_path / ".kit/results/doubles").glob("*.json")}
    plan = plan_batch(load_course(tmp_path), "doubles")
    assert {task.student for task in plan.todo} == set(STUDENTS) - kept
    run_batch(plan, jobs=2)
    assert marks_of(tmp_path) == undisturbed
    assert plan_batch(load_course(tmp_path), "doubles").todo == ()
    assert not list((tmp_path / ".kit/versions/doubles").glob(".*"))
    written = json.loads((tmp_path / ".kit/gradebook/doubles.json").read_text())
    assert written == {student: result_of(tmp_path, student).key for student in STUDENTS}


def test_a_source_that_is_edited_while_a_class_is_graded_is_met_by_all_as_it_was(tmp_path):
    make_class(tmp_path)
    plan = plan_batch(load_course(tmp_path), "doubles")
    worse = doubles()
    worse.cells[3].source = "assert False"

    def edit(_result):
        write_notebook(worse, tmp_path / "source/doubles/doubles.ipynb")

    run_batch(plan, jobs=1, on_result=edit)
    assert {result_of(tmp_path, student).marks[0].points for student in STUDENTS} == {1}
