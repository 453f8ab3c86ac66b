"""The agreement table."""

import math

import pytest

from kit.errors import KitError
from kit.learn import agreement
from kit.learn.comparisons import make_comparison

GOOD = ("Coverage", 0.881, 0.8812, 0.88, 0.01, "a paper")
NOT_PUBLISHED = ("Slope", 1.2, 1.2, None, 0.01, "–")
NOT_DONE = ("Skill", None, 0.5, 0.4, 0.1, "a paper")


def test_the_last_line_counts_what_was_checked(capsys):
    agreement([GOOD, NOT_PUBLISHED, NOT_DONE])
    assert capsys.readouterr().out.splitlines()[-1] == "agreement: 1 checked, 2 not checked"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (GOOD, "✓ agrees"),
        (NOT_PUBLISHED, "✓ as ours"),
        (("Slope", 1.2, None, None, 0.01, "–"), "○ not checked"),
        (NOT_DONE, "○ not done yet"),
        (("x", 0.5, 0.5, 0.9, 0.1, ""), "✗ differs"),
        (("x", 0.5, 0.9, None, 0.1, ""), "✗ differs"),
        (("x", math.nan, None, 0.5, 0.1, ""), "✗ differs"),
    ],
)
def test_each_row_says_in_words_how_it_stands(row, verdict):
    assert make_comparison(1, row).verdict == verdict


def test_strict_mode_raises_and_names_every_row_that_differs(monkeypatch, capsys):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    with pytest.raises(AssertionError, match="first; second"):
        agreement([("first", 1, 2, None, 0.1, ""), GOOD, ("second", 1, None, 2, 0.1, "")])
    assert "2 checked, 1 not checked" in capsys.readouterr().out


def test_without_strict_mode_a_difference_is_shown_and_not_raised(capsys):
    agreement([("first", 1, 2, None, 0.1, "")])
    assert "✗ differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    "row",
    [
        ("x", 1, 1, 1, 0.1),
        ("x", "one", 1, 1, 0.1, ""),
        ("x", 1, 1, 1, None, ""),
        ("x", 1, 1, 1, -1, ""),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_number(row):
    with pytest.raises(KitError, match="row 2"):
        agreement([GOOD, row])
