"""No lesson needs the internet: the run of each lesson in `test_content.py` would show it.

The guard is put up for every test of this folder (conftest.py). Here it is tried out: what it lets pass,
what it finds, and that the lesson on language models, of which people least expect it, runs behind it.
"""

import socket
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.running import run_notebook

REPO = Path(__file__).resolve().parents[2]


def run(code):
    return run_notebook(new_notebook(cells=[new_code_cell(code, id="ask")]), name="ask").ledger


def test_the_lesson_on_language_models_is_executed_behind_the_guard(request):
    lessons = REPO.glob("courses/*/*.ipynb")  # those of test_content.py
    assert "ai-evaluation/10-language-models" in {f"{p.parent.name}/{p.stem}" for p in lessons}
    assert "internet" in request.fixturenames


def test_a_cell_that_wants_to_download_something_is_red(internet):
    ledger = run("import urllib.request\nurllib.request.urlopen('http://example.org')")
    assert "without the internet" in ledger.problems[0]
    assert "example.org" in internet.read_text()
    internet.write_text("")


def test_a_cell_that_goes_on_without_the_network_is_found_too(internet):
    ledger = run(
        "import socket\ntry:\n    socket.socket(socket.AF_INET6)\nexcept OSError:\n    pass"
    )
    assert ledger.ok
    assert "socket.__new__" in internet.read_text()
    internet.write_text("")


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_what_gets_past_python_is_ended():
    ledger = run(f"import ctypes\nctypes.CDLL(None).socket({int(socket.AF_INET)}, 1, 0)")
    assert not ledger.ok


def test_sockets_inside_the_machine_are_free():
    assert run("import asyncio, socket\nsocket.socketpair()\nasyncio.new_event_loop().close()").ok
