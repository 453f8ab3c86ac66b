"""What the tests of grading share. Notebooks made in code are in `grading_examples`."""

import shutil
import sys
import uuid
from pathlib import Path

import pytest

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def nbgrader_course(tmp_path_factory):
    """A course that nbgrader released: its own example, and an assignment with every kind of cell."""
    import nbgrader.docs
    from grading_examples import doubles, run_nbgrader

    from kit.notebooks import write_notebook

    course = tmp_path_factory.mktemp("nbgrader-course")
    example = Path(next(iter(nbgrader.docs.__path__))) / "source/user_guide/source"
    shutil.copytree(example / "ps1", course / "source/ps1")
    shutil.copy(example / "header.ipynb", course / "source/header.ipynb")
    write_notebook(doubles(), course / "source/doubles/doubles.ipynb")
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.IncludeHeaderFooter.header = "source/header.ipynb"\n'
    )
    run_nbgrader(course, "generate_assignment", "ps1")
    run_nbgrader(course, "generate_assignment", "doubles")
    return course


@pytest.fixture(scope="session")
def postgresql():
    """The folder with the socket of a PostgreSQL server."""
    from postgresql import postgresql_server

    with postgresql_server() as folder:
        yield folder


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request):
    """A function that makes a new database of either kind and returns its URL; empty for the default."""
    if request.param == "SQLite":
        return lambda: ""
    from postgresql import new_database

    folder = request.getfixturevalue("postgresql")
    return lambda: new_database(folder, f"kit-{uuid.uuid4().hex}")
