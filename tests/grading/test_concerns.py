"""What must be looked at comes first: whose marks may be wrong, then which questions, then who needs help."""

from dataclasses import replace

from kit.grading.concerns import find_concerns
from kit.grading.items import analyse_items
from kit.grading.results import CellMark, Result


def mark(key, points):
    return CellMark(key, "test", float(points), 1.0, "It is 4." if not points else "", "nb")


def result(student, *points, **evidence):
    marks = tuple(mark(f"q{n}", p) for n, p in enumerate(points or (1, 1), 1))
    total = sum(one.points for one in marks)
    return Result("a", student, "graded", "", marks, total, len(marks), evidence=evidence)


def titles(results, items=(), **options):
    return [concern.title for concern in find_concerns(results, items, **options)]


def rows(results, title, items=(), **options):
    found = find_concerns(results, items, **options)
    return [(r.student, r.text) for c in found if c.title == title for r in c.rows]


def test_the_most_urgent_comes_first():
    changed = ["The test 'q1' had been changed; the original was used."]
    everything = [
        replace(result("late"), late_seconds=90000.0),
        result("stopped", executed={"nb": {"events": ["Cell 2 was stopped."]}}),
        replace(result("tampered", tampering=changed), repairs=(*changed, "A cell was moved.")),
        result("doubtful", executed={"nb": {"inside": {"q1": "why"}}}),
        result("nothing", 0, 0),
        Result("a", "broken", "failed", "Nothing could be graded."),
    ]
    assert titles(everything, roster=["late", "absent"]) == [
        "Could not be graded",
        "Tests were changed",
        "Marks that may be wrong",
        "Stopped",
        "Repaired before grading",
        "Nothing answered",
        "Late",
        "Not handed in",
    ]
    assert rows(everything, "Tests were changed") == [("tampered", changed[0])]
    assert rows(everything, "Repaired before grading") == [("tampered", "A cell was moved.")]


def test_where_everything_is_well_there_is_nothing_to_look_at():
    assert find_concerns([result("a"), result("b", 1, 0)]) == []


def test_what_is_said_of_everyone_is_said_once():
    inside = {"nb": {"verdict": "inside", "why": "the kernel is another one"}}
    everyone = [result(f"s{n}", executed=inside) for n in range(9)]
    ((who, text),) = rows(everyone, "Marks that may be wrong")
    assert who == "Everyone"
    assert "the kernel is another one" in text
    assert len(rows(everyone[:3], "Marks that may be wrong")) == 3


def test_questions_that_most_fail_or_that_tell_nothing_apart_are_named():
    # q1 separates; q2 is earned by those who earn nothing else; q3 by nobody, q4 by everybody.
    results = [result(f"s{n}", n > 5, n <= 5, 0, 1, n > 5) for n in range(12)]
    items = analyse_items(results)
    hard = rows(results, "Questions that most people fail", items)
    assert hard == [("q3", "12 of 12 earned nothing. It is 4.")]
    flat = dict(rows(results, "Questions that tell nothing apart", items))
    assert flat.keys() == {"q2", "q4"}
    assert flat["q4"] == "Everyone earned all points."
    assert "-0." in flat["q2"] or "-1.00" in flat["q2"]
    few = results[:3]
    assert titles(few, analyse_items(few)) == []
