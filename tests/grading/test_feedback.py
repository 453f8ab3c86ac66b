"""Feedback pages: honest reasons, the learner's own work, and never a hidden test."""

import copy
import re
from zoneinfo import ZoneInfo

import pytest
from grading_examples import answer, doubles, notebook, test_cell, written
from hostile import hostile_notebook
from nbformat.v4 import new_output

from kit.grading.feedback import read_original, render_feedback
from kit.grading.results import CellMark, Result

SANTIAGO = ZoneInfo("America/Santiago")
HIDDEN = "the secret case of a negative number"


def mark(key, points, max_points, **more):
    return CellMark(key, more.pop("kind", "test"), points, max_points, notebook="doubles", **more)


def result(*marks, **more):
    return Result("doubles", "intern-07", more.pop("status", "graded"), "Graded.", marks, **more)


def page(result, **more):
    return render_feedback(result, title="Doubles", zone=SANTIAGO, **more)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page[page.index("<body") :]))


def executed():
    """What the grader's own copy looks like: hidden tests in the cells, and their values in the outputs."""
    work = copy.deepcopy(doubles())
    for cell in work.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test-hidden":
            cell.outputs = [
                new_output("stream", name="stdout", text="called with -7.25\n"),
                new_output(
                    "error", ename="AssertionError", evalue=HIDDEN, traceback=[HIDDEN, "-14.5"]
                ),
            ]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            cell.source = "def double(x):\n    return x ** 2"
            cell.outputs = [new_output("stream", name="stdout", text="my own output")]
    return work


def test_hidden_tests_and_their_values_are_nowhere_on_the_page():
    failed = mark("test-hidden", 0, 2, hidden=True, message=f"{HIDDEN}: -14.5")
    shown = page(
        result(failed),
        work={"doubles": executed()},
        originals={"doubles": read_original(doubles())},
    )

    for secret in (
        HIDDEN,
        "-7.25",
        "-14.5",
        "HIDDEN TESTS",
        "MARK SCHEME",
        "Two points for any use",
    ):
        assert secret not in shown
    assert "A hidden check did not pass" in shown
    assert "my own output" in shown and "callable" in shown


def test_without_the_source_no_test_is_shown_at_all():
    shown = page(result(mark("test-hidden", 0, 2, hidden=True)), work={"doubles": executed()})
    assert HIDDEN not in shown and "-7.25" not in shown and "callable" not in shown


def test_a_source_whose_delimiters_are_broken_shows_no_test_at_all():
    source = notebook(
        test_cell("t", "assert visible_part\n### BEGIN HIDEN TESTS\nassert secret_part")
    )
    shown = page(
        result(mark("t", 0, 1)),
        work={"doubles": source},
        originals={"doubles": read_original(source)},
    )
    assert "secret_part" not in shown and "visible_part" not in shown


def test_a_hidden_test_that_an_answer_printed_is_left_out():
    work = executed()
    spy = answer("spy", "print(In)")
    spy.outputs = [
        new_output("stream", name="stdout", text=f'assert double(-7.25) == -14.5, "{HIDDEN}"')
    ]
    work.cells.append(spy)
    shown = page(result(), work={"doubles": work}, originals={"doubles": read_original(doubles())})
    assert "-7.25" not in shown
    assert "because it holds text of a test" in shown


def test_the_author_says_what_to_think_about_only_where_points_were_lost():
    source = doubles()
    for cell in source.cells:
        cell.metadata["kit"] = {"feedback": f"Think about {cell.id}."}
    marks = [mark("test-visible", 1, 1), mark("test-hidden", 0, 2, hidden=True)]
    shown = page(result(*marks), originals={"doubles": read_original(source)})
    assert "Think about test-hidden." in shown and "Think about test-visible." not in shown


def test_what_the_visible_test_said_is_told():
    shown = text_of(page(result(mark("test-visible", 0, 1, message="double(2) is 4, not <5>"))))
    assert "double(2) is 4, not &lt;5&gt;" in shown
    assert "0 of 1 point" in shown and "No marks" in shown


