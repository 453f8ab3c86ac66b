"""What a run does to the notebook, to the machine, and what it records."""

import copy
import os
import re
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.errors import KitError
from kit.notebooks import read_notebook
from kit.running import Agreement, NotebookTask, run_notebook, run_notebooks

FIXTURES = Path(__file__).parent.parent / "fixtures" / "running"
linux = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")


def notebook_of(*sources, **metadata):
    cells = [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources, 1)]
    return new_notebook(cells=cells, metadata=metadata)


def fixture(name):
    return read_notebook(FIXTURES / f"{name}.ipynb")


def run(notebook, **options):
    options = {"name": "test", "timeout": 60} | options
    return run_notebook(notebook, **options)


def texts(run):
    return [
        "".join(output.get("text", "") for output in cell.outputs)
        for cell in run.notebook.cells
        if cell.cell_type == "code"
    ]


def test_the_notebook_that_is_passed_stays_as_it_is():
    notebook = fixture("parameters")
    before = copy.deepcopy(notebook)
    result = run(notebook, parameters={"n": 3})
    assert notebook == before
    assert result.notebook != before


def test_parameters_replace_the_defaults_in_an_injected_cell():
    result = run(fixture("parameters"), parameters={"n": 3, "label": "large"})
    assert texts(result)[-1] == "3 0.5 large\n"
    assert [(cell.key, cell.number) for cell in result.ledger.cells] == [
        ("parameters", 2),
        ("injected-parameters", 0),
        ("use", 3),
    ]
    assert result.ledger.parameters == {"n": 3, "label": "large"}


def test_a_misspelt_parameter_is_refused_before_anything_runs(tmp_path):
    trace = notebook_of("open('trace', 'w').close()")
    tasks = [
        NotebookTask(trace, "trace", tmp_path),
        NotebookTask(fixture("parameters"), "parameters", tmp_path, {"nn": 3, "labell": "x"}),
    ]
    with pytest.raises(KitError) as caught:
        run_notebooks(tasks)
    assert caught.value.message().splitlines() == [
        "parameters: this notebook has no parameter 'nn'. Its parameters are: n, rate, label.",
        "parameters: this notebook has no parameter 'labell'. Its parameters are: n, rate, label.",
    ]
    assert not (tmp_path / "trace").exists()


def test_the_folder_is_the_kernels_and_not_this_processs(tmp_path):
    here = Path.cwd()
    result = run(notebook_of("import os\nprint(os.getcwd())"), cwd=tmp_path)
    assert texts(result) == [f"{tmp_path}\n"]
    assert Path.cwd() == here


def test_strict_is_told_to_the_lesson_and_lenient_is_not():
    notebook = notebook_of("import os\nprint(os.environ.get('KIT_CHECKS'))")
    assert texts(run(notebook)) == ["strict\n"]
    assert texts(run(notebook, strict=False)) == ["None\n"]


def test_lenient_records_warnings_and_stderr_without_turning_red():
    ledger = run(
        notebook_of("import sys, warnings\nwarnings.warn('w')\nprint('e', file=sys.stderr)"),
        strict=False,
    ).ledger
    assert ledger.ok
    assert ledger.cells[0].warnings == ("UserWarning: w",)
    assert ledger.cells[0].stderr == "e\n"


def test_an_allowed_exception_is_recorded_and_the_run_goes_on():
    ledger = run(
        notebook_of("raise NotImplementedError('yours')", "x = 1"),
        allow=frozenset({"NotImplementedError"}),
    ).ledger
    assert ledger.ok
    assert [(cell.error, cell.executed) for cell in ledger.cells] == [
        ("NotImplementedError", True),
        (None, True),
    ]


def test_any_exception_can_be_allowed_but_not_the_end_of_the_notebook():
    allow = frozenset({"*"})
    assert run(notebook_of("1 / 0", "x"), allow=allow).ledger.ok
    assert not run(notebook_of("import sys; sys.exit()", "1"), allow=allow).ledger.ok


def test_seeds_versions_and_agreement_are_in_the_ledger():
    import numpy

    seeds = run(fixture("green-seeds")).ledger
    assert seeds.seeds == ("default_rng(2026)", "seed(7)")
    assert seeds.versions == {"numpy": numpy.__version__}
    assert seeds.python == sys.version.split()[0]
    assert run(fixture("green-agreement")).ledger.agreement == Agreement(checked=7, not_checked=1)


def test_the_peak_of_a_cell_counts_its_own_memory_and_that_of_its_children():
    child = "import time; data = b'x' * 150_000_000; time.sleep(0.4)"
    ledger = run(
        notebook_of(
            "x = 1",
            "data = b'x' * 200_000_000\ndel data",
            f"import subprocess, sys\n_ = subprocess.run([sys.executable, '-c', {child!r}])",
        )
    ).ledger
    quiet, own, childs = (cell.peak_memory_mb for cell in ledger.cells)
    assert own > quiet + 190
    assert childs > quiet + 140
    assert ledger.peak_memory_mb == max(own, childs)


