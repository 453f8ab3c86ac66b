"""The widgets, clicked without a browser."""

import ipywidgets
from bs4 import BeautifulSoup

from kit.learn.predictions import Prediction
from kit.learn.quizzes import make_quiz
from kit.learn.widgets import hint_widget, prediction_widget, quiz_widget

QUIZ = make_quiz(
    "q",
    "Is $1 < 2$?",
    options={"No, `1 > 2`": "Count again.", "Yes": "One is **smaller**."},
    answer="Yes",
)


LEVELS = ["look", "count", "```\nreturn 1\n```"]


def inside(widget, kind):
    """Every widget of a kind below a widget, in the order of the page."""
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += inside(child, kind)
    return found


def text_of(widget):
    pieces = [each.value for each in inside(widget, ipywidgets.HTMLMath)]
    page = BeautifulSoup("".join(pieces), "html.parser")
    for style in page.find_all("style"):
        style.decompose()
    return page.get_text(" ")


def alerts(widget):
    pieces = "".join(each.value for each in inside(widget, ipywidgets.HTMLMath))
    return [
        " ".join(each.get_text(" ").split())
        for each in BeautifulSoup(pieces, "html.parser").find_all(role="alert")
    ]


def test_each_choice_says_right_or_wrong_in_words_and_a_learner_may_choose_again():
    kept = []
    card = quiz_widget(QUIZ, chosen=None, keep=lambda asked, choice: kept.append(choice))
    first, second = inside(card, ipywidgets.Button)
    first.click()
    assert alerts(card) == ["✗ Not this one: A. No, 1 > 2 Count again."]
    assert (first.description, second.description) == ("A ✗", "B")
    second.click()
    assert alerts(card) == ["✓ Right: B. Yes One is smaller ."]
    assert (first.description, second.description) == ("A", "B ✓")
    assert kept == [0, 1]


def test_each_option_has_a_button_whose_description_a_screen_reader_can_say():
    buttons = inside(quiz_widget(QUIZ, chosen=None, keep=lambda *_: None), ipywidgets.Button)
    assert [button.tooltip for button in buttons] == ["A. No, 1 > 2", "B. Yes"]


def test_signs_in_a_question_are_escaped_and_its_formula_is_left_to_the_page():
    card = quiz_widget(QUIZ, chosen=None, keep=lambda *_: None)
    assert "Is $1 &lt; 2$?" in inside(card, ipywidgets.HTMLMath)[0].value


def test_a_prediction_is_kept_when_it_is_chosen_and_shown_when_the_cell_runs_again():
    kept = {}
    prediction = Prediction("p", "How many?", ("one", "two"))
    card = prediction_widget(prediction, said=None, keep=kept.__setitem__)
    inside(card, ipywidgets.Button)[1].click()
    assert kept == {"p": "two"}
    assert alerts(card) == ["Noted: B. two. Now run the next cell."]
    again = prediction_widget(prediction, said="two", keep=kept.__setitem__)
    assert alerts(again) == alerts(card)
    assert [button.description for button in inside(again, ipywidgets.Button)] == ["A", "B ●"]


def test_a_free_prediction_needs_some_text():
    kept = {}
    card = prediction_widget(Prediction("p", "What?", None), said=None, keep=kept.__setitem__)
    (field,), (button,) = inside(card, ipywidgets.Textarea), inside(card, ipywidgets.Button)
    button.click()
    assert (kept, alerts(card)) == ({}, ["Write something first: a guess is enough."])
    field.value = " a <b>curve</b> "
    button.click()
    assert kept == {"p": "a <b>curve</b>"}
    assert alerts(card) == ["Noted: a <b>curve</b>. Now run the next cell."]


def test_a_free_prediction_is_sent_when_the_field_is_left():
    card = prediction_widget(Prediction("p", "What?", None), said="old", keep=lambda *_: None)
    (field,) = inside(card, ipywidgets.Textarea)
    assert (field.value, field.continuous_update) == ("old", False)


def test_hints_open_one_after_another():
    kept = []
    card = hint_widget("e", LEVELS, opened=0, keep=lambda *each: kept.append(each))
    (button,) = inside(card, ipywidgets.Button)
    assert button.description == "Show hint 1 of 3: a nudge" and "look" not in text_of(card)
    button.click()
    assert "look" in text_of(card) and "count" not in text_of(card)
    button.click()
    button.click()
    assert "return 1" in text_of(card) and button.disabled
    button.click()
    assert kept == [("e", 1), ("e", 2), ("e", 3)]


def test_colours_come_from_the_theme_of_jupyterlab_and_the_focus_is_visible():
    card = quiz_widget(QUIZ, chosen=None, keep=lambda *_: None)
    style = BeautifulSoup(inside(card, ipywidgets.HTMLMath)[0].value, "html.parser").style.text
    assert "var(--jp-content-font-color1" in style and "outline: 3px solid" in style


def test_a_question_that_is_run_again_still_shows_the_answer_and_keeps_nothing_twice():
    kept = []
    card = quiz_widget(QUIZ, chosen=1, keep=lambda *each: kept.append(each))
    assert alerts(card) == ["✓ Right: B. Yes One is smaller ."]
    assert kept == []


def test_hints_that_were_open_are_open_again_when_the_cell_is_run_again():
    kept = []
    card = hint_widget("e", LEVELS, opened=2, keep=lambda *each: kept.append(each))
    assert "count" in text_of(card) and "return 1" not in text_of(card)
    assert inside(card, ipywidgets.Button)[0].description == "Show hint 3 of 3: almost the code"
    assert kept == []