@pytest.mark.parametrize(
    ("points", "label"),
    [(2, "Full marks"), (0.5, "Part of the marks"), (0, "No marks"), (None, "A mentor marks this")],
)
def test_each_mark_is_said_in_words_and_not_only_in_colour(points, label):
    assert label in text_of(page(result(mark("test-visible", points, 2))))


def test_score_lateness_and_repairs_are_plain_sentences():
    shown = text_of(
        page(
            result(
                mark("why", None, 2, kind="written"),
                score=3.6,
                max_score=6,
                penalty=0.4,
                late_seconds=90_000,
                submitted_at="2027-03-02T02:59:00+00:00",
                repairs=("The cell test-a was copied; the copy was left out.",),
            )
        )
    )
    assert "3.6 of 6 points" in shown
    assert "You handed in on 2027-03-01 23:59 (America/Santiago), 2027-03-02 02:59 UTC." in shown
    assert (
        "This was 1 day 1 hour late. Of the 4 points that you earned, 0.4 are taken off for that."
        in shown
    )
    assert "A mentor still has to read 1 answer, worth 2 points." in shown
    assert "The cell test-a was copied; the copy was left out." in shown


def test_what_was_stopped_is_told():
    evidence = {"executed": {"doubles": {"events": ["Cell 4 did not end in time."]}}}
    assert "Cell 4 did not end in time." in text_of(page(result(evidence=evidence)))


@pytest.mark.parametrize(("points", "says"), [(None, "A mentor reads this"), (0, "Read")])
def test_a_declaration_without_points_is_not_called_a_success_or_a_failure(points, says):
    shown = text_of(page(result(mark("ai-declaration", points, 0, kind="written"))))
    assert says in shown and "no points" in shown
    assert "Full marks" not in shown and "No marks" not in shown


def test_a_failed_submission_gets_a_page_that_says_why_and_what_to_do():
    marks = (mark("test-visible", 0, 1), mark("test-hidden", 0, 2))
    failed = Result("doubles", "intern-07", "failed", "tides.ipynb: line 1 is not JSON.", marks)
    shown = text_of(page(failed))
    assert "Not graded" in shown and "line 1 is not JSON" in shown
    assert "What you can do now" in shown and "kit submit" in shown
    assert "No marks" not in shown


def test_what_a_mentor_wrote_is_shown_as_text():
    shown = page(
        result(mark("why", 1, 2, kind="written")),
        comments={"doubles/why": "Good.\n<script>x</script>"},
    )
    assert "Your mentor writes:" in shown and "&lt;script&gt;" in shown and "<script" not in shown


def test_a_written_answer_is_shown_and_every_link_on_the_page_leads_somewhere():
    work = notebook(written("why", "It is *so*."))
    shown = page(
        result(mark("why", None, 2, kind="written"), mark("gone", 0, 1)), work={"doubles": work}
    )
    assert "It is <em>so</em>." in shown
    targets = set(re.findall(r'href="#([^"]+)"', shown))
    assert targets <= set(re.findall(r'id="([^"]+)"', shown)) and {"mark-1", "mark-2"} <= targets


def test_no_id_stands_twice_on_a_page():
    shown = page(
        result(mark("test-visible", 1, 1), mark("test-hidden", 0, 2, hidden=True)),
        work={"doubles": executed(), "hostile": hostile_notebook()},
        originals={"doubles": read_original(doubles())},
    )
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


def test_the_arguments_are_left_as_they_were():
    work, source = executed(), doubles()
    before = copy.deepcopy((work, source))
    page(result(), work={"doubles": work}, originals={"doubles": read_original(source)})
    assert (work, source) == before


def test_a_comment_that_stands_at_an_answer_in_code_is_shown_there():
    shown = page(
        result(),
        work={"doubles": doubles()},
        originals={"doubles": read_original(doubles())},
        comments={"doubles/double": "Well <named>."},
    )
    assert shown.count("Well &lt;named&gt;.") == 1
