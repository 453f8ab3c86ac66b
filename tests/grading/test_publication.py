"""A released assignment is in the gradebook as nbgrader would have it, and no secret is in the release."""

import shutil
import sqlite3
from contextlib import closing

import pytest
import yaml
from grading_examples import answer, cell, doubles, test_cell
from test_assignment import CONTRACT

from kit.cli import main
from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.folders import reserved_folder
from kit.grading.publication import publish_assignment
from kit.notebooks import find_cell, read_notebook, write_notebook


@pytest.fixture
def author(tmp_path):
    """assignments/doubles/ as its author keeps it, with everything that is private to mentors."""
    folder = tmp_path / "assignments/doubles"
    write_notebook(doubles(), folder / "doubles.ipynb")
    (folder / "assignment.yaml").write_text(yaml.safe_dump(CONTRACT, allow_unicode=True))
    (folder / "rubric.md").write_text("The secret rubric.")
    (folder / "wrong").mkdir()
    (folder / "wrong/a.py").write_text("secret")
    (folder / "data.csv").write_text("1,2\n")
    return folder


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    root.mkdir()
    return root


def rows(course, table, columns, where="1"):
    with closing(sqlite3.connect(course / "gradebook.db")) as db:
        return sorted(db.execute(f"SELECT {columns} FROM {table} WHERE {where}"), key=str)


@pytest.mark.parametrize("name", ["ps1", "doubles"])
def test_the_gradebook_equals_the_one_that_nbgrader_writes(nbgrader_course, tmp_path, name):
    shutil.copytree(nbgrader_course / "source", tmp_path / "source")
    shutil.copy(nbgrader_course / "nbgrader_config.py", tmp_path)
    publish_assignment(load_course(tmp_path), name)
    mine = "notebook_id IN (SELECT n.id FROM notebook n JOIN assignment a ON a.id = n.assignment_id"
    mine += f" WHERE a.name = '{name}')"
    for table, columns, where in (
        ("assignment", "name, duedate, course_id", f"name = '{name}'"),
        ("notebook", "name, kernelspec", mine.replace("notebook_id", "id")),
        ("base_cell", "name, type", mine),
        ("grade_cells JOIN base_cell USING (id)", "name, max_score, cell_type", mine),
        ("task_cells JOIN base_cell USING (id)", "name, max_score, cell_type", mine),
        ("solution_cells JOIN base_cell USING (id)", "name", mine),
        ("source_cell", "name, cell_type, locked, source, checksum", mine),
        ("alembic_version", "version_num", "1"),
    ):
        ours = rows(tmp_path, table, columns, where)
        assert ours == rows(nbgrader_course, table, columns, where), table
    released = {path.name for path in (tmp_path / "release" / name).iterdir()}
    assert released == {path.name for path in (nbgrader_course / "release" / name).iterdir()}


def test_nothing_for_mentors_is_in_source_or_release(author, course, capsys):
    main(["release", str(author), "--course", str(course)])
    assert "doubles.ipynb, 5 points" in capsys.readouterr().out
    for step in ("source", "release"):
        found = {path.name for path in (course / step / "doubles").rglob("*")}
        assert found == {"doubles.ipynb", "data.csv"}
    loaded = load_course(course)
    assert loaded.rubric_path("doubles").read_text() == "The secret rubric."
    assert loaded.contract_path("doubles").is_file()
    main(["release", str(author), "--course", str(course)])
    main(["release", "doubles", "--course", str(course)])


def test_a_leak_is_refused_and_nothing_is_written(author, course):
    (author / "helper.py").write_text("def d(x):\n    return math.fsum([x, x]) + OFFSET\n")
    with pytest.raises(KitError, match=r"'double' in helper\.py"):
        publish_assignment(load_course(course, new=True), author)
    assert {path.name for path in course.iterdir()} <= {".kit"}
    publish_assignment(load_course(course, new=True), author, allow_shared=True)
    assert (course / "release/doubles/helper.py").is_file()


def test_a_faulty_source_is_refused_with_all_problems(author, course):
    source = doubles()
    find_cell(source, "double").source = "### begin solution\nx = 1\n### end solution"
    find_cell(source, "why").metadata.nbgrader["points"] = -1
    write_notebook(source, author / "doubles.ipynb")
    shutil.copytree(author, course / "source/doubles")
    with pytest.raises(KitError) as caught:
        publish_assignment(load_course(course), "doubles")
    assert "nearly a delimiter" in str(caught.value)
    assert "number of points" in str(caught.value)


def test_a_source_that_was_changed_in_the_course_is_not_replaced(author, course):
    loaded = load_course(course, new=True)
    publish_assignment(loaded, author)
    changed = read_notebook(course / "source/doubles/doubles.ipynb")
    changed.cells.append(cell("# a note of the mentor"))
    write_notebook(changed, course / "source/doubles/doubles.ipynb")
    with pytest.raises(KitError, match="--force"):
        publish_assignment(loaded, author)
    publish_assignment(loaded, author, force=True)
    assert len(read_notebook(course / "source/doubles/doubles.ipynb").cells) == len(doubles().cells)


def test_cells_may_change_after_the_first_submission_was_graded(course):
    write_notebook(doubles(), course / "source/doubles/doubles.ipynb")
    loaded = load_course(course)
    publish_assignment(loaded, "doubles")
    with closing(sqlite3.connect(course / "gradebook.db")) as db:
        db.execute("INSERT INTO student (id) VALUES ('a')")
        db.execute(
            "INSERT INTO submitted_assignment (id, assignment_id, student_id)"
            " SELECT 's', id, 'a' FROM assignment"
        )
        db.commit()
    more = doubles()
    more.cells += [answer("new", "x = 1"), test_cell("test-new", "assert x == 1")]
    del more.cells[1]
    write_notebook(more, course / "source/doubles/doubles.ipynb")
    publish_assignment(loaded, "doubles")
    names = {name for (name,) in rows(course, "source_cell", "name")}
    assert "test-new" in names
    assert "setup" not in names
    assert find_cell(read_notebook(course / "release/doubles/doubles.ipynb"), "test-new")


def test_what_can_not_be_released_is_named(course, tmp_path, capsys):
    for arguments, said in (
        (["none", "--course", str(tmp_path / "no")], "no such course directory"),
        (["none", "--course", str(course)], "no assignment 'none'"),
        ([str(tmp_path / "gone"), "--course", str(course)], "no such folder"),
        ([str(tmp_path), "--course", str(course)], "no assignment.yaml"),
    ):
        with pytest.raises(SystemExit) as caught:
            main(["release", *arguments])
        assert caught.value.code == 1
        assert said in capsys.readouterr().err


def test_two_commands_do_not_write_to_one_course_at_once(author, course):
    loaded = load_course(course, new=True)
    with reserved_folder(loaded.state()), pytest.raises(KitError, match="another command"):
        publish_assignment(loaded, author)
    publish_assignment(loaded, author)
