"""People get all that a course holds about them, and when they are erased nothing is left to find."""

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import date

import pytest
import yaml
from grading_examples import doubles, open_gradebook
from test_batch import RIGHT, hand_in, result_of

from kit.cli import main
from kit.errors import KitError, KitErrors
from kit.grading.answers import Answers
from kit.grading.batch import plan_batch, run_batch
from kit.grading.course import load_course
from kit.grading.erasure import erase_again, erase_person, read_note
from kit.grading.exchange import hand_in as hand_in_to
from kit.grading.feedback_pages import write_feedback
from kit.grading.people import find_person, read_people
from kit.grading.person_copy import copy_person
from kit.grading.publication import publish_assignment
from kit.grading.report_page import write_report
from kit.grading.retention import find_expired
from kit.grading.traces import find_students
from kit.notebooks import write_notebook

# One class is made and graded for all of them.
pytestmark = pytest.mark.xdist_group("people")

SETTINGS = """\
timezone: Europe/Paris  # where the course is
people: ../names/people.csv
keep_until: "2030-06-30"
assignments:
  doubles:
    due: "2027-03-01 12:00"
    extensions: {ana-07: "2027-03-03 12:00", ana-071: "2027-03-04 12:00"}
  other:
    extensions:
      ana-07: "2027-03-03 12:00"  # was ill
"""
MINE = Answers("", {**RIGHT.cells, "why": "Because of the words zanahoria and manzana."})


def make_class(root, url=""):
    course = root / "course"
    write_notebook(doubles(), course / "source/doubles/doubles.ipynb")
    if url:
        config = f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n"
        (course / "nbgrader_config.py").write_text(config)
    (course / "kit.yaml").write_text(SETTINGS)
    (course / "groups.csv").write_text("id,group\nana-07,Paris\nana-071,Santiago\n")
    (root / "names").mkdir()
    (root / "names/people.csv").write_text(
        "id,name,mail\nana-07,Ana Uno,ana@example.org\nana-071,Ana Dos,\n"
    )
    publish_assignment(load_course(course), "doubles")
    hand_in(course, "ana-07", answers=MINE)
    hand_in(course, "ana-071")
    loaded = load_course(course)
    run_batch(plan_batch(loaded, "doubles"), jobs=2)
    for _page in write_feedback(loaded, "doubles"):
        pass
    write_report(loaded, "doubles")
    (root / "inbox").mkdir()
    file = course / "submitted/ana-07/doubles/doubles.ipynb"
    hand_in_to([file], assignment="doubles", student="ana-07", to=root / "inbox")
    if not url:
        # What nbgrader leaves when it upgrades a gradebook, and what the desk keeps.
        shutil.copy(course / "gradebook.db", course / "gradebook.db.2027-01-01")
        with closing(sqlite3.connect(course / ".kit/desk.db")) as db:
            db.execute("CREATE TABLE mark_log (student TEXT, reason TEXT)")
            db.execute(
                "INSERT INTO mark_log VALUES ('ana-07', 'a secret reason'), ('ana-071', 'x')"
            )
            db.commit()
    return course


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("people")
    make_class(root)
    return root


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "root", symlinks=True)
    return tmp_path / "root/course"


def search(folder, *texts):
    """Every file below a folder in whose name or bytes a text stands; 'ana-071' is somebody else."""
    found = []
    for path in folder.rglob("*"):
        data = str(path.relative_to(folder)).encode()
        if path.is_file():
            data += b"\0" + path.read_bytes()
        data = data.replace(b"ana-071", b"")
        found += [(text, path) for text in texts if text.encode() in data]
    return found


def test_after_an_erasure_no_trace_is_found(course):
    root = course.parent
    assert search(root, "ana-07", "zanahoria", "a secret reason", "Ana Uno")
    done = erase_person(load_course(course), "ana-07", exchange=root / "inbox")
    assert done.left == ()
    assert search(root, "ana-07", "zanahoria", "a secret reason", "Ana Uno") == []


def test_everybody_else_is_untouched(course):
    before = result_of(course, "ana-071")
    erase_person(load_course(course), "ana-07")
    assert result_of(course, "ana-071") == before
    assert (course / "autograded/ana-071/doubles/doubles.ipynb").is_file()
    loaded = load_course(course)
    with open_gradebook(loaded) as gradebook:
        assert [s.id for s in gradebook.students] == ["ana-071"]
        assert gradebook.find_submission("doubles", "ana-071").score == before.score
    settings = yaml.safe_load((course / "kit.yaml").read_text())
    assert settings["assignments"]["doubles"]["extensions"] == {"ana-071": "2027-03-04 12:00"}
    assert "# where the course is" in (course / "kit.yaml").read_text()
    assert not settings["assignments"]["other"].get("extensions")
    assert plan_batch(loaded, "doubles").todo == ()
    with closing(sqlite3.connect(course / ".kit/desk.db")) as db:
        assert db.execute("SELECT student FROM mark_log").fetchall() == [("ana-071",)]


def test_rows_on_a_server_are_erased_too(tmp_path, database):
    url = database()
    course = load_course(make_class(tmp_path, url))
    erase_person(course, "ana-07")
    with open_gradebook(course) as gradebook:
        assert [s.id for s in gradebook.students] == ["ana-071"]


