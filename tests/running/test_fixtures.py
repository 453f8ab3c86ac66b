"""One notebook for each way to fail without anybody noticing, and what the ledger says about it.

The notebooks lie in tests/fixtures/running, and each is named after its failure. What papermill or nbclient
make of some of them is in the last test, so that nobody has to believe that they were needed.
"""

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from kit.notebooks import read_notebook
from kit.running import run_notebook

FIXTURES = Path(__file__).parent.parent / "fixtures" / "running"

PIP = "-m pip install --quiet --no-index --disable-pip-version-check no-such-package-here"

RED = {
    "red-sys-exit-zero": [
        "exit (cell 2): it ended the notebook there: SystemExit: 0",
        "1 code cell was not executed",
    ],
    "red-exit-builtin": [
        "exit (cell 2): it told the kernel to end (exit or quit), so nothing after it can run",
        "1 code cell was not executed",
    ],
    "red-quit-builtin": [
        "quit (cell 3): it told the kernel to end (exit or quit), so nothing after it can run",
    ],
    "red-os-exit": [
        "exit (cell 2): the kernel died while it was running",
        "1 code cell was not executed",
    ],
    "red-kernel-killed": [
        "kill (cell 2): the kernel died while it was running",
        "1 code cell was not executed",
    ],
    "red-dies-after-the-last-cell": ["the kernel died after the last cell that was executed"],
    "red-no-such-kernel": [
        "there is no kernel named no-such-kernel here",
        "1 code cell was not executed",
    ],
    "red-timeout": [
        "wait (cell 2): the time ran out while it was running: 0.5 s for the whole notebook",
        "1 code cell was not executed",
    ],
    "red-timeout-ignores-interrupt": [
        "wait (cell 2): the time ran out while it was running: 0.5 s for the whole notebook",
    ],
    "red-recorder-removed": [
        "the kernel did not say how it was at the end",
        "remove (cell 2): the kernel did not say what happened in it: the recorder was removed",
        "after (cell 3): the kernel did not say what happened in it: the recorder was removed",
    ],
    "red-skipped-cell": [
        "skipped (cell 2): it was not executed: it carries the tag skip-execution"
    ],
    "red-shell-line": ["false (cell 2): a shell command ended with exit code 1: false"],
    "red-shell-assignment": [
        "list (cell 2): a shell command ended with exit code 2: ls no-such-file"
    ],
    "red-shell-in-function": ["define (cell 2): a shell command ended with exit code 4: exit 4"],
    "red-captured-shell-line": ["captured (cell 2): a shell command ended with exit code 1: false"],
    "red-pip-install": [
        f"bang (cell 2): a shell command ended with exit code 1: PYTHON {PIP}",
        f"magic (cell 3): a shell command ended with exit code 1: PYTHON {PIP}",
    ],
    "red-bash-cell": [
        "bash (cell 2): it raised CalledProcessError: Command 'b'echo begins\\nexit 3\\n'' returned "
        "non-zero exit status 3.",
        "1 code cell was not executed",
    ],
    "red-bash-cell-error-off": ["bash (cell 2): a shell command ended with exit code 3: %%bash"],
    "red-script-program-missing": [
        "script (cell 2): a shell command ended with exit code 127: %%no-such-program"
    ],
    "red-deprecation-warning": ["warn (cell 2): it warned DeprecationWarning: use new() instead"],
    "red-user-warning": ["warn (cell 2): it warned UserWarning: the sample is small"],
    "red-warning-of-another-class": [
        "warn (cell 2): it warned FutureWarning: soon",
        "warn (cell 2): it declares the warning DeprecationWarning, but it did not come",
    ],
    "red-stderr": ["complain (cell 2): it wrote to stderr: something is odd"],
    "red-thread-exception": [
        "thread (cell 2): it wrote to stderr: … RuntimeError: lost in a thread"
    ],
    "red-lost-task": [
        "a task failed, and nothing waited for its result: ValueError: lost in a task"
    ],
    "red-output-widget": [
        "widget (cell 2): an exception was shown, but did not stop the cell: "
        "ZeroDivisionError: division by zero"
    ],
    "red-run-magic": [
        "run (cell 3): an exception was shown, but did not stop the cell: "
        "ZeroDivisionError: division by zero"
    ],
    "red-wrong-exception": [
        "mistake (cell 2): it declares ValueError, but raised ModuleNotFoundError: "
        "No module named 'no_such_module'",
        "1 code cell was not executed",
    ],
    "red-exception-that-did-not-come": [
        "mistake (cell 2): it declares ValueError, but raised nothing"
    ],
    "red-undeclared-tag": [
        "mistake (cell 2): it raised ValueError: invalid literal for int() with base 10: 'three'",
        "mistake (cell 2): it carries the tag raises-exception, but does not declare which: "
        "set kit.expect_error",
    ],
    "red-exception": [
        "divide (cell 3): it raised ZeroDivisionError: division by zero",
        "1 code cell was not executed",
    ],
    "red-missing-module": [
        "import (cell 2): it raised ModuleNotFoundError: No module named 'no_such_module'"
    ],
    "red-syntax-error": ["typo (cell 2): it raised SyntaxError: expected ':' (FILE, line 1)"],
    "red-broken-repr": ["show (cell 2): it raised RuntimeError: no text for this"],
    "red-input": [
        "ask (cell 2): it raised StdinNotImplementedError: raw_input was called, but this frontend does "
        "not support input requests."
    ],
    "red-agreement": ["agree (cell 2): it raised AssertionError: coverage is 0.88, published 0.95"],
}
GREEN = sorted(path.stem for path in FIXTURES.glob("*.ipynb") if path.stem not in RED)


