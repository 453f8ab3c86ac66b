"""A course directory is read as nbgrader reads it; kit.yaml adds time zones, extensions and limits."""

from datetime import UTC, datetime

import pytest
from grading_examples import doubles

from kit.errors import KitError, KitErrors
from kit.grading.course import load_course, to_utc
from kit.grading.policy import load_policy
from kit.grading.settings import read_settings
from kit.grading.terms import LatePolicy
from kit.notebooks import write_notebook

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "ocean"
c.CourseDirectory.source_directory = "masters"
c.CourseDirectory.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"
c.CourseDirectory.db_url = "sqlite:///marks.db"
c.CourseDirectory.ignore.append("*.bak")
c.ClearSolutions.begin_solution_delimeter = "# <answer>"
c.ClearSolutions.code_stub = "..."
c.ClearHiddenTests.end_test_delimeter = "# </secret>"
c.LockCells.lock_solution_cells = False
c.LateSubmissionPlugin.penalty_method = "zero"
c.AssignLatePenalties.plugin_class = "mine.Plugin"
c.Execute.timeout = 300
"""

SETTINGS = """
timezone: America/Santiago
min_group: 4
assignments:
  doubles:
    due: "2027-03-01 23:59"
    late: {per_day: 0.2, grace_minutes: 10}
    limits: {wall_seconds: 9}
    extensions:
      intern-02: "2027-03-03 23:59"
      intern-03: 2027-03-04
"""


@pytest.fixture
def root(tmp_path):
    write_notebook(doubles(), tmp_path / "source/doubles/doubles.ipynb")
    return tmp_path


def test_a_course_without_any_file_of_settings_has_nbgraders_defaults(root):
    course = load_course(root)
    assert course.assignments() == ("doubles",)
    assert course.folder("submitted", "doubles", "a") == root / "submitted/a/doubles"
    assert course.folder("release", "doubles") == root / "release/doubles"
    assert course.db_url == f"sqlite:///{root}/gradebook.db"
    assert (course.course_id, course.notices) == ("", ())
    assert load_policy(course, "doubles").late == LatePolicy()


def test_nbgraders_configuration_is_followed_and_what_is_not_is_said(root):
    (root / "nbgrader_config.py").write_text(CONFIG)
    course = load_course(root)
    assert course.folder("source", "a") == root / "masters/a"
    assert course.folder("submitted", "a", "b") == root / "submitted/a/b"
    assert course.db_url == f"sqlite:///{root}/marks.db"
    assert course.ignore[-1] == "*.bak"
    assert course.rules.solution.begin == "# <answer>"
    assert course.rules.solution.end == "END SOLUTION"
    assert course.rules.hidden.end == "# </secret>"
    assert course.rules.code_stub == {"python": "..."}
    assert not course.rules.lock_solution
    assert course.notices == (
        "c.AssignLatePenalties.plugin_class in nbgrader_config.py is not followed.",
    )
    policy = load_policy(course, "doubles")
    assert policy.late.penalty(10, 1) == 10
    assert policy.limits.wall_seconds == 300


def test_submissions_are_found_in_any_structure_and_names_with_brackets_too(root):
    for student in ("b", "a[1]", ".hidden"):
        (root / "submitted" / student / "doubles").mkdir(parents=True)
    assert list(load_course(root).submissions("doubles")) == ["a[1]", "b"]
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "submitted/doubles/c").mkdir(parents=True)
    assert list(load_course(root).submissions("doubles")) == ["c"]


def test_times_have_the_zone_of_the_course_and_people_their_extension(root):
    (root / "kit.yaml").write_text(SETTINGS)
    course = load_course(root)
    assert course.settings.min_group == 4
    policy = load_policy(course, "doubles")
    # Santiago is three hours behind UTC in March.
    assert to_utc(policy.due_for("intern-01")) == datetime(2027, 3, 2, 2, 59)
    assert to_utc(policy.due_for("intern-02")) == datetime(2027, 3, 4, 2, 59)
    assert to_utc(policy.due_for("intern-03")) == datetime(2027, 3, 5, 2, 59, 59)
    moment = datetime(2027, 3, 2, 3, 30, tzinfo=UTC)
    assert policy.late_seconds("intern-01", moment) == 31 * 60
    assert policy.late_seconds("intern-02", moment) == 0
    assert policy.late_seconds("intern-01", None) == 0
    assert policy.late_seconds("intern-01", moment.replace(hour=3, minute=8)) == 0
    assert policy.extension("intern-02").days == 2
    assert (policy.limits.wall_seconds, policy.late.per_day) == (9, 0.2)


def test_all_faults_of_the_settings_are_reported_at_once(tmp_path):
    path = tmp_path / "kit.yaml"
    path.write_text(
        "timezone: America/Santiag\nmin_group: few\nassignmets: {}\n"
        "assignments: {a: {due: soon, late: {per_day: 5}, extensions: {b: 17}}, c: 3}\n"
    )
    with pytest.raises(KitErrors) as caught:
        read_settings(path)
    for part in (
        "Santiag",
        "min_group",
        "assignmets",
        "a.due",
        "late.per_day",
        "extensions.b",
        ".c",
    ):
        assert part in str(caught.value)


def test_the_contract_of_a_released_assignment_gives_limits_and_late_policy(root):
    course = load_course(root)
    course.contract_path("doubles").parent.mkdir(parents=True)
    course.contract_path("doubles").write_text("limits: {wall_seconds: 7}\nlate: {per_day: 0.1}\n")
    policy = load_policy(course, "doubles")
    assert (policy.limits.wall_seconds, policy.late.per_day) == (7, 0.1)


def test_what_is_no_course_says_what_to_do(tmp_path, root):
    with pytest.raises(KitError, match="no such course directory"):
        load_course(tmp_path / "none")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(KitError, match="kit release PATH"):
        load_course(empty)
    assert load_course(empty, new=True).assignments() == ()
    with pytest.raises(KitError, match="The assignments are: doubles"):
        load_course(root).check_assignment("triples")
    (root / "nbgrader_config.py").write_text("c = get_config(")
    with pytest.raises(KitError, match="SyntaxError"):
        load_course(root)


def test_a_course_says_when_its_marks_should_have_been_erased(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "kit.yaml").write_text("keep_until: 2020-01-01\n")
    assert "kept until 2020-01-01" in load_course(tmp_path).notices[0]
    (tmp_path / "kit.yaml").write_text("keep_until: 2999-01-01\n")
    assert load_course(tmp_path).notices == ()
