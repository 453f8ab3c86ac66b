"""A learner's folder: made, worked in, brought up to date."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kit.errors import KitError
from kit.notebooks import parse_notebook, read_notebook, write_notebook
from kit.workspace.content import make_content
from kit.workspace.folder import find_folder, start_folder, update_folder

LESSON = "courses/first/01-one.ipynb"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, clone):
    path = tmp_path / "mine"
    start_folder(path, make_content(clone))
    return path


def outcomes(changes):
    return {change.name: change.outcome for change in changes if change.outcome != "same"}


def correct(clone, old, new):
    """The authors change a text in the lesson."""
    path = clone / LESSON
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return make_content(clone)


def work(folder, key, source):
    """The learner writes in a cell."""
    notebook = read_notebook(folder / LESSON)
    for cell in notebook.cells:
        if cell.id == key:
            cell.source = source
    write_notebook(notebook, folder / LESSON)


def sources(folder):
    return {cell.id: cell.source for cell in read_notebook(folder / LESSON).cells}


def test_a_new_folder_has_every_file_and_a_copy_of_what_was_given(folder, clone):
    for name, data in make_content(clone).items():
        assert (folder / name).read_bytes() == data
        assert (folder / ".kit" / "base" / name).read_bytes() == data
    assert json.loads((folder / ".kit" / "learner.json").read_text())["kit"]


def test_starting_again_changes_nothing_and_brings_back_what_was_deleted(folder, clone):
    work(folder, "make-f", "mine")
    (folder / "START-HERE.md").unlink()
    changes = start_folder(folder, make_content(clone))
    assert outcomes(changes) == {LESSON: "kept", "START-HERE.md": "added"}
    assert sources(folder)["make-f"] == "mine"


def test_a_file_that_was_there_before_is_never_overwritten(tmp_path, clone):
    mine = tmp_path / "mine"
    (mine / "courses" / "first").mkdir(parents=True)
    (mine / LESSON).write_text("my own notes")
    start_folder(mine, make_content(clone))
    files = correct(clone, "Read this.", "Read that.")
    assert outcomes(update_folder(mine, files, now=NOW)) == {LESSON: "kept"}
    assert (mine / LESSON).read_text() == "my own notes"


def test_the_id_of_a_learner_is_kept_when_the_folder_is_started_again(tmp_path, clone):
    files = make_content(clone)
    start_folder(tmp_path / "mine", files, learner="intern-07")
    start_folder(tmp_path / "mine", files)
    assert json.loads((tmp_path / "mine/.kit/learner.json").read_text())["id"] == "intern-07"


@pytest.mark.parametrize("inside", ["", "courses", "courses/first", "assignments"])
def test_the_sources_of_the_lessons_are_no_place_to_work_in(clone, inside):
    with pytest.raises(KitError, match="sources of the lessons"):
        start_folder(clone / inside, make_content(clone))


def test_a_folder_of_its_own_inside_a_clone_is_fine(clone):
    start_folder(clone / "bitacora", make_content(clone))
    assert (clone / "bitacora" / LESSON).is_file()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(KitError, match="this is a file"):
        start_folder(tmp_path / "mine", {})


def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path):
    with pytest.raises(KitError, match="leads out"):
        start_folder(tmp_path / "mine", {"../evil.ipynb": b""})


def test_an_update_brings_corrections_in_and_keeps_the_answers(folder, clone):
    work(folder, "make-f", "def f():\n    return 'mine'")
    files = correct(clone, "Read this.", "Read that.")
    assert outcomes(update_folder(folder, files, now=NOW)) == {LESSON: "merged"}
    assert "Read that." in sources(folder)["title"]
    assert sources(folder)["make-f"] == "def f():\n    return 'mine'"


def test_a_lesson_that_nobody_touched_becomes_the_new_one(folder, clone):
    files = correct(clone, "Read this.", "Read that.")
    assert outcomes(update_folder(folder, files, now=NOW)) == {LESSON: "updated"}
    assert (folder / LESSON).read_bytes() == files[LESSON]


def test_where_both_changed_a_cell_both_versions_are_there(folder, clone):
    work(folder, "title", "# One\n\nI disagree.")
    files = correct(clone, "Read this.", "Read that.")
    (change,) = [each for each in update_folder(folder, files, now=NOW) if each.outcome != "same"]
    assert (change.outcome, "title" in change.detail) == ("conflict", True)
    cells = read_notebook(folder / LESSON).cells
    assert cells[0].source == "# One\n\nI disagree."
    assert "Read that." in cells[1].source


def test_every_changed_file_is_backed_up_first(folder, clone):
    work(folder, "make-f", "mine")
    before = (folder / LESSON).read_bytes()
    files = correct(clone, "Read this.", "Read that.")
    update_folder(folder, files, now=NOW)
    backup = folder / ".kit" / "backup" / "2027-03-01T120000"
    assert [path.name for path in backup.rglob("*") if path.is_file()] == ["01-one.ipynb"]
    assert (backup / LESSON).read_bytes() == before
    update_folder(folder, correct(clone, "Read that.", "Read on."), now=NOW)
    assert (backup / LESSON).read_bytes() == before, "a later update must not replace the back-up"


def test_an_update_without_news_writes_nothing(folder, clone):
    before = {
        path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "learner.json"
    }
    work_done = update_folder(folder, make_content(clone), now=NOW)
    assert outcomes(work_done) == {}
    before.pop(folder / ".kit")  # learner.json notes the version of the kit
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_an_update_that_was_interrupted_goes_on_and_repeats_no_conflict(folder, clone):
    work(folder, "title", "# One\n\nI disagree.")
    base = (folder / ".kit" / "base" / LESSON).read_bytes()
    files = correct(clone, "Read this.", "Read that.")
    update_folder(folder, files, now=NOW)
    after = sources(folder)
    (folder / ".kit" / "base" / LESSON).write_bytes(base)  # as if it had stopped before this file
    update_folder(folder, files, now=NOW)
    assert sources(folder) == after


def test_a_notebook_that_can_not_be_read_stays_and_does_not_stop_the_others(folder, clone):
    (folder / LESSON).write_bytes(b'{"cells": [ \xff')
    files = correct(clone, "Read this.", "Read that.")
    files["courses/first/map.txt"] = b"a better map\n"
    changes = outcomes(update_folder(folder, files, now=NOW))
    assert changes == {LESSON: "failed", "courses/first/map.txt": "updated"}
    assert (folder / LESSON).read_bytes() == b'{"cells": [ \xff'
    assert (folder / "courses/first/map.txt").read_bytes() == b"a better map\n"


def test_another_file_that_was_changed_stays_and_the_new_one_is_put_beside_it(folder, clone):
    (folder / "courses/first/map.txt").write_text("mine")
    files = {**make_content(clone), "courses/first/map.txt": b"a better map\n"}
    assert outcomes(update_folder(folder, files, now=NOW)) == {"courses/first/map.txt": "conflict"}
    assert (folder / "courses/first/map.txt").read_text() == "mine"
    assert (folder / "courses/first/map.new.txt").read_bytes() == b"a better map\n"


def test_a_deleted_file_stays_deleted_and_a_new_one_is_added(folder, clone):
    (folder / LESSON).unlink()
    files = {**correct(clone, "Read this.", "Read that."), "courses/first/new.txt": b"new\n"}
    changes = outcomes(update_folder(folder, files, now=NOW))
    assert changes == {LESSON: "kept", "courses/first/new.txt": "added"}
    assert not (folder / LESSON).exists()


def test_the_folder_is_found_from_below_it_and_at_the_usual_place(folder, tmp_path, monkeypatch):
    assert find_folder(folder / "courses" / "first") == folder
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert find_folder(tmp_path) is None
    start_folder(tmp_path / "bitacora", {})
    assert find_folder(tmp_path) == tmp_path / "bitacora"


def kit(*arguments, cwd):
    command = [sys.executable, "-m", "kit", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_start_and_update_from_the_command_line(tmp_path):
    first = kit("start", "mine", "--as", "intern-07", cwd=tmp_path)
    assert first.returncode == 0 and "Next: kit lab mine" in first.stdout
    lesson = tmp_path / "mine" / "courses" / "00-start" / "01-first-steps.ipynb"
    parse_notebook(lesson.read_text("utf-8"))
    again = kit("update", cwd=lesson.parent)
    assert again.returncode == 0 and "Nothing to bring in" in again.stdout


def test_update_without_a_folder_says_how_to_make_one(tmp_path):
    done = kit("update", "nowhere", cwd=tmp_path)
    assert done.returncode == 1 and "Make one: kit start" in done.stderr
    assert "Traceback" not in done.stderr
