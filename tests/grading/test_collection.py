"""Collecting: the newest attempt of each arrives, and nothing that was prepared to harm does."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from kit.cli.collect import collect as command
from kit.errors import KitError
from kit.grading.collection import collect
from kit.grading.exchange import RECEIPT, hand_in
from kit.notebooks import write_notebook

NOW = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    return folder


def put(inbox, student="intern-07", answer="1", minutes=0, now=NOW):
    notebook = inbox.parent / "desk" / "tides.ipynb"
    write_notebook(new_notebook(cells=[new_code_cell(answer, id="one")]), notebook)
    return hand_in(
        [notebook],
        assignment="tides",
        student=student,
        to=inbox,
        now=now + timedelta(minutes=minutes),
    ).folder


def fetch(inbox, course, **more):
    more = {"now": NOW + timedelta(days=1), **more}
    return {one.student: one for one in collect("tides", course=course, source=inbox, **more)}


def answer_in(course, student="intern-07"):
    text = (course / "submitted" / student / "tides" / "tides.ipynb").read_text()
    return json.loads(text)["cells"][0]["source"]


def test_the_newest_attempt_of_each_arrives_with_nbgraders_time_stamp(inbox, course):
    put(inbox, answer="old")
    put(inbox, answer="new", minutes=5)
    put(inbox, student="intern-08", answer="other")

    done = fetch(inbox, course)

    assert {student: one.outcome for student, one in done.items()} == {
        "intern-07": "collected",
        "intern-08": "collected",
    }
    assert answer_in(course) == ["new"] and answer_in(course, "intern-08") == ["other"]
    submission = course / "submitted" / "intern-07" / "tides"
    assert (submission / "timestamp.txt").read_text() == "2027-03-01 12:35:00 UTC\n"
    assert sorted(path.name for path in submission.iterdir()) == ["tides.ipynb", "timestamp.txt"]


def test_collecting_twice_changes_nothing(inbox, course):
    put(inbox)
    fetch(inbox, course)
    before = (course / "submitted" / "intern-07" / "tides").stat()
    assert fetch(inbox, course)["intern-07"].outcome == "unchanged"
    assert (course / "submitted" / "intern-07" / "tides").stat() == before


def test_a_later_attempt_replaces_an_earlier_one(inbox, course):
    put(inbox, answer="old")
    fetch(inbox, course)
    put(inbox, answer="new", minutes=1)
    assert fetch(inbox, course)["intern-07"].outcome == "collected"
    assert answer_in(course) == ["new"]
    assert [path.name for path in (course / "submitted" / "intern-07").iterdir()] == ["tides"]


@pytest.mark.parametrize(
    "stamp",
    [
        "2027-03-01 13:00:00 UTC",
        "2027-03-01 13:00:00.123456 UTC",
        "2027-03-01 10:00:00 America/Santiago",
        "2027-03-01T13:00:00+00:00",
    ],
)
def test_a_newer_submission_in_the_course_stays(inbox, course, stamp):
    put(inbox, answer="from the stick")
    submission = course / "submitted" / "intern-07" / "tides"
    write_notebook(
        new_notebook(cells=[new_code_cell("newer", id="one")]), submission / "tides.ipynb"
    )
    (submission / "timestamp.txt").write_text(stamp)
    assert fetch(inbox, course)["intern-07"].outcome == "older"
    assert answer_in(course) == ["newer"]


def test_a_submission_without_a_time_stamp_is_not_replaced_unasked(inbox, course):
    put(inbox, answer="from the stick")
    submission = course / "submitted" / "intern-07" / "tides"
    write_notebook(
        new_notebook(cells=[new_code_cell("here", id="one")]), submission / "tides.ipynb"
    )
    assert fetch(inbox, course)["intern-07"].outcome == "held"
    assert answer_in(course) == ["here"]
    assert fetch(inbox, course, accept=["intern-07"])["intern-07"].outcome == "collected"
    assert answer_in(course) == ["from the stick"]


def test_an_attempt_dated_in_the_future_waits_for_a_person(inbox, course):
    put(inbox, minutes=600)
    held = fetch(inbox, course, now=NOW)["intern-07"]
    assert held.outcome == "held" and "future" in held.detail
    assert not (course / "submitted").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can change owners")
def test_an_attempt_under_another_persons_name_waits_for_a_person(inbox, course):
    put(inbox, answer="mine")
    forged = put(inbox, answer="forged", minutes=10)
    os.chown(forged, 12345, 12345)
    held = fetch(inbox, course)["intern-07"]
    assert held.outcome == "held" and "different accounts" in held.detail


def break_with_link_to_file(attempt, secret):
    (attempt / "tides.ipynb").unlink()
    (attempt / "tides.ipynb").symlink_to(secret)


def break_with_link_to_folder(attempt, secret):
    (attempt / "data").symlink_to(secret.parent)


def break_with_pipe(attempt, secret):
    os.mkfifo(attempt / "pipe")


def break_receipt(attempt, secret):
    (attempt / RECEIPT).write_text("[" * 100_000)


def break_receipt_time(attempt, secret):
    receipt = json.loads((attempt / RECEIPT).read_text())
    (attempt / RECEIPT).write_text(json.dumps({**receipt, "submitted_at": "2027-03-01 12:30"}))


def break_by_taking_the_receipt(attempt, secret):
    (attempt / RECEIPT).unlink()


def break_by_editing_after_handing_in(attempt, secret):
    (attempt / "tides.ipynb").write_text("{}")


def break_by_adding_a_file(attempt, secret):
    (attempt / "more.py").write_text("")


def break_by_claiming_another_name(attempt, secret):
    receipt = json.loads((attempt / RECEIPT).read_text())
    (attempt / RECEIPT).write_text(json.dumps({**receipt, "student": "intern-08"}))


@pytest.mark.parametrize(
    "harm",
    [value for name, value in sorted(globals().items()) if name.startswith("break_")],
    ids=lambda harm: harm.__name__,
)
def test_a_bad_attempt_is_refused_and_the_good_one_before_it_counts(harm, inbox, course, tmp_path):
    secret = tmp_path / "secrets" / "exam.txt"
    secret.parent.mkdir()
    secret.write_text("the answers")
    put(inbox, answer="good")
    bad = put(inbox, answer="bad", minutes=5)
    harm(bad, secret)

    done = fetch(inbox, course)["intern-07"]

    assert done.outcome == "collected"
    assert bad.name in done.detail
    assert answer_in(course) == ["good"]
    everything = [path for path in (course / "submitted").rglob("*") if path.is_file()]
    assert not any("the answers" in path.read_text() for path in everything)


def test_a_link_in_place_of_a_student_is_not_followed(inbox, course, tmp_path):
    put(inbox)
    elsewhere = tmp_path / "elsewhere"
    (inbox / "tides" / "intern-07").rename(elsewhere)
    (inbox / "tides" / "intern-07").symlink_to(elsewhere)
    assert fetch(inbox, course)["intern-07"].outcome == "refused"
    assert not (course / "submitted").exists()


def test_a_name_that_no_student_can_have_is_refused_and_the_others_arrive(inbox, course):
    put(inbox)
    (inbox / "tides" / "-rf ;").mkdir()
    done = fetch(inbox, course)
    assert {student: one.outcome for student, one in done.items()} == {
        "-rf ;": "refused",
        "intern-07": "collected",
    }


def test_a_half_written_attempt_is_not_seen(inbox, course):
    attempt = put(inbox)
    attempt.rename(attempt.with_name(".part-x"))
    assert fetch(inbox, course)["intern-07"].detail == "the folder is empty"


def test_what_is_not_there_is_named(inbox, course):
    with pytest.raises(KitError, match="no such course directory"):
        collect("tides", course=course / "x", source=inbox)
    with pytest.raises(KitError, match="no such folder"):
        collect("tides", course=course, source=inbox / "x")
    put(inbox)
    with pytest.raises(KitError, match=r"nothing was handed in for 'waves'.*there is: tides"):
        collect("waves", course=course, source=inbox)
    with pytest.raises(KitError, match="can not be the name"):
        collect("../tides", course=course, source=inbox)


def test_a_stop_while_writing_keeps_the_submission_that_was_there(inbox, course, monkeypatch):
    put(inbox, answer="old")
    fetch(inbox, course)
    put(inbox, answer="new", minutes=1)
    from pathlib import Path

    rename = Path.rename

    def stop(self, target):
        if self.suffix == ".part":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(inbox, course)
    monkeypatch.undo()
    assert answer_in(course) == ["old"]
    assert fetch(inbox, course)["intern-07"].outcome == "collected"
    assert answer_in(course) == ["new"]


def test_the_command_says_what_it_did_for_each(inbox, course):
    put(inbox, now=datetime.now(UTC))
    (inbox / "tides" / "intern-08").mkdir()
    answer = CliRunner().invoke(command, ["tides", "--course", str(course), "--from", str(inbox)])
    assert answer.exit_code == 0, answer.output
    assert "intern-07" in answer.output and "refused" in answer.output
    assert answer.output.rstrip().endswith("collected 1, refused 1")
