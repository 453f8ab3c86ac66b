"""Feedback and report of a whole course: who gets a page, from which files, and where it is."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from grading_examples import doubles
from nbformat.v4 import new_output

from kit.cli.feedback import feedback as feedback_command
from kit.cli.report import report as report_command
from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.feedback_pages import write_feedback
from kit.grading.release import make_gradebook_version
from kit.grading.report_page import write_report
from kit.grading.results import CellMark, Result
from kit.notebooks import write_notebook


def result(student, status="graded", points=0.0):
    marks = (
        CellMark("test-hidden", "test", points, 2.0, "A hidden test failed.", "ps", hidden=True),
    )
    return Result("ps", student, status, f"{status}.", marks, score=points, max_score=2.0)


@pytest.fixture
def course(tmp_path):
    """A graded course: intern-07 lost points, intern-08 handed in something worse than before."""
    write_notebook(doubles(), tmp_path / "source" / "ps" / "ps.ipynb")
    work = make_gradebook_version(doubles())
    for cell in work.cells:
        if cell.cell_type == "code" and "HIDDEN" not in cell.source:
            cell.outputs = [new_output("stream", name="stdout", text="printed by the answer")]
    for student in ("intern-07", "intern-08"):
        write_notebook(work, tmp_path / "autograded" / student / "ps" / "ps.ipynb")
    keep(tmp_path, result("intern-07"), result("intern-08", "failed"))
    (tmp_path / "kit.yaml").write_text("timezone: America/Santiago\n")
    return load_course(tmp_path)


def keep(root, *results):
    for one in results:
        path = root / ".kit" / "results" / one.assignment / f"{one.student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.to_json())


def test_everybody_gets_a_page_also_who_failed(course):
    pages = [*write_feedback(course, "ps")]
    names = [
        course.root / "feedback" / student / "ps" / "ps.html"
        for student in ("intern-07", "intern-08")
    ]
    assert pages == [str(name) for name in names]
    graded, failed = (name.read_text() for name in names)
    assert "printed by the answer" in graded and "secret case" not in graded
    assert "Not graded" in failed
    # What was executed belongs to an earlier attempt, and is not this one's work.
    assert "printed by the answer" not in failed


def test_one_student_can_be_asked_for(course):
    assert len([*write_feedback(course, "ps", students=["intern-08"])]) == 1
    assert not (course.root / "feedback" / "intern-07").exists()
    with pytest.raises(KitError, match=r"no result: intern-99"):
        write_feedback(course, "ps", students=["intern-99"])


def test_the_title_comes_from_the_contract(course):
    path = course.contract_path("ps")
    path.parent.mkdir(parents=True)
    path.write_text("title: Twice as much\n")
    (page, _other) = write_feedback(course, "ps")
    assert "<h1>Twice as much</h1>" in Path(page).read_text()


def test_writing_twice_gives_the_same_pages(course):
    (page, _other) = write_feedback(course, "ps")
    first = course.root.joinpath(page).read_bytes()
    list(write_feedback(course, "ps"))
    assert course.root.joinpath(page).read_bytes() == first


def test_the_report_links_to_the_pages_that_exist_from_wherever_it_is(course, tmp_path):
    list(write_feedback(course, "ps", students=["intern-08"]))
    for output in (None, course.root / "here.html", tmp_path / "a b" / "report.html"):
        path = write_report(course, "ps", output=output)
        links = set(re.findall(r'href="([^#"]+)"', path.read_text()))
        assert len(links) == 1
        assert (path.parent / links.pop().replace("%20", " ")).resolve().is_file()
    assert (course.root / "reports" / "ps.html").is_file()


def test_groups_of_the_course_are_compared_and_who_is_missing_is_listed(course):
    students = [f"intern-{n:02}" for n in range(10, 22)]
    keep(course.root, *(result(student, points=float(n % 2)) for n, student in enumerate(students)))
    groups = ["id,group", "intern-07,Paris", "intern-08,Paris", "intern-99,Paris"]
    groups += [
        f"{student},{'Paris' if n < 6 else 'Santiago'}" for n, student in enumerate(students)
    ]
    (course.root / "groups.csv").write_text("\n".join(groups))
    page = write_report(course, "ps").read_text()
    assert re.search(r'<th scope="row">Paris</th><td class="number">7</td>', page)
    assert re.search(r'<th scope="row">Santiago</th><td class="number">6</td>', page)
    assert "intern-99" in page[page.index("Not handed in") :]


def test_the_commands_say_where_to_look(course):
    answer = CliRunner().invoke(feedback_command, ["ps", "--course", str(course.root)])
    assert answer.exit_code == 0, answer.output
    assert "2 pages" in answer.output and "feedback/*/ps/ps.html" in answer.output.replace("\n", "")
    answer = CliRunner().invoke(report_command, ["ps", "--course", str(course.root)])
    assert answer.output.strip() == str(course.root / "reports" / "ps.html")


@pytest.mark.parametrize("command", [feedback_command, report_command])
def test_what_is_not_there_is_named(course, command, tmp_path):
    for arguments, says in (
        (["tides", "--course", str(course.root)], "no assignment 'tides' in this course"),
        (["ps", "--course", str(tmp_path / "x")], "no such course directory"),
    ):
        answer = CliRunner().invoke(command, arguments)
        assert isinstance(answer.exception, KitError) and says in str(answer.exception)


def test_a_page_is_written_in_the_language_of_its_reader(course):
    (course.root / "groups.csv").write_text(
        "id,group,language\nintern-07,Santiago,es\nintern-08,Paris,not a language\n"
    )
    spanish, default = (Path(page).read_text() for page in write_feedback(course, "ps"))
    assert '<html lang="es"' in spanish
    assert '<html lang="en"' in default
