"""The table of marks: one row for each student and assignment, safe to open in a spreadsheet."""

import csv
import io

import pytest
from click.testing import CliRunner

from kit.cli.grades import grades as command
from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.grades import COLUMNS, collect_grades, format_csv, tabulate_grades
from kit.grading.results import CellMark, Result
from kit.grading.roster import read_roster

DONE = Result(
    "waves",
    "b",
    "graded",
    "Graded.",
    (CellMark("t", "test", 3.0, 4.0), CellMark("w", "written", None, 2.0)),
    score=2.7,
    max_score=6.0,
    submitted_at="2027-03-01T23:00:00-03:00",
    late_seconds=3600.4,
    penalty=0.3,
    repairs=("x",),
)
FAILED = Result("waves", "a", "failed", "No notebook.", max_score=6.0)


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source" / "waves").mkdir(parents=True)
    (tmp_path / "source" / "waves" / "waves.ipynb").write_text("{}")
    return tmp_path


def keep(course, *results):
    for result in results:
        path = course / ".kit" / "results" / result.assignment / f"{result.student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(result.to_json())


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_student_has_a_row_also_who_failed_or_did_not_hand_in():
    rows = list(tabulate_grades([DONE, FAILED], assignment="waves", roster=["c", "b"]))
    assert [(row["student"], row["status"], row["score"]) for row in rows] == [
        ("a", "failed", ""),
        ("b", "waiting", 2.7),
        ("c", "missing", ""),
    ]


def test_the_columns_say_what_the_result_says():
    (row,) = read(format_csv(tabulate_grades([DONE], assignment="waves")))
    assert row == {
        "student": "b",
        "assignment": "waves",
        "status": "waiting",
        "score": "2.7",
        "max_score": "6.0",
        "waiting_points": "2.0",
        "penalty": "0.3",
        "late_seconds": "3600",
        "submitted_at": "2027-03-01T23:00:00-03:00",
        "repairs": "1",
        "outcome": "Graded.",
    }


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@x", "\tx"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    (row,) = read(format_csv([{"student": text, "outcome": text, "score": -1.5}]))
    assert row["student"] == row["outcome"] == "'" + text
    assert row["score"] == "-1.5"


def test_all_assignments_that_were_graded_are_in_one_table(course):
    keep(course, DONE, FAILED, Result("tides", "a", "graded", "."))
    (course / "groups.csv").write_text("id,group\na,S\nb,P\n")
    rows = collect_grades(load_course(course))
    assert [(row["assignment"], row["student"], row["status"]) for row in rows] == [
        ("tides", "a", "graded"),
        ("tides", "b", "missing"),
        ("waves", "a", "failed"),
        ("waves", "b", "waiting"),
    ]


def test_what_was_not_graded_or_does_not_exist_is_named(course):
    with pytest.raises(KitError, match="nothing was graded in this course yet"):
        collect_grades(load_course(course))
    with pytest.raises(KitError, match=r"nothing was graded yet.*kit grade waves"):
        collect_grades(load_course(course), ["waves"])
    with pytest.raises(KitError, match=r"no assignment 'storms'.*waves"):
        collect_grades(load_course(course), ["storms"])


def test_the_command_documents_every_column_and_writes_the_file(course, tmp_path):
    keep(course, DONE)
    words = CliRunner().invoke(command, ["--help"]).output
    assert all(f"  {name} " in words for name in COLUMNS)
    file = tmp_path / "out" / "marks.csv"
    answer = CliRunner().invoke(command, ["--course", str(course), "--output", str(file)])
    assert answer.exit_code == 0, answer.output
    assert [row["student"] for row in read(file.read_text())] == ["b"]
    printed = CliRunner().invoke(command, ["--course", str(course)])
    assert printed.output == file.read_text()


def test_a_list_of_groups_with_mistakes_names_each(course):
    (course / "groups.csv").write_text("id,group\na,S\n,P\na,P\n")
    with pytest.raises(
        KitError, match=r"(?s)line 3: there is no id.*line 4: the id 'a' is there twice"
    ):
        read_roster(load_course(course))
    (course / "groups.csv").write_text("name,site\nAna,S\n")
    with pytest.raises(KitError, match="'id' and 'group' are missing"):
        read_roster(load_course(course))
