"""The demo itself: a few interns from handing in to the report, and a mark that differs is seen."""

from dataclasses import replace
from pathlib import Path

import pytest
import run
from classroom import Classroom, load_class

from kit.errors import KitError
from kit.grading.results import Result


def keep_assignment(classroom: Classroom, name: str) -> Classroom:
    course = {**classroom.course, "assignments": {name: classroom.course["assignments"][name]}}
    interns = [
        replace(intern, works=tuple(work for work in intern.works if work.assignment == name))
        for intern in classroom.interns
    ]
    return Classroom(course, tuple(interns))


def test_a_small_class_goes_all_the_way(tmp_path, capfd, monkeypatch):
    chosen = ["scl-02", "scl-12", "scl-13"]
    # One assignment is enough to see that the steps fit together; each command takes seconds to start.
    monkeypatch.setattr(run, "load_class", lambda: keep_assignment(load_class(), "error-bars"))
    code = run.main(["--out", str(tmp_path), "--skip", "lessons", "verify", "--interns", *chosen])
    printed = capfd.readouterr().out
    assert code == 0, printed
    assert "3 of 3 marks as declared" in printed
    course = tmp_path / "course"
    assert (course / "reports" / "error-bars.html").is_file()
    assert len([*course.glob("feedback/*/*/*.html")]) == 3
    assert len((course / "marks.csv").read_text().splitlines()) == 1 + 3


def grade(course: Path, classroom: Classroom, **changes: float) -> None:
    for intern in classroom.interns:
        for work in intern.works:
            status = "failed" if work.failed else "graded"
            score = changes.get(intern.id.replace("-", "_"), work.mark)
            result = Result(work.assignment, intern.id, status, ".", score=score)
            path = course / ".kit" / "results" / work.assignment / f"{intern.id}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(result.to_json())


@pytest.fixture
def classroom():
    return load_class()


def test_all_marks_as_declared_is_success(classroom, tmp_path, capsys):
    grade(tmp_path, classroom)
    assert run.conclude(classroom, tmp_path, 100.4) == 0
    assert "40 of 40 marks as declared in 100 seconds" in capsys.readouterr().out


def test_a_mark_that_differs_is_shown_and_ends_with_1(classroom, tmp_path, capsys):
    grade(tmp_path, classroom, scl_04=10.0)
    assert run.conclude(classroom, tmp_path, 1) == 1
    printed = capsys.readouterr().out
    assert "39 of 40 marks as declared" in printed
    assert "scl-04" in printed and "10" in printed


def test_a_submission_that_should_have_failed_and_did_not_is_a_difference(classroom, tmp_path):
    grade(tmp_path, classroom)
    path = tmp_path / ".kit" / "results" / "error-bars" / "scl-12.json"
    path.write_text(path.read_text().replace('"failed"', '"graded"'))
    (difference,) = run.compare(classroom, tmp_path)
    assert (difference.declared, difference.graded) == ("failed", "0")


def test_an_intern_without_a_result_is_a_difference(classroom, tmp_path):
    grade(tmp_path, classroom)
    (tmp_path / ".kit" / "results" / "error-bars" / "scl-01.json").unlink()
    (difference,) = run.compare(classroom, tmp_path)
    assert (difference.student, difference.graded) == ("scl-01", "no result")


def test_where_no_walls_hold_none_are_asked_for_and_one_line_says_how_to_get_them(
    capsys, monkeypatch
):
    def refuse():
        raise KitError("no walls hold on this machine")

    monkeypatch.setattr(run, "choose_tier", refuse)
    assert run.choose_walls() == "none"
    assert "sudo apt-get install bubblewrap" in capsys.readouterr().out
    monkeypatch.setattr(run, "choose_tier", lambda: None)
    assert run.choose_walls() == "auto"
    assert capsys.readouterr().out == ""


def test_a_command_that_fails_stops_the_demo(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(run, "LESSONS", ("courses/no-such-lesson.ipynb",))
    assert run.main(["--out", str(tmp_path), "--interns", "scl-01"]) == 1
    assert "The demo stopped" in capfd.readouterr().out


def test_a_folder_of_somebody_else_is_left_alone(tmp_path, capfd):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "mine.txt").write_text("x")
    assert run.main(["--out", str(tmp_path)]) == 1
    assert "no earlier demo made it" in capfd.readouterr().out
    assert (tmp_path / "course" / "mine.txt").read_text() == "x"


def test_a_folder_of_an_earlier_demo_is_used_again(tmp_path):
    run.claim_folder(tmp_path / "out")
    (tmp_path / "out" / "course").mkdir()
    run.claim_folder(tmp_path / "out")
