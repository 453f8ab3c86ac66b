"""Predictions, quizzes and hints, as text and as data."""

import json

import pytest

from kit.errors import KitError
from kit.learn import begin, hint, logbook, predict, predictions, quiz, quizzes, reveal

OPTIONS = ["about 95 %", "about 88 %"]
QUIZ = {"options": {"Wald": "Too short.", "Wilson": "It follows the skew."}, "answer": "Wilson"}


def test_a_question_without_a_browser_shows_its_options(capsys):
    predict("p", "How often?", options=OPTIONS)
    said = capsys.readouterr().out
    assert "How often?" in said and "A. about 95 %" in said and "B. about 88 %" in said


def test_a_quiz_without_a_browser_shows_the_feedback_of_every_option(capsys):
    quiz("q", "Which?", **QUIZ)
    said = capsys.readouterr().out
    assert "✗ Not this one: A. Wald Too short." in said
    assert "✓ Right: B. Wilson It follows the skew." in said


def test_hints_without_a_browser_are_folded_one_inside_the_other():
    from kit.learn.hints import _hint_text

    text = _hint_text(("look", "count", "return 1")).markdown
    assert text.index("look") < text.index("count") < text.index("return 1")
    assert text.count("<details>") == text.count("</details>") == 3
    assert text.endswith("</details>") and text.index("</details>") > text.index("return 1")


@pytest.mark.parametrize("answer", [1, "about 88 %"])
def test_reveal_compares_with_what_was_said(answer, capsys):
    predict("p", "How often?", options=OPTIONS)
    predictions.say("p", "about 88 %")
    reveal("p", answer=answer, because="It is short.")
    assert "✓ As you predicted: B. about 88 %\nIt is short." in capsys.readouterr().out


def test_reveal_says_kindly_that_a_prediction_was_wrong(capsys):
    predict("p", "How often?", options=OPTIONS)
    predictions.say("p", "about 95 %")
    reveal("p", answer=1, because="It is short.")
    assert "You chose A. about 95 %. What happened: B. about 88 %" in capsys.readouterr().out


def test_reveal_without_a_prediction_still_explains(capsys):
    predict("p", "How often?", options=OPTIONS)
    reveal("p", answer=0, because="It is short.")
    assert capsys.readouterr().out.endswith("What happened: A. about 95 %\nIt is short.\n")


def test_free_text_is_shown_beside_what_happened(capsys):
    predict("p", "What will you see?")
    predictions.say("p", "a straight line")
    reveal("p", answer="A curve.", because="It bends.")
    assert "You expected: a straight line. What happened: A curve." in capsys.readouterr().out


def test_reveal_before_the_question_asks_to_run_it(capsys):
    reveal("p", answer=0, because="x")
    assert "Run the cell with the question first" in capsys.readouterr().out


def test_reveal_before_the_question_is_an_error_in_strict_mode(monkeypatch):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    with pytest.raises(KitError, match="nothing was asked"):
        reveal("p", answer=0, because="x")


@pytest.mark.parametrize("answer", [2, -1, "about 60 %"])
def test_an_answer_that_is_no_option_is_refused(answer):
    predict("p", "How often?", options=OPTIONS)
    with pytest.raises(KitError, match="is not an answer"):
        reveal("p", answer=answer, because="x")


@pytest.mark.parametrize("options", [["one"], ["same", "same"], []])
def test_a_choice_needs_two_different_options(options):
    with pytest.raises(KitError):
        predict("p", "Which?", options=options)


@pytest.mark.parametrize(
    ("options", "answer", "wrong"),
    [
        ({"a": "no"}, "a", "two options"),
        ({"a": "no", "b": " "}, "a", "no feedback: b"),
        ({"a": "no", "b": "yes"}, "c", "none of the options"),
    ],
)
def test_a_quiz_that_can_not_be_answered_well_is_refused(options, answer, wrong):
    with pytest.raises(KitError, match=wrong):
        quiz("q", "Which?", options=options, answer=answer)


def test_an_empty_hint_is_refused():
    with pytest.raises(KitError, match="a hint is empty"):
        hint("e", "look", " ", "return 1")


def test_outside_a_learner_folder_nothing_is_written(tmp_path):
    predictions.say("p", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_prediction_outlives_the_kernel_in_the_log_of_the_learner(learner_folder, capsys):
    begin("ocean-data/05-enso-forecast")
    predictions.say("p", "about 95 %")
    predictions.say("p", "about 88 %")
    predictions._said.clear()
    assert predictions.what_was_said("p") == "about 88 %"
    first = learner_folder()[0]
    assert (first["lesson"], first["event"], first["id"]) == (
        "ocean-data/05-enso-forecast",
        "predict",
        "p",
    )


def test_a_prediction_of_another_lesson_is_not_taken(learner_folder, capsys):
    begin("a/one")
    predictions.say("p", "x")
    predictions._said.clear()
    begin("a/two")
    assert predictions.what_was_said("p") is None


def test_a_damaged_line_in_the_log_is_passed_over(learner_folder):
    logbook.record("predict", "p", answer="kept")
    path = logbook.find_log()
    path.write_text(
        path.read_text("utf-8") + '{"event": "predict", "id": "p", "ans\n[1]\n', "utf-8"
    )
    assert predictions.what_was_said("p") == "kept"


def test_the_log_of_a_quiz_says_what_was_chosen_and_whether_it_was_right(learner_folder):
    asked = quizzes.make_quiz("q", "Which?", **QUIZ)
    quizzes.choose(asked, 0)
    quizzes.choose(asked, 1)
    assert [(line["answer"], line["right"]) for line in learner_folder()] == [
        ("Wald", False),
        ("Wilson", True),
    ]


def test_a_log_that_can_not_be_written_does_not_disturb_the_lesson(learner_folder):
    path = logbook.find_log()
    path.mkdir()
    logbook.record("hint", "e", level=1)
    assert logbook.last_event("hint", "e") is None


def test_words_come_in_the_language_that_is_asked_for(monkeypatch, tmp_path, capsys):
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    from kit import i18n

    catalog = Catalog(locale="es")
    catalog.add("Check yourself", "Compruébalo")
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "kit.mo").open("wb") as stream:
        write_mo(stream, catalog)
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    monkeypatch.setenv("KIT_LANG", "es")
    i18n._catalogue.cache_clear()
    try:
        quiz("q", "¿Cuál?", **QUIZ)
    finally:
        i18n._catalogue.cache_clear()
    assert capsys.readouterr().out.startswith("Compruébalo. ¿Cuál?")


def test_lines_of_the_log_are_json_with_the_time(learner_folder):
    logbook.record("hint", "é", level=1)
    raw = logbook.find_log().read_text("utf-8")
    assert "é" in raw and json.loads(raw)["at"].endswith("+00:00")


def test_what_was_chosen_and_opened_is_known_when_a_cell_runs_again():
    import ipywidgets

    from kit.learn import hints

    asked = quizzes.make_quiz("q", "Which?", **QUIZ)
    quizzes.choose(asked, 1)
    hints.opened("e", 3)
    quiz_card = quizzes._widget(asked)
    hint_card = hints._widget("e", ("look", "count", "return 1"))
    assert "kit-right" in quiz_card.children[2]._dom_classes
    assert isinstance(hint_card.children[2], ipywidgets.Button) and hint_card.children[2].disabled
