"""The evidence of automatic marks, in words that a mentor understands."""

from dataclasses import replace

from desk_examples import NAME

from kit.desk.answers import Shelf, find_errors
from kit.desk.evidence import describe_run, find_doubts, find_tampering, tell_tests


def stories(classroom, student):
    room = classroom.room(NAME)
    hours = room.question(NAME, "hours")
    automatic = {key: room.automatic_marks[student, NAME, key] for key in hours.marks}
    errors = find_errors(Shelf(classroom.course).read(NAME, student, NAME), hours.marks)
    return {one.key: one for one in tell_tests(hours, automatic, room.results[student], errors)}


def test_a_failed_test_says_what_it_said(classroom):
    told = stories(classroom, "s-02")
    assert told["test-visible"].label == "failed"
    assert "the Moon moves on meanwhile" in told["test-visible"].sentences[0]
    assert "AssertionError" in told["test-hidden"].sentences[0]
    assert {one.label for one in stories(classroom, "s-01").values()} == {"passed"}


def test_tampering_is_told_and_a_harmless_repair_is_not(classroom):
    room = classroom.room(NAME)
    assert find_tampering(room.results["s-06"])
    assert find_tampering(room.results["s-01"]) == ()
    older = replace(
        room.results["s-01"],
        evidence={},
        repairs=(
            "The test 'x' was missing and was put back.",
            "The test 'x' had been changed; the original was used.",
        ),
    )
    assert find_tampering(older) == older.repairs[1:]


def test_where_tests_ran_and_what_may_be_forged_is_told(classroom):
    result = classroom.room(NAME).results["s-01"]

    def told(**evidence):
        return " ".join(describe_run(replace(result, evidence=evidence)))

    assert "can not reach" in told(verdict="outside", walls="bubblewrap")
    assert "could forge" in told(verdict="inside", walls="none")
    assert "no walls" in told(verdict="inside", walls="none")
    run = {
        "events": ["Cell 3 was stopped: it did not end."],
        "restarts": 2,
        "inside": {"t": "magic"},
    }
    assert "started again" in told(executed={"x": run})
    assert "Cell 3 was stopped" in told(executed={"x": run})
    doubts = find_doubts(replace(result, evidence={"executed": {"x": run}}))
    assert "magic" in doubts["t"][0]