def lives(pid):
    """Whether a process runs; one that ended and that nobody has asked about does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def without_what_differs(notebook):
    """Outputs and counts of code cells, without process numbers and without how a stream was cut."""
    plain = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            streams = "".join(output.get("text", "") for output in cell.outputs)
            others = repr([dict(output) for output in cell.outputs if "text" not in output])
            text = re.sub(r"ipykernel_\d+|model_id': '\w+'", "N", streams + others)
            plain.append((cell.source, cell.execution_count, text))
    return plain


@pytest.mark.parametrize(
    "name", ["green-looks-around", "green-widgets", "green-figure", "green-bash-cell"]
)
def test_the_ledger_leaves_no_trace_in_the_notebook(name, tmp_path):
    """papermill's own engine and ours give the same outputs and the same execution counts."""
    from papermill import execute_notebook

    from kit.running.kernel import kernel_environment

    environment = kernel_environment(os.environ, strict=True)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in environment.items():
            patch.setenv(variable, value)
        plain = execute_notebook(fixture(name), None, progress_bar=False, cwd=tmp_path)
    assert without_what_differs(run(fixture(name), cwd=tmp_path).notebook) == without_what_differs(
        plain
    )


@linux
def test_a_warm_kernel_gives_the_same_ledger_as_a_cold_one(tmp_path):
    notebook = fixture("green-looks-around")
    notebook.cells += notebook_of(
        "!false", "import sys; print('e', file=sys.stderr)", "1 / 0"
    ).cells
    warm, cold = (run(notebook, cwd=tmp_path, warm=warm) for warm in (True, False))
    assert warm.ledger.warm and not cold.ledger.warm
    assert warm.ledger.problems == cold.ledger.problems != ()
    assert without_what_differs(warm.notebook) == without_what_differs(cold.notebook)


def test_runs_come_back_in_the_order_of_the_tasks():
    sources = [f"import time\ntime.sleep({wait})\nprint({wait})" for wait in (0.3, 0, 0.1)]
    tasks = [NotebookTask(notebook_of(source), source) for source in sources]
    runs = run_notebooks(tasks, jobs=2)
    assert [run.name for run in runs] == sources
    assert [texts(run) for run in runs] == [["0.3\n"], ["0\n"], ["0.1\n"]]


def test_progress_tells_of_each_cell_and_of_the_end():
    seen = []
    tasks = [NotebookTask(notebook_of("x = 1", "x = 2"), "a")]
    run_notebooks(tasks, on_progress=seen.append)
    assert [(step.state, step.cell, step.cells) for step in seen] == [
        ("started", 0, 2),
        ("cell", 1, 2),
        ("finished", 0, 0),
    ]
    assert seen[-1].run.ledger.ok


def test_processes_that_a_notebook_leaves_behind_end_with_it(tmp_path):
    start = "import subprocess\nprocess = subprocess.Popen(['sleep', '600'])\nprint(process.pid)"
    result = run(notebook_of(start), cwd=tmp_path)
    assert result.ledger.ok
    assert not lives(int(texts(result)[0]))


@pytest.mark.parametrize("warm", [pytest.param(True, marks=linux), False], ids=["warm", "cold"])
def test_an_interruption_ends_every_kernel_and_goes_on(monkeypatch, tmp_path, warm):
    """What Ctrl-C does, without a terminal: the waiting thread gets the exception."""
    from kit.running import execution

    def interrupted_wait(futures, **options):
        patience = time.monotonic() + 60
        while len(list(tmp_path.glob("*.pid"))) < 2:
            assert time.monotonic() < patience
            time.sleep(0.02)
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "wait", interrupted_wait)
    source = "import os, pathlib, time\npathlib.Path(f'{os.getpid()}.pid').touch()\ntime.sleep(600)"
    tasks = [NotebookTask(notebook_of(source), name, tmp_path) for name in "ab"]
    with pytest.raises(KeyboardInterrupt):
        run_notebooks(tasks, jobs=2, warm=warm)
    assert not any(lives(int(path.stem)) for path in tmp_path.glob("*.pid"))


def test_no_folder_is_left_where_the_sockets_were(monkeypatch, tmp_path):
    from kit.running import kernel

    monkeypatch.setattr(
        kernel, "_short_base", lambda: str(tmp_path) if len(str(tmp_path)) < 80 else None
    )
    assert run(notebook_of("1 / 0")).ledger.problems
    assert list(tmp_path.iterdir()) == []


def test_an_exercise_that_is_not_done_yet_leaves_a_learners_copy_green():
    stub = new_code_cell(
        "raise NotImplementedError", id="make", metadata={"tags": ["raises-exception"]}
    )
    after = new_code_cell("print('on')", id="after")
    notebook = new_notebook(cells=[stub, after])
    assert not run_notebook(notebook, name="source").ledger.ok
    notebook.metadata["lesson"] = {"version": "learner"}
    run = run_notebook(notebook, name="learner")
    assert run.ledger.ok
    assert [cell.executed for cell in run.ledger.cells] == [True, True]