def run_fixture(name, folder, **options):
    options.setdefault("timeout", 0.5 if "timeout" in name else 60)
    return run_notebook(read_notebook(FIXTURES / f"{name}.ipynb"), name=name, cwd=folder, **options)


def normalised(problem):
    problem = re.sub(r"\(\d+\.py,", "(FILE,", problem)
    return re.sub(r"\S*/python\S* -m", "PYTHON -m", problem)


@pytest.mark.parametrize("name", RED)
def test_a_red_fixture_is_red_for_exactly_its_reason(name, tmp_path):
    run = run_fixture(name, tmp_path)
    assert [normalised(problem) for problem in run.ledger.problems] == RED[name]
    assert not run.ledger.ok


@pytest.mark.parametrize("name", GREEN)
def test_a_green_fixture_is_green(name, tmp_path):
    ledger = run_fixture(name, tmp_path).ledger
    assert ledger.problems == ()
    assert ledger.ok
    assert all(cell.executed for cell in ledger.cells)


@pytest.mark.parametrize(
    "name",
    ["red-sys-exit-zero", "red-exit-builtin", "red-kernel-killed", "red-timeout", "red-shell-line"],
)
def test_a_cold_kernel_ends_in_the_same_ways(name, tmp_path):
    run = run_fixture(name, tmp_path, warm=False)
    assert [normalised(problem) for problem in run.ledger.problems] == RED[name]


def test_every_fixture_is_in_the_table_or_green():
    names = {path.stem for path in FIXTURES.glob("*.ipynb")}
    assert {name for name in names if name.startswith("red-")} == set(RED)
    assert names - set(RED) == set(GREEN)


def test_papermill_alone_calls_some_of_them_a_success(tmp_path):
    from papermill import execute_notebook

    silent = (
        "red-sys-exit-zero",
        "red-shell-line",
        "red-deprecation-warning",
        "red-captured-shell-line",
    )
    together = new_notebook(metadata=read_notebook(FIXTURES / "parameters.ipynb").metadata)
    for name in reversed(silent):
        together.cells += read_notebook(FIXTURES / f"{name}.ipynb").cells
    for number, cell in enumerate(together.cells):
        cell["id"] = f"cell-{number}"
    execute_notebook(together, None, progress_bar=False, cwd=tmp_path)
    assert len(run_notebook(together, name="together", cwd=tmp_path).ledger.problems) == 5
