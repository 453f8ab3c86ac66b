"""The start of a lesson."""

import random
import subprocess
import sys

import numpy as np
import pytest

from kit.errors import KitError
from kit.learn import begin
from kit.learn.sessions import current_lesson


def test_every_random_generator_gives_the_same_numbers_again(capsys):
    def draw():
        rng = begin("a/b", seed=7)
        return random.random(), float(np.random.random()), float(rng.random())

    assert draw() == draw()
    assert current_lesson() == "a/b"


def test_one_line_names_lesson_versions_and_seed(capsys):
    begin("a/b", seed=7)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Ready: a/b · Python 3.") and line.endswith("· seed 7")


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, None])
def test_a_seed_that_numpy_does_not_take_is_refused(seed):
    with pytest.raises(KitError, match="seed"):
        begin("a/b", seed=seed)


def test_beginning_a_lesson_imports_neither_torch_nor_matplotlib_nor_the_engine():
    code = (
        "import sys, kit.learn as learn; learn.begin('a/b');"
        "print(sorted({'torch', 'matplotlib', 'ipywidgets', 'kit.notebooks', 'papermill'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
