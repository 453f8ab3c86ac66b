"""Handing in: what reaches the exchange, and what a learner is told when it does not."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from kit.cli.submit import submit
from kit.errors import KitError
from kit.grading.exchange import RECEIPT, check_name, hand_in
from kit.notebooks import MAX_BYTES, write_notebook

NOW = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def notebook(tmp_path):
    path = tmp_path / "work" / "tides.ipynb"
    write_notebook(new_notebook(cells=[new_code_cell("1 + 1", id="one")]), path)
    return path


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def hand_in_tides(notebook, to, **more):
    return hand_in(
        [notebook], assignment="tides", student="intern-07", to=to, **{"now": NOW, **more}
    )


def test_what_is_handed_in_is_the_same_to_the_byte_and_the_receipt_has_its_hash(notebook, stick):
    receipt = hand_in_tides(notebook, stick)

    copy = receipt.folder / "tides.ipynb"
    assert copy.read_bytes() == notebook.read_bytes()
    assert receipt.sha256 == hashlib.sha256(notebook.read_bytes()).hexdigest()
    assert receipt.folder.parent == stick / "tides" / "intern-07"
    assert json.loads((receipt.folder / RECEIPT).read_text()) == {
        "assignment": "tides",
        "student": "intern-07",
        "submitted_at": "2027-03-01T12:30:00+00:00",
        "files": {"tides.ipynb": receipt.sha256},
    }


def test_every_attempt_is_kept_even_two_in_one_second(notebook, stick):
    folders = {hand_in_tides(notebook, stick).folder for _ in range(3)}
    assert len(folders) == 3
    assert all((folder / "tides.ipynb").exists() for folder in folders)


@pytest.mark.skipif(os.name != "posix", reason="a stick has no permissions")
def test_the_first_learner_leaves_room_for_the_others_and_none_for_changes(notebook, stick):
    stick.chmod(0o1777)
    old = os.umask(0o022)
    try:
        attempt = hand_in_tides(notebook, stick).folder
    finally:
        os.umask(old)
    modes = [
        oct(path.stat().st_mode & 0o7777) for path in (stick / "tides", attempt.parent, attempt)
    ]
    assert modes == ["0o1777", "0o755", "0o755"]


def test_further_files_keep_their_place_below_the_notebook(notebook, stick):
    table = notebook.parent / "data" / "mine.csv"
    table.parent.mkdir()
    table.write_text("a,b\n1,2\n")

    receipt = hand_in_tides(notebook, stick, extra=[table])

    assert (receipt.folder / "data" / "mine.csv").read_text() == "a,b\n1,2\n"
    assert set(receipt.files) == {"tides.ipynb", "data/mine.csv"}


def test_a_file_from_elsewhere_is_refused(notebook, stick, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    with pytest.raises(KitError, match="not in the folder of the assignment"):
        hand_in_tides(notebook, stick, extra=[secret])
    assert list(stick.iterdir()) == []


def test_a_stick_that_is_not_plugged_in_is_noticed(notebook, tmp_path):
    with pytest.raises(KitError, match="nothing was handed in") as caught:
        hand_in_tides(notebook, tmp_path / "nowhere")
    assert "same command again" in str(caught.value)
    assert not (tmp_path / "nowhere").exists()


def test_a_failure_while_copying_leaves_no_attempt_and_says_what_to_do(
    notebook, stick, monkeypatch
):
    def full(*_args):
        raise OSError(28, "No space left on device")

    before = notebook.read_bytes()
    monkeypatch.setattr("kit.grading.exchange._write_durably", full)
    with pytest.raises(KitError, match="No space left on device") as caught:
        hand_in_tides(notebook, stick)
    assert "send your mentor the file" in str(caught.value)
    assert list((stick / "tides" / "intern-07").iterdir()) == []
    assert notebook.read_bytes() == before


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "a/b", "a\\b", "", ".hidden", "-option", "a\0b", "a\nb", "x" * 101, "~", "a:b"],
)
def test_a_name_that_could_lead_elsewhere_is_refused(name, notebook, stick):
    with pytest.raises(KitError, match="can not be the name of a student"):
        check_name(name, "student")
    with pytest.raises(KitError, match="can not be the name of an assignment"):
        hand_in([notebook], assignment=name, student="intern-07", to=stick)


@pytest.mark.parametrize("name", ["intern-07", "maría", "a.b@uni.cl", "Problem Set 1", "7"])
def test_ordinary_names_are_taken(name):
    assert check_name(name, "student") == name


def test_what_is_no_notebook_is_handed_in_only_when_asked_for(notebook, stick):
    notebook.write_text("print(1)")
    with pytest.raises(KitError, match=r"not JSON.*--as-it-is"):
        hand_in_tides(notebook, stick)
    assert hand_in_tides(notebook, stick, as_it_is=True).folder.is_dir()


def test_a_notebook_of_60_megabytes_is_refused_before_it_is_read(notebook, stick):
    with notebook.open("wb") as stream:
        stream.truncate(60_000_000)
    assert notebook.stat().st_size > MAX_BYTES
    with pytest.raises(KitError, match=r"60 MB, and the limit is 50 MB.*Clear its outputs"):
        hand_in_tides(notebook, stick, as_it_is=True)


def run_submit(*arguments):
    return CliRunner().invoke(submit, list(map(str, arguments)))


def test_the_receipt_on_the_screen_shows_hash_and_both_clocks(notebook, stick, monkeypatch):
    monkeypatch.setenv("TZ", "America/Santiago")
    import time

    time.tzset()
    try:
        answer = run_submit(notebook, "--to", stick, "--as", "intern-07")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert answer.exit_code == 0, answer.output
    assert hashlib.sha256(notebook.read_bytes()).hexdigest() in answer.output
    assert "(-0" in answer.output and "UTC" in answer.output


def test_without_a_folder_to_hand_in_to_the_command_asks_for_one(notebook):
    answer = run_submit(notebook)
    assert isinstance(answer.exception, KitError)
    assert "Add --to" in str(answer.exception)


def test_someone_who_studies_alone_hands_in_to_their_own_folder(notebook):
    home = notebook.parent
    (home / ".kit").mkdir()
    (home / ".kit" / "learner.json").write_text("{}")
    assert run_submit(notebook).exit_code == 0
    (attempt,) = (home / ".kit" / "handed-in" / "tides" / "me").iterdir()
    assert (attempt / "tides.ipynb").read_bytes() == notebook.read_bytes()


def test_a_shared_folder_needs_to_know_who_hands_in(notebook, stick):
    answer = run_submit(notebook, "--to", stick)
    assert "Add --as" in str(answer.exception)


def test_handing_in_and_collecting_need_no_grader(notebook, stick, tmp_path):
    program = (
        "import sys\n"
        "for name in ('nbgrader', 'nbconvert', 'nh3', 'sqlalchemy', 'mistune'):\n"
        "    sys.modules[name] = None\n"
        "from kit.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    course = tmp_path / "course"
    course.mkdir()
    for arguments in (
        ["submit", notebook, "--to", stick, "--as", "intern-07"],
        ["collect", "tides", "--course", course, "--from", stick],
    ):
        command = [sys.executable, "-c", program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (course / "submitted" / "intern-07" / "tides" / "tides.ipynb").is_file()
