"""nbgrader's gradebook, in SQLite and on PostgreSQL: one writer, in bulk, and no mentor's mark is lost."""

import copy
import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from grading_examples import answer, doubles, open_gradebook, test_cell

from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.gradebook import make_engine, read_due_dates, read_rows, write_gradebook
from kit.grading.masters import make_master
from kit.grading.mentor_marks import MentorMark, read_mentor_marks
from kit.grading.registration import register_assignment
from kit.grading.results import CellMark, Result
from kit.grading.tables import METADATA, REVISION
from kit.grading.terms import LatePolicy
from kit.grading.writer import Entry, write_results

# One server is started for all of them.
pytestmark = pytest.mark.xdist_group("gradebook")

MASTER = make_master(doubles(), name="doubles")
DUE = datetime(2027, 3, 1, 11, tzinfo=UTC)
MARKS = (
    CellMark("test-visible", "test", 1.0, 1.0, notebook="doubles"),
    CellMark("test-hidden", "test", 2.0, 2.0, notebook="doubles"),
    CellMark("why", "written", None, 2.0, notebook="doubles"),
    CellMark("task", "written", None, 0.0, notebook="doubles"),
)


def entry(student, **more):
    values = {"score": 3.0, "max_score": 5.0, "submitted_at": "2027-03-01T12:00:00+01:00", **more}
    return Entry(Result("doubles", student, "graded", "Graded.", MARKS, **values))


def make_course(root, url, source=None):
    (root / "source/doubles").mkdir(parents=True, exist_ok=True)
    if url:
        config = f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n"
        (root / "nbgrader_config.py").write_text(config)
    course = load_course(root)
    register_assignment(course, "doubles", [source or MASTER], due=DUE)
    return course


@pytest.fixture
def course(tmp_path, database):
    return make_course(tmp_path, database())


def test_the_tables_are_those_of_nbgrader():
    import nbgrader
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.schema import CreateTable

    theirs = Base.metadata.tables
    assert METADATA.tables.keys() == theirs.keys()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        for name, table in METADATA.tables.items():
            parts = [
                sorted(str(CreateTable(one).compile(dialect=dialect)).replace(",", "").split("\n"))
                for one in (table, theirs[name])
            ]
            assert parts[0] == parts[1]
    head = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
    assert head == REVISION


def test_what_was_written_is_what_nbgraders_formgrader_shows(course):
    write_results(course, "doubles", [entry("a"), entry("b", late_seconds=3600.0)])
    with open_gradebook(course) as gradebook:
        shown = {s.student.id: s for s in gradebook.assignment_submissions("doubles")}
        assert {name: s.score for name, s in shown.items()} == {"a": 3, "b": 3}
        assert shown["a"].max_score == 5
        assert shown["a"].needs_manual_grade
        assert shown["a"].timestamp == datetime(2027, 3, 1, 11)
        assert gradebook.find_assignment("doubles").duedate == DUE.replace(tzinfo=None)


def test_due_dates_and_extensions_are_read_back(course):
    assert read_due_dates(course, "doubles").extensions == {}
    more = Entry(entry("b").result, extension=timedelta(days=2), sets_extension=True)
    write_results(course, "doubles", [entry("a"), more])
    dates = read_due_dates(course, "doubles")
    assert (dates.due, dates.extensions) == (DUE, {"b": timedelta(days=2)})
    assert read_due_dates(course, "other").due is None


def test_before_there_is_a_gradebook_nothing_is_in_it(tmp_path, database):
    (tmp_path / "source").mkdir()
    config = f"c = get_config()\nc.CourseDirectory.db_url = {database()!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(config)
    course = load_course(tmp_path)
    assert read_due_dates(course, "doubles").due is None
    assert read_mentor_marks(course, "doubles") == {}
    assert not (tmp_path / "gradebook.db").exists()


def test_what_a_mentor_gave_is_kept_and_asked_for_again(course):
    write_results(course, "doubles", [entry("a")])
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("why", "doubles", "doubles", "a")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.25, False
        gradebook.find_comment("why", "doubles", "doubles", "a").manual_comment = "Well said."
        gradebook.db.commit()
    half = LatePolicy(per_day=0.5)
    write_results(course, "doubles", [Entry(entry("a", late_seconds=60.0).result, half)])
    assert read_mentor_marks(course, "doubles") == {
        "a": {("doubles", "why"): MentorMark(1.5, 0.25, "Well said.")}
    }
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("why", "doubles", "doubles", "a").needs_manual_grade
        (book,) = gradebook.find_submission("doubles", "a").notebooks
        assert book.late_submission_penalty == pytest.approx((3 + 1.75) / 2)


