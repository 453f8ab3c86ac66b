"""Results go to JSON and back unchanged, and a file that is no result says so."""

import dataclasses
import json

import pytest

from kit.errors import KitError
from kit.grading.results import CellMark, Result, read_result, read_results

MARKS = (
    CellMark("test-a", "test", 1.5, 2.0, "Expected 3, got 4.", "ps1", hidden=True),
    CellMark("why", "written", None, 4.0, notebook="ps1"),
)
RESULT = Result(
    assignment="ps1",
    student="intern-ñandú",
    status="graded",
    outcome="Graded: 1.5 of 6 points; one answer waits for a mentor.",
    marks=MARKS,
    score=1.35,
    max_score=6.0,
    submitted_at="2027-03-02T00:10:00-03:00",
    late_seconds=600.0,
    penalty=0.15,
    repairs=("Cell 4 was a copy of 'test-a' and was left out.",),
    evidence={"seconds": 1.5, "hashes": {"source": "ab"}},
    key="0f",
)


def test_a_result_comes_back_from_json_unchanged():
    assert Result.from_json(RESULT.to_json()) == RESULT


def test_every_field_is_written_as_plain_json_with_its_schema_version():
    data = json.loads(RESULT.to_json())
    assert data["schema_version"] == 1
    assert data.keys() - {"schema_version"} == {field.name for field in dataclasses.fields(Result)}
    assert data["marks"][1]["points"] is None


def test_a_mark_without_points_waits_for_a_mentor():
    assert RESULT.needs_mentor
    assert not dataclasses.replace(RESULT, marks=MARKS[:1]).needs_mentor


def test_a_declaration_that_is_worth_no_points_makes_nobody_wait():
    declaration = CellMark("ai-declaration", "written", None, 0)
    assert not dataclasses.replace(RESULT, marks=(declaration,)).needs_mentor


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{}", "schema version None"),
        (
            RESULT.to_json().replace('"schema_version": 1', '"schema_version": 99'),
            "schema version 99",
        ),
        ('{"schema_version": 1, "marks": []}', "'repairs'"),
        ("[]", "schema version None"),
    ],
)
def test_a_file_that_is_no_result_is_named_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(KitError, match=reason) as caught:
        read_result(path)
    assert str(path) in str(caught.value)
    assert "kit grade" in str(caught.value)


def test_results_of_a_folder_are_sorted_by_student(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(dataclasses.replace(RESULT, student=name).to_json())
    (tmp_path / ".c.json.part").write_text("half a res")
    assert [result.student for result in read_results(tmp_path)] == ["a", "b"]
