"""An ordinary ipykernel behind each kind of walls, reached from outside through its sockets."""

import json

import pytest

CELLS = [
    "import os, socket\nprint(open('given.txt').read(), os.path.basename(os.getcwd()))",
    "try:\n    socket.socket()\nexcept PermissionError:\n    print('refused')",
    "import numpy\nprint(int(numpy.ones(3).sum()))",
    "import time\ntime.sleep(60)",
    "print(sorted(name for name in os.environ if 'SECRET' in name))",
    "data = bytearray(1_000_000_000)\nfor n in range(0, len(data), 4096): data[n] = 1",
]


@pytest.fixture(scope="session")
def converse(drive, open_folder, remember):
    @remember
    def run(who, tier):
        folder = open_folder(who)
        return drive("kernel", who=who, tier=tier, folder=str(folder), cells=CELLS, home=folder)

    return run


@pytest.fixture
def talk(converse, walls_of):
    return converse(*walls_of)


def test_a_kernel_starts_and_executes_cells(talk):
    assert [text.strip() for text in talk["texts"][:3]] == ["given work", "refused", "3"]


def test_a_cell_can_be_interrupted(talk):
    assert talk["errors"][3] == "KeyboardInterrupt"


def test_no_variable_of_the_manager_goes_in(talk):
    assert talk["texts"][4].strip() == "[]"


def test_a_kernel_that_takes_too_much_memory_is_ended_and_says_so(talk):
    assert talk["hit"] == "memory", json.dumps(talk)
    assert talk["alive"] is False


def test_the_walls_that_stood_are_named(talk, walls_of):
    assert talk["label"].split("+")[0] == walls_of[1]


def test_the_folder_of_sockets_is_removed(talk):
    assert talk["folder_left"] is False