def test_what_an_erasure_can_not_reach_is_listed(course):
    (course / "notes.txt").write_text("ana-07 called on Monday")
    done = erase_person(load_course(course), "ana-07")
    assert done.left == (course / "notes.txt",)


def test_settings_that_can_not_be_edited_safely_are_left_and_listed(course):
    (course / "kit.yaml").write_text(
        'assignments:\n  doubles:\n    extensions:\n      ? "ana-07"\n      : "2027-03-03 12:00"\n'
    )
    before = (course / "kit.yaml").read_text()
    done = erase_person(load_course(course), "ana-07")
    assert done.left == (course / "kit.yaml",)
    assert (course / "kit.yaml").read_text() == before


def test_a_backup_that_is_put_back_is_erased_again(course):
    backup = course.parent / "backup"
    shutil.copytree(course / "submitted/ana-07", backup)
    erase_person(load_course(course), "ana-07")
    erase_person(load_course(course), "ana-07")
    (line,) = read_note(load_course(course))
    assert line["erased"] == date.today().isoformat()
    shutil.copytree(backup, course / "submitted/ana-07")
    (again,) = erase_again(load_course(course))
    assert again.student == "ana-07"
    assert find_students(load_course(course)) == {"ana-071"}
    assert erase_again(load_course(course)) == ()


def test_a_person_gets_everything_and_no_hidden_test(course):
    root = course.parent
    target = copy_person(load_course(course), "ana-07", root / "ana.zip", exchange=root / "inbox")
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        content = b"".join(archive.read(name) for name in names)
        about = json.loads(archive.read("ana-07/everything.json"))
    assert "ana-07/submitted/doubles/doubles.ipynb" in names
    assert "ana-07/feedback/doubles/doubles.html" in names
    assert any(name.startswith("ana-07/handed-in/doubles/") for name in names)
    assert about["table_of_names"]["mail"] == "ana@example.org"
    assert about["group"] == "Paris"
    assert set(about["extensions"]) == {"doubles", "other"}
    assert about["gradebook"]["submissions"][0]["assignment"] == "doubles"
    assert {row["question"] for row in about["gradebook"]["points"]} >= {"test-hidden", "why"}
    assert about["results"]["doubles"]["score"] == 3
    for text in (b"ana-071", b"Ana Dos", b"-7.25", b"secret case", b"KIT_SEED"):
        assert text not in content
    folder = copy_person(load_course(course), "ana-07", root / "copy")
    assert (folder / "everything.json").is_file()
    with pytest.raises(KitError, match="there already"):
        copy_person(load_course(course), "ana-07", root / "copy")
    with pytest.raises(KitError, match="nothing about 'bob'"):
        copy_person(load_course(course), "bob", root / "bob")


def test_people_are_known_by_id_or_by_name(course):
    loaded = load_course(course)
    assert find_person(loaded, "Ana Uno") == "ana-07"
    assert find_person(loaded, "ana-07") == "ana-07"
    table = course.parent / "names/people.csv"
    table.write_text("id,name\na,Ana Uno\nb,Ana Uno\n")
    with pytest.raises(KitError, match="2 people have the name 'Ana Uno'"):
        find_person(loaded, "Ana Uno")
    table.write_text("id,name\na,A\na,B\n,C\n")
    with pytest.raises(KitErrors) as caught:
        read_people(loaded)
    assert len(caught.value.errors) == 2


def test_a_table_of_names_in_the_course_is_refused(course):
    (course / "kit.yaml").write_text("people: people.csv\n")
    (course / "people.csv").write_text("id,name\n")
    with pytest.raises(KitError, match="the table of names lies in the course"):
        read_people(load_course(course))


def test_marks_are_kept_until_a_date(course):
    loaded = load_course(course)
    with pytest.raises(KitError, match="marks are kept until 2030-06-30"):
        find_expired(loaded, today=date(2030, 6, 30))
    assert find_expired(loaded, today=date(2030, 7, 1)) == ["ana-07", "ana-071"]
    (course / "kit.yaml").write_text("keep_until: soon\n")
    with pytest.raises(KitError, match="'keep_until' is 'soon', not a time"):
        load_course(course)


def test_the_command_asks_before_it_erases_and_tells_what_it_did(course, capsys, monkeypatch):
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text: "n")
    with pytest.raises(SystemExit):
        main(["people", "erase", "Ana Uno", "--course", str(course)])
    assert (course / "submitted/ana-07").is_dir()
    main(["people", "erase", "Ana Uno", "--course", str(course), "--yes"])
    said = capsys.readouterr().out
    assert "erased  rows in" in said
    assert "kit people erase --again" in said
    assert not (course / "submitted/ana-07").exists()
    (course / "kit.yaml").write_text("keep_until: 2020-01-01\n")
    main(["people", "erase", "--expired", "--course", str(course), "--yes"])
    assert find_students(load_course(course)) == set()


def test_the_command_copies_a_person(course, capsys):
    target = course.parent / "copy.zip"
    main(["people", "export", "ana-07", "--course", str(course), "--to", str(target)])
    assert capsys.readouterr().out.strip() == str(target)
    assert zipfile.is_zipfile(target)
