"""The command `kit run`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kit.cli import main
from kit.cli.run import find_notebooks, typed_value
from kit.errors import KitError
from kit.notebooks import read_notebook
from kit.running import read_report

FIXTURES = Path(__file__).parent.parent / "fixtures" / "running"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one's own to work in, and the handler that the command replaces put back."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, handler)


def take(folder, *names):
    for name in names:
        shutil.copy(FIXTURES / f"{name}.ipynb", folder)


def kit_run(capsys, *arguments):
    code = 0
    try:
        main(["run", *arguments])
    except SystemExit as stop:
        code = stop.code
    return code, capsys.readouterr()


def test_a_folder_with_one_red_notebook_is_red_and_says_where(folder, capsys):
    take(folder, "green-agreement", "red-exception")
    code, printed = kit_run(capsys, ".", "--report", "run.json", "--page", "docs/run.md")
    assert code == 1
    assert "red: red-exception.ipynb:divide (cell 3): it raised ZeroDivisionError" in printed.out
    assert "2 notebooks, 1 red" in printed.out
    assert "agreement: 7 checked, 1 not checked" in printed.out
    report = read_report("run.json")
    assert {entry["name"]: entry["ok"] for entry in report["notebooks"]} == {
        "green-agreement.ipynb": True,
        "red-exception.ipynb": False,
    }
    assert (folder / "docs/run.md").read_text().startswith("<!-- generated")
    copies = [path.name for path in (folder / "kit-run").iterdir()]
    assert copies == ["red-exception.ipynb"]
    written = read_notebook(folder / "kit-run/red-exception.ipynb")
    assert written.cells[0].id == "kit-run-problems"
    assert any(
        output.output_type == "error"
        for cell in written.cells
        for output in cell.get("outputs", [])
    )


def test_a_source_is_never_changed(folder, capsys):
    take(folder, "green-seeds")
    before = (folder / "green-seeds.ipynb").read_bytes()
    assert kit_run(capsys, "green-seeds.ipynb", "--save-all")[0] == 0
    assert (folder / "green-seeds.ipynb").read_bytes() == before
    assert read_notebook("kit-run/green-seeds.ipynb").cells[2].execution_count == 2


def test_a_red_copy_goes_when_the_notebook_is_green_again(folder, capsys):
    take(folder, "red-shell-line", "green-seeds")
    assert kit_run(capsys, "red-shell-line.ipynb")[0] == 1
    shutil.move("green-seeds.ipynb", "red-shell-line.ipynb")
    assert kit_run(capsys, "red-shell-line.ipynb")[0] == 0
    assert not Path("kit-run/red-shell-line.ipynb").exists()


def test_parameters_come_typed_and_raw(folder, capsys):
    take(folder, "parameters")
    options = ["-p", "n", "3", "-p", "rate", "1e-3", "-r", "label", "007", "--save-all"]
    assert kit_run(capsys, "parameters.ipynb", *options)[0] == 0
    outputs = read_notebook("kit-run/parameters.ipynb").cells[-1].outputs
    assert outputs[0].text == "3 0.001 007\n"


def test_a_misspelt_parameter_is_an_error(folder, capsys):
    take(folder, "parameters")
    code, printed = kit_run(capsys, "parameters.ipynb", "-p", "nn", "3")
    assert code == 1
    assert "has no parameter 'nn'. Its parameters are: n, rate, label." in printed.err


def test_every_file_that_is_no_notebook_is_named_before_anything_runs(folder, capsys):
    take(folder, "red-run-magic")
    (folder / "broken.ipynb").write_text("{")
    (folder / "old.ipynb").write_text('{"nbformat": 2, "worksheets": []}')
    code, printed = kit_run(capsys, ".")
    assert code == 1
    assert "broken.ipynb: this is not a notebook" in printed.err
    assert "old.ipynb: this notebook has format 2" in printed.err
    assert not (folder / "script.py").exists()


def test_missing_paths_and_empty_folders_are_named_at_once(folder):
    (folder / "empty").mkdir()
    with pytest.raises(KitError) as caught:
        find_notebooks((Path("empty"), Path("nowhere.ipynb")), leave_out=Path("kit-run"))
    assert [line.split(":")[0] for line in caught.value.message().splitlines()] == [
        "empty",
        "nowhere.ipynb",
    ]


def test_checkpoints_and_earlier_results_are_left_out_and_nothing_runs_twice(folder):
    take(folder, "green-seeds")
    for below in (".ipynb_checkpoints", "kit-run", "deep/er"):
        (folder / below).mkdir(parents=True)
        take(folder / below, "green-seeds")
    found = find_notebooks((Path(), Path("green-seeds.ipynb")), leave_out=Path("kit-run"))
    assert found == [Path("deep/er/green-seeds.ipynb"), Path("green-seeds.ipynb")]


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1e-3", 0.001), (".5", 0.5), ("TRUE", True), ("none", None), ('"7"', "7"), ("[1]", [1]),
     ("no", "no"), ("12:30", "12:30"), ("", "")],
)  # fmt: skip
def test_a_value_on_the_command_line_has_the_type_one_means(text, value):
    assert typed_value(text) == value
    assert type(typed_value(text)) is type(value)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_process_and_nothing_half_written(folder, number):
    take(folder, "red-timeout")
    (folder / "run.json").write_text("the report of yesterday")
    source = json.loads((folder / "red-timeout.ipynb").read_text())
    source["cells"][1]["source"] = "import time\nopen('began', 'w').close()\ntime.sleep(600)"
    (folder / "red-timeout.ipynb").write_text(json.dumps(source))
    command = [
        sys.executable,
        "-m",
        "kit",
        "run",
        "--no-warm",
        "--report",
        "run.json",
        "red-timeout.ipynb",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        patience = time.monotonic() + 60
        while not (folder / "began").exists():
            assert process.poll() is None and time.monotonic() < patience
            time.sleep(0.05)
        kernels = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, number)
        _out, err = process.communicate(timeout=60)
    assert kernels and not any(kernel.is_running() for kernel in kernels)
    assert process.returncode == 130
    assert "Stopped." in err
    assert "Traceback" not in err
    assert sorted(path.name for path in folder.iterdir()) == [
        "began",
        "red-timeout.ipynb",
        "run.json",
    ]
    assert (folder / "run.json").read_text() == "the report of yesterday"
