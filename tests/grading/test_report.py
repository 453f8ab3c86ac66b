"""The mentor's report: who needs attention, how the class did, and nobody's name."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kit.grading.charts import draw_histogram, draw_shares
from kit.grading.items import Bin, Item
from kit.grading.report import render_report
from kit.grading.results import CellMark, Result

NOW = datetime(2027, 3, 2, 12, tzinfo=UTC)


def result(student, *points, written=None, message="", **more):
    marks = [
        CellMark(f"q{n}", "test", value, 2.0, message if value < 2 else "", "waves")
        for n, value in enumerate(points, 1)
    ]
    marks.append(CellMark("why", "written", written, 3.0, "", "waves"))
    more = {
        "score": float(sum(points) + (written or 0)),
        "max_score": 2.0 * len(points) + 3.0,
        **more,
    }
    return Result("waves", student, "graded", "Graded.", tuple(marks), **more)


def page(*results, **more):
    return render_report(
        results,
        assignment="waves",
        title="Waves",
        zone=ZoneInfo("America/Santiago"),
        now=NOW,
        **more,
    )


def section(page, heading):
    """The text of the part of the page under a heading."""
    body = page[page.index(">" + heading) :]
    end = re.search(r"<h[23]|</main>", body[3:])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[: end.start() if end else None]))


def test_what_must_be_looked_at_stands_first_with_its_reason():
    shown = page(
        Result(
            "waves",
            "s1",
            "failed",
            "Not.",
            evidence={"faults": {"": "waves.ipynb: line 3 is not JSON."}},
        ),
        result("s2", 2, 2, repairs=("The cell q1 was missing and was put back.",)),
        result("s3", 2, 2, late_seconds=90_000, penalty=0.4),
        result("s4", 0, 0, written=0.0),
        result("s5", 2, 0, evidence={"executed": {"waves": {"events": ["Cell 4 was stopped."]}}}),
        roster=["s1", "s6"],
    )
    assert "s1 waves.ipynb: line 3 is not JSON." in section(shown, "Could not be graded")
    assert "s4" in section(shown, "Nothing answered")
    assert "s5 Cell 4 was stopped." in section(shown, "Stopped")
    assert "s2 The cell q1 was missing and was put back." in section(
        shown, "Repaired before grading"
    )
    assert "s3 1 day 1 hour; 0.4 points taken off" in section(shown, "Late ")
    assert "s6" in section(shown, "Not handed in")
    assert shown.index("Look at these first") < shown.index("How the scores are spread")


def test_a_class_without_trouble_is_said_to_need_nothing():
    assert "Nothing needs you" in page(result("s1", 2, 2, written=3.0))


def test_a_written_answer_keeps_someone_from_having_answered_nothing():
    assert "Nothing answered" not in page(result("s1", 0, 0))


def test_the_picture_has_its_figures_in_words_and_in_a_table():
    shown = page(result("s1", 2, 2), result("s2", 0, 2), result("s3", 2, 2))
    assert re.search(
        r'<svg class="histogram"[^>]*role="img" aria-labelledby="histogram-t histogram-d"', shown
    )
    assert '<title id="histogram-t">How the scores are spread</title>' in shown
    assert "Half of the submissions have 4 points or more, of 4." in shown
    assert re.search(r'<th scope="row">3.5 to 4</th><td class="number">2</td>', shown)


def test_points_that_wait_for_a_mentor_are_not_taken_for_lost():
    shown = section(page(result("s1", 2), result("s2", 2, written=0.0)), "How each question fared")
    assert re.search(r"why 1 answer waits for a mentor. 3 – – –", shown)


def test_a_question_that_tells_nothing_about_the_class_is_marked():
    # q2 goes against the others; q1 and q3 cancel with it, so nothing can be said about them.
    results = [result(f"s{n}", *([2, 0, 2] if n % 2 else [0, 2, 0])) for n in range(12)]
    shown = section(page(*results), "How each question fared")
    assert shown.count("look at this question") == 1
    results = [result(f"s{n}", *([2, 2, 2] if n % 2 else [0, 0, 0])) for n in range(12)]
    assert "look at this question" not in section(page(*results), "How each question fared")


def test_the_most_frequent_reason_is_shown_as_text():
    shown = page(*(result(f"s{n}", 0, message="<script>alert(1)</script>") for n in range(3)))
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "(3×)" in shown


@pytest.mark.parametrize(("size", "shown"), [(5, True), (4, False)])
def test_groups_appear_only_when_enough_people_are_in_them(size, shown):
    sites = {f"p{n}": "Paris" for n in range(size)} | {f"s{n}": "Santiago" for n in range(9)}
    text = section(page(*(result(student, 2) for student in sites), groups=sites), "Groups")
    assert ("Santiago 9" in text, "Paris 5" in text) == (shown, shown)


def test_feedback_pages_are_linked_where_they_exist():
    shown = page(result("s1", 2), result("s2", 2), links={"s1": "../feedback/s1/waves/waves.html"})
    assert '<a href="../feedback/s1/waves/waves.html">s1</a>' in shown
    assert '<th scope="row">s2</th>' in shown


def test_a_class_of_which_nobody_could_be_graded_still_has_a_report():
    shown = page(Result("waves", "s1", "failed", "No notebook."))
    assert "There is no score yet." in shown and "There is no mark yet." in shown


def test_the_page_asks_for_nothing_and_runs_nothing():
    shown = page(result("s1", 2), result("s2", 0), groups={"s1": "a", "s2": "b"}, min_group=1)
    assert "default-src &#39;none&#39;" in shown
    assert not re.search(r"<script|<link|@import|url\(|src=|https?://", shown)


def test_no_id_stands_twice():
    shown = page(*(result(f"s{n}", n % 3) for n in range(12)), roster=["x"])
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


def test_bars_stand_on_a_true_axis():
    drawing = str(
        draw_histogram([Bin(0, 2, 1), Bin(2, 3, 4)], title="t", description="d", unit="u")
    )
    widths = [float(width) for width in re.findall(r'class="bar"[^>]* width="([\d.]+)"', drawing)]
    heights = [
        float(height) for height in re.findall(r'class="bar"[^>]* height="([\d.]+)"', drawing)
    ]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
    assert heights[1] == pytest.approx(4 * heights[0], rel=0.01)


def test_the_bar_of_a_question_says_its_figures():
    item = Item("nb", "q", "test", 2.0, 6, 1, 3, 0, 0.65, None, "", 0)
    drawing = str(draw_shares(item))
    assert 'aria-label="6 full, 1 part, 3 none"' in drawing
    assert [float(width) for width in re.findall(r' width="([\d.]+)"', drawing)] == [60, 10, 30]