def test_cells_may_come_and_go_after_the_first_submission(course):
    write_results(course, "doubles", [entry("a"), entry("b")])
    changed = doubles()
    changed.cells = [
        c for c in changed.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "test-hidden"
    ]
    changed.cells += [answer("more", "x = 1"), test_cell("test-more", "assert x", 4)]
    register_assignment(course, "doubles", [make_master(changed, name="doubles")])
    marks = [mark for mark in MARKS if mark.key != "test-hidden"]
    marks.append(CellMark("test-more", "test", 4.0, 4.0, notebook="doubles"))
    again = Result("doubles", "a", "graded", "Graded.", tuple(marks), 5.0, 7.0)
    write_results(course, "doubles", [Entry(again)])
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission("doubles", "a")
        assert (submission.score, submission.max_score) == (5, 7)
        names = {grade.name for grade in submission.notebooks[0].grades}
        assert names == {"test-visible", "why", "task", "test-more"}
        assert gradebook.find_submission("doubles", "b").score == 1


def test_a_cell_that_a_mentor_marked_does_not_go(course):
    write_results(course, "doubles", [entry("a")])
    with open_gradebook(course) as gradebook:
        gradebook.find_comment("why", "doubles", "doubles", "a").manual_comment = "Well said."
        gradebook.db.commit()
    changed = copy.deepcopy(doubles())
    changed.cells = [
        c for c in changed.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "why"
    ]
    with pytest.raises(
        KitError, match="a mentor marked cells that this assignment no longer has: why"
    ):
        register_assignment(course, "doubles", [make_master(changed, name="doubles")])
    ((kept,),) = read_rows(course, ["SELECT count(*) FROM base_cell WHERE name = 'why'"], {})
    assert kept[0] == 2


def test_a_notebook_may_be_renamed(course):
    write_results(course, "doubles", [entry("a")])
    register_assignment(course, "doubles", [make_master(doubles(), name="twice")])
    (books, left) = read_rows(
        course, ["SELECT name FROM notebook", "SELECT id FROM submitted_notebook"], {}
    )
    assert ([name for (name,) in books], left) == (["twice"], [])


def count_statements(course, entries):
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    seen = []

    def note(_connection, _cursor, statement, _values, _context, _many):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        write_results(course, "doubles", entries)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(seen)


def test_a_larger_class_needs_no_more_statements(course):
    few = count_statements(course, [entry(f"a{n}") for n in range(3)])
    many = count_statements(course, [entry(f"b{n}") for n in range(90)])
    assert many == few
    ((row,),) = read_rows(course, ["SELECT count(*) FROM grade"], {})
    assert row[0] == 93 * 4


def test_writers_wait_for_each_other_and_readers_never_fail(course):
    failed = []

    def work(part):
        try:
            write_results(course, "doubles", [entry(f"{part}-{n}") for n in range(20)])
            read_mentor_marks(course, "doubles")
        except Exception as err:
            failed.append(err)

    threads = [threading.Thread(target=work, args=(part,)) for part in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    ((row,),) = read_rows(course, ["SELECT count(*) FROM submitted_assignment"], {})
    assert row[0] == 120


def test_nothing_of_a_batch_is_written_when_writing_fails(course):
    def entries():
        yield entry("a")
        raise RuntimeError("stopped in the middle")

    with pytest.raises(RuntimeError):
        write_results(course, "doubles", entries())
    ((row,),) = read_rows(course, ["SELECT count(*) FROM student"], {})
    assert row[0] == 0


def test_a_program_that_holds_the_file_for_a_while_is_waited_for(tmp_path):
    course = make_course(tmp_path, "")
    other = sqlite3.connect(
        tmp_path / "gradebook.db", isolation_level=None, check_same_thread=False
    )
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        began = threading.Event()

        def work():
            began.set()
            write_results(course, "doubles", [entry("a")])

        thread = threading.Thread(target=work)
        thread.start()
        began.wait()
        # SQLite's own patience is 5 seconds; what is not finished then has to be waiting, not failing.
        thread.join(0.5)
        assert thread.is_alive()
        other.execute("ROLLBACK")
        thread.join()
    assert read_due_dates(course, "doubles").due == DUE
    ((row,),) = read_rows(course, ["SELECT count(*) FROM student"], {})
    assert row[0] == 1


def test_a_gradebook_of_another_version_is_left_alone(course):
    from sqlalchemy import text

    engine = make_engine(course)
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '167914646830'"))
    engine.dispose()
    with pytest.raises(KitError, match="another version of nbgrader"), write_gradebook(course):
        pass


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://kit:secret@/none?host=/nowhere", "the gradebook can not be used"),
        ("oracle://kit:secret@host/none", r"the driver .* is not installed"),
        ("nosuch://kit:secret@host/none", "this is no address of a gradebook"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_without_its_password(tmp_path, url, said):
    (tmp_path / "source").mkdir()
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.db_url = {json.dumps(url)}\n"
    )
    with pytest.raises(KitError, match=said) as caught:
        register_assignment(load_course(tmp_path), "doubles", [MASTER])
    assert "secret" not in caught.value.message()
