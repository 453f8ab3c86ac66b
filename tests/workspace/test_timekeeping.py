"""How long a learner works on each question: kept for them, shared by them, and in nobody's way."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from grading_examples import answer, cell, notebook, test_cell, written

from kit.desk.cohort import read_minutes
from kit.errors import KitError
from kit.notebooks import find_cell, write_notebook
from kit.workspace.folder import start_folder
from kit.workspace.timekeeping import (
    NOTES,
    _load_jupyter_server_extension,
    keep_time,
    look_at_questions,
    note_save,
    share_time,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def later(minutes):
    return NOON + timedelta(minutes=minutes)


def work():
    return notebook(
        cell("# Tides", kind="markdown"),
        answer("hours", "def hours(): ..."),
        test_cell("test-hours", "assert hours() > 12"),
        written("why", "Because."),
    )


def edit(made, key, source):
    find_cell(made, key).source = source
    return made


def test_the_time_between_two_saves_goes_to_the_question_that_changed():
    made = work()
    notes = note_save(None, made, NOON)
    notes = note_save(notes, edit(made, "hours", "def hours(): return 12"), later(3))
    notes = note_save(notes, edit(made, "why", "The Moon."), later(4.5))
    assert notes.minutes == {"hours": 3, "why": 1.5}


def test_two_questions_share_what_cannot_be_told_apart():
    made = work()
    notes = note_save(None, made, NOON)
    edit(edit(made, "hours", "x"), "why", "y")
    assert note_save(notes, made, later(4)).minutes == {"hours": 2, "why": 2}


def test_running_a_test_is_work_on_its_question():
    made = work()
    notes = note_save(None, made, NOON)
    find_cell(made, "test-hours")["execution_count"] = 7
    assert note_save(notes, made, later(2)).minutes == {"hours": 2}


def test_a_cell_that_the_learner_added_belongs_to_the_answer_above_it():
    made = work()
    before = look_at_questions(made)
    made.cells.insert(2, cell("hours() # a try"))
    after = look_at_questions(made)
    assert before["hours"] != after["hours"]
    assert before["why"] == after["why"]


def test_thinking_before_writing_counts_and_a_long_pause_does_not():
    made = work()
    first = note_save(None, made, NOON)
    idle = note_save(first, made, later(6))
    assert idle is first
    thought = note_save(idle, edit(made, "why", "The Moon."), later(8))
    assert thought.minutes == {"why": 8}
    lunch = note_save(thought, edit(made, "why", "The Moon moves."), later(70))
    assert lunch.minutes == {"why": 10}


def test_a_clock_that_was_set_back_takes_nothing_away():
    made = work()
    notes = note_save(None, made, NOON)
    assert note_save(notes, edit(made, "why", "x"), later(-60)).minutes == {"why": 0}


@pytest.fixture
def mine(tmp_path):
    """A learner's folder with an assignment in it."""
    root = tmp_path / "mine"
    start_folder(root, {}, learner="intern-07")
    path = root / "assignments" / "tides" / "tides.ipynb"
    path.parent.mkdir(parents=True)
    write_notebook(work(), path)
    return path


def root_of(path):
    return path.parents[2]


def save(path, source, now):
    write_notebook(edit(work(), "why", source), path)
    keep_time(path, now)


def test_what_jupyter_saves_is_noted(mine):
    from jupyter_server.services.contents.filemanager import FileContentsManager

    manager = FileContentsManager(root_dir=str(root_of(mine)))
    _load_jupyter_server_extension(SimpleNamespace(contents_manager=manager))
    place = mine.relative_to(root_of(mine)).as_posix()
    for _time in range(2):
        model = manager.get(place)
        model["content"]["cells"][-1]["source"] += " More."
        manager.save(model, place)
    (notes,) = json.loads((root_of(mine) / NOTES).read_text()).values()
    assert list(notes["minutes"]) == ["why"]
    assert notes["minutes"]["why"] < 1


def test_only_assignments_in_a_learners_folder_are_noted(mine, tmp_path):
    write_notebook(notebook(cell("1")), mine.with_name("notes.ipynb"))
    keep_time(mine.with_name("notes.ipynb"))
    other = tmp_path / "tides.ipynb"
    write_notebook(work(), other)
    keep_time(other)
    keep_time(mine.with_name("gone.ipynb"))
    assert not (root_of(mine) / NOTES).exists()
    assert not list(tmp_path.glob(".kit"))


@pytest.mark.parametrize("damage", ["", "[]", '{"assignments/tides/tides.ipynb": {"at": 3}}'])
def test_damaged_notes_begin_anew_and_disturb_nobody(mine, damage):
    (root_of(mine) / NOTES).write_text(damage)
    save(mine, "a", NOON)
    save(mine, "b", later(2))
    assert json.loads(share_time([mine], mine.parent).read_text()) == {"minutes": {"why": 2}}


def test_a_notebook_that_is_damaged_does_not_disturb_the_save(mine):
    mine.write_text('{"nbgrader": ')
    keep_time(mine)
    assert not (root_of(mine) / NOTES).exists()


def hand_in(path, to, *options):
    to.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "kit", "submit", str(path), "--to", str(to), *options]
    subprocess.run(words, check=True, capture_output=True)
    (attempt,) = (folder for folder in (to / "tides" / "intern-07").iterdir() if folder.is_dir())
    return attempt


def test_minutes_are_handed_in_only_when_the_learner_says_so(mine, tmp_path):
    save(mine, "a", NOON)
    save(mine, "b", later(2))
    alone = hand_in(mine, tmp_path / "class")
    assert not list(alone.rglob("time-on-task.json"))
    shared = hand_in(mine, tmp_path / "other", "--share-time")
    (found,) = shared.rglob("time-on-task.json")
    assert read_minutes(found.parent) == {"why": 2}


def test_there_has_to_be_something_to_share(mine):
    with pytest.raises(KitError, match="no time on task is known"):
        share_time([mine], mine.parent)
    assert not (mine.parent / "time-on-task.json").exists()
