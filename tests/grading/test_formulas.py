"""Formulas: what a course types is drawn, and what nobody can draw is shown as it was typed."""

import json
import re
from pathlib import Path

import pytest

from kit.grading.formulas import MAX_FORMULA, render_formula
from kit.grading.sanitizer import render_html

ROOT = Path(__file__).parents[2]
FORMULA = re.compile(r"\$\$([^$]+)\$\$|\$([^$\n]+)\$")


def course_formulas():
    found = set()
    for folder in ("courses", "assignments"):
        for path in (ROOT / folder).glob("*/*.ipynb"):
            for cell in json.loads(path.read_text("utf-8"))["cells"]:
                if cell["cell_type"] == "markdown":
                    text = "".join(cell["source"])
                    found |= {a or b for a, b in FORMULA.findall(text)}
    return sorted(found)


def test_every_formula_of_our_own_courses_is_drawn():
    formulas = course_formulas()
    assert len(formulas) > 5
    assert [tex for tex in formulas if not render_formula(tex).startswith("<math")] == []


def test_a_drawn_formula_passes_the_cleaning_unchanged():
    drawn = render_formula(
        r"\text{se} = \frac{1}{n}\sqrt{\sum_c S_c^2} \quad \hat{p} \in \left[0, 1\right]"
    )
    assert render_html(drawn) == drawn


def test_lines_that_are_aligned_become_a_table():
    drawn = render_formula(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", display=True)
    assert drawn.count("<mtr>") == 2 and "&amp;" not in drawn


@pytest.mark.parametrize(
    "tex",
    [
        "",
        r"\frac{",
        r"\nosuchcommand{x}",
        r"a & b",
        "}",
        "x^a^b",
        "{" * 1500,
        "x^{" * 400 + "}" * 400,
        "x" * (MAX_FORMULA + 1),
        r"\def\a{xx}\def\b{\a\a}\def\c{\b\b}\c",
        r"\newcommand{\a}{\a\a}\a",
    ],
    ids=lambda tex: tex[:12] or "nothing",
)
def test_what_can_not_be_drawn_is_shown_as_it_was_typed(tex):
    assert "<math" not in render_formula(tex)
    assert render_formula(tex).striptags() == tex


@pytest.mark.parametrize("tex", [r"\text{<img src=x onerror=f()>}", r"\mathrm{</math><b>}", "<b>"])
def test_tags_in_a_formula_are_text(tex):
    drawn = render_html(render_formula(tex))
    assert "<img" not in drawn and "<b>" not in drawn and drawn.count("</math>") <= 1
    assert "&lt;" in drawn


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:f()}{x}",
        r"\style{position:fixed}{x}",
        r"\class{badge}{x}",
        r"\rule{99em}{99em}x",
    ],
)
def test_a_formula_has_no_links_styles_or_classes(tex):
    drawn = render_html(render_formula(tex))
    assert drawn.startswith("<math") and "<mi>x</mi>" in drawn
    assert not re.search(r"href|style=|class|background|99", drawn)
