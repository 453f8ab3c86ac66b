"""What is done to the memory of a server before it forks changes nothing that a kernel sees."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


def run_alone(code):
    """Run code in an interpreter of its own: what it does to its memory can't be undone."""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_code_and_data_are_what_they_were():
    said = run_alone(
        "import ctypes, json, numpy, sqlite3\n"
        "from kit.kernels import memory\n"
        "big = numpy.arange(3_000_000)\n"
        "kept = [str(n) for n in range(300_000)]\n"
        "mapped = sum(kind == 'code' for _, _, kind in memory.read_mappings())\n"
        "memory.settle_memory()\n"
        "print(mapped > 5, int(big.sum()), ''.join(kept) == ''.join(map(str, range(300_000))),\n"
        "      numpy.linalg.det(numpy.eye(3)), sqlite3.connect(':memory:').execute('select 1').fetchone()[0])"
    )
    assert said == ["True", "4499998500000", "True", "1.0", "1"]


def test_a_child_does_not_finalize_what_was_there_before_it_was_forked():
    said = run_alone(
        "import os, tempfile, weakref\n"
        "from pathlib import Path\n"
        "from kit.kernels import memory\n"
        "folder = tempfile.TemporaryDirectory()\n"
        "memory.leave_finalizers_to_the_server()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    own = tempfile.TemporaryDirectory()\n"
        "    Path(folder.name, 'own').write_text(own.name)\n"
        "    raise SystemExit\n"
        "os.waitpid(pid, 0)\n"
        "print(Path(folder.name).is_dir(), Path(Path(folder.name, 'own').read_text()).exists())\n"
        "folder.cleanup()"
    )
    assert said == ["True", "False"]


def test_a_first_cell_an_error_a_magic_and_a_completion_import_nothing_more(start):
    kernel = start()
    assert kernel.is_warm
    assert kernel.run("import sys; before = set(sys.modules)").status == "ok"
    kernel.run("1 / 0")
    kernel.run("%pwd\n!true\n'a result'")
    for code in ("impo", "import os; os.pa"):
        kernel.client.complete(code)
        kernel.client.get_shell_msg(timeout=30)
    kernel.client.inspect("print")
    kernel.client.get_shell_msg(timeout=30)
    late = kernel.run("print(*sorted(set(sys.modules) - before))").text.split()
    # One magic brings what only it needs.
    assert [name for name in late if not name.startswith(("IPython.", "jedi.", "parso."))] == []
