"""The visible check of an exercise, as a learner and as the authors' machine meet it."""

import pytest

from kit.learn import check


def test_a_right_answer_is_said_in_words(capsys):
    with check("double"):
        pass
    assert capsys.readouterr().out == "✓ Right (double).\n"


def test_a_wrong_answer_shows_the_message_and_no_traceback(capsys):
    with check("double"):
        raise AssertionError("expected 5, got 4: look at the sum")
    assert capsys.readouterr().out == "✗ Not yet (double): expected 5, got 4: look at the sum\n"


def test_a_stub_is_not_done_yet_and_not_wrong(capsys):
    with check("double"):
        raise NotImplementedError("Your turn")
    assert capsys.readouterr().out.startswith("○ Not done yet (double).")


def test_a_name_that_was_never_run_is_named(capsys):
    with check("double"):
        doubled  # noqa: B018, F821
    assert "Python does not know `doubled` yet" in capsys.readouterr().out


def test_another_error_is_named_with_its_message(capsys):
    with check("double"):
        1 / 0  # noqa: B018
    assert (
        "Your code stopped with ZeroDivisionError (double): division by zero."
        in capsys.readouterr().out
    )


def test_a_function_without_return_is_told_so(capsys):
    got = None
    with check("double"):
        assert got == 4, f"expected 4, got {got:.1f}"
    said = capsys.readouterr().out
    assert "your code gave nothing (None). Does your function end with `return`?" in said


@pytest.mark.parametrize("error", [AssertionError, NotImplementedError, KeyError])
def test_strict_mode_raises_whatever_went_wrong(error, monkeypatch):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    with pytest.raises(error), check("double"):
        raise error("reason")


def test_an_interrupt_is_never_swallowed():
    with pytest.raises(KeyboardInterrupt), check("double"):
        raise KeyboardInterrupt


def test_the_outcome_goes_to_the_log_of_the_learner(learner_folder):
    with check("double"):
        pass
    with check("double"):
        raise NotImplementedError
    assert [line["outcome"] for line in learner_folder()] == ["right", "not done"]
