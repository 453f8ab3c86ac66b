"""Figures that a learner changes: with buttons in a browser, one figure without."""

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure

from kit.errors import KitError
from kit.learn import slide, switch
from kit.learn.widgets import slide_widget, switch_widget


def draw(_choice):
    fig = Figure(figsize=(2, 2), dpi=50)
    fig.subplots().plot([1, 2])
    return fig


def inside(widget, kind):
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += inside(child, kind)
    return found


def announced(widget):
    pages = "".join(each.value for each in inside(widget, ipywidgets.HTMLMath))
    return BeautifulSoup(pages, "html.parser").find(role="alert").text


def test_without_a_browser_a_slide_is_the_figure_that_the_author_chose(capsys):
    slide(draw, [10, 20, 30], label="Depth", alt=lambda depth: f"A line at {depth} m.", at=1)
    said = capsys.readouterr().out
    assert "A line at 20 m." in said
    assert "Depth: 20 (2 of 3)" in said


def test_without_a_browser_a_switch_is_the_figure_with_the_parts_that_are_on(capsys):
    switch(draw, ["M2", "S2"], label="Tides", alt=lambda on: f"{len(on)} curves drawn.", on=["S2"])
    said = capsys.readouterr().out
    assert "1 curves drawn." in said
    assert "Tides: S2." in said


def test_a_slide_moves_one_step_and_stops_at_both_ends():
    card = slide_widget("Depth", ["10", "20", "30"], lambda place: f"<p>{place}</p>", at=1)
    back, on = inside(card, ipywidgets.Button)
    (figure,) = [each for each in inside(card, ipywidgets.HTML) if "<p>" in each.value]
    assert (back.disabled, on.disabled, announced(card)) == (False, False, "Depth: 20 (2 of 3)")
    on.click()
    assert (figure.value, on.disabled, announced(card)) == ("<p>2</p>", True, "Depth: 30 (3 of 3)")
    back.click()
    back.click()
    assert (figure.value, back.disabled, on.disabled) == ("<p>0</p>", True, False)


def test_a_switch_takes_a_part_out_and_puts_it_in_again():
    drawn = []
    card = switch_widget(
        "Tides", ["M2", "S2"], lambda names: drawn.append(list(names)) or "<p></p>", on=["M2", "S2"]
    )
    first, second = inside(card, ipywidgets.Button)
    assert (first.description, first.tooltip) == ("M2 ✓", "take out M2")
    first.click()
    assert (first.description, first.tooltip) == ("M2", "put in M2")
    second.click()
    assert announced(card) == "Tides: none"
    first.click()
    assert drawn == [["M2", "S2"], ["S2"], [], ["M2"]]


def test_what_can_not_be_shown_is_named():
    with pytest.raises(KitError, match="no choice 3 among 2"):
        slide(draw, [1, 2], label="Depth", alt=str, at=3)
    with pytest.raises(KitError, match="no choice 0 among 0"):
        slide(draw, [], label="Depth", alt=str)
    with pytest.raises(KitError, match="no parts: K1"):
        switch(draw, ["M2"], label="Tides", alt=str, on=["K1"])


def test_figures_of_pyplot_are_closed(capsys):
    slide(
        lambda _choice: plt.subplots()[0], [1], label="Depth", alt=lambda depth: f"Depth {depth}."
    )
    assert plt.get_fignums() == []
