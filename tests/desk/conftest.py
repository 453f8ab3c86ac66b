"""What the tests of the desk share: a class that was graded once, and a desk that serves a copy of it."""

import shutil
import sys
from pathlib import Path

import pytest

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1] / "grading"))


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """A small class, graded for real."""
    from desk_examples import grade_class

    root = tmp_path_factory.mktemp("graded") / "tides-2027"
    root.mkdir()
    grade_class(root)
    return root


@pytest.fixture
def course(graded, tmp_path):
    """A copy of the class for one test."""
    from kit.grading.course import load_course

    root = tmp_path / "tides-2027"
    shutil.copytree(graded, root)
    return load_course(root)


@pytest.fixture
def classroom(course):
    from kit.desk.classroom import Classroom

    return Classroom(course)


@pytest.fixture
def desk(course):
    """The desk of the copy, with two mentors, served as `kit desk` serves it."""
    from desk_examples import serving

    with serving(course) as served:
        yield served
