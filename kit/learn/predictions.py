"""Predictions: say what you expect before you run it, then compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn import logbook
from kit.learn.frontend import Text, is_strict, present
from kit.learn.markup import Frame, as_sentence, framed, letter, lettered, to_html


@dataclass(frozen=True)
class Prediction:
    """A question that is asked before a cell is run; without options the answer is free text."""

    key: str
    question: str
    options: tuple[str, ...] | None


# What was asked and said in this kernel. The log in the learner's folder outlives it.
_asked: dict[str, Prediction] = {}
_said: dict[str, str] = {}


def predict(key: str, question: str, options: Sequence[str] | None = None) -> None:
    """Ask the learner what they expect, before they run the next cell.

    Parameters
    ----------
    key
        The question's permanent id.
    question
        The question, as markdown.
    options
        The answers to choose from; None lets the learner write.

    Raises
    ------
    KitError
        If there is one option only, or the same one twice.
    """
    prediction = Prediction(key, question, None if options is None else tuple(options))
    if prediction.options is not None and len(set(prediction.options)) != len(prediction.options):
        raise KitError(
            _("two options are the same"), where=key, fix=_("Give each option its own text")
        )
    if prediction.options is not None and len(prediction.options) < 2:
        raise KitError(_("a choice needs two options or more"), where=key, fix=_("Add options"))
    _asked[key] = prediction
    present(_question_text(prediction), lambda: _widget(prediction))


def say(key: str, answer: str) -> None:
    """Keep what the learner predicts, for `reveal` and in their own log."""
    _said[key] = answer
    logbook.record("predict", key, answer=answer)


def what_was_said(key: str) -> str | None:
    """Return what the learner predicted, now or before the kernel was restarted, or None."""
    if key in _said:
        return _said[key]
    line = logbook.last_event("predict", key)
    return None if line is None else str(line.get("answer"))


def reveal(key: str, *, answer: int | str, because: str) -> None:
    """Compare what the learner predicted with what happened, after they ran the cell.

    Parameters
    ----------
    key
        The id given to `predict`.
    answer
        What happened: the number of the option, counted from 0, or its text.
    because
        The reason, as markdown.

    Raises
    ------
    KitError
        If nothing was asked under this id, or the answer is none of its options.
    """
    prediction = _asked.get(key)
    if prediction is None:
        if is_strict():
            raise KitError(
                _("nothing was asked under this id"), where=key, fix=_("Call predict first")
            )
        note = _("Run the cell with the question first, then this one again.")
        present(Text(note, note))
        return
    present(
        _comparison_text(_right_answer(prediction, answer), what_was_said(key), prediction, because)
    )


def _right_answer(prediction: Prediction, answer: int | str) -> str:
    options = prediction.options
    if options is None:
        return str(answer)
    if isinstance(answer, int) and 0 <= answer < len(options):
        return options[answer]
    if isinstance(answer, str) and answer in options:
        return answer
    raise KitError(
        _("{answer!r} is not an answer to this question").format(answer=answer),
        where=prediction.key,
        fix=_("Use the text of an option, or a number from 0 to {last}").format(
            last=len(options) - 1
        ),
    )


def _question_text(prediction: Prediction) -> Text:
    title = _("Predict")
    if prediction.options is None:
        task = _("Write down what you expect, then run the next cell.")
        return Text(
            f"**{title}.** {prediction.question}\n\n{task}",
            f"{title}. {prediction.question}\n{task}",
        )
    task = _("Choose one, then run the next cell.")
    markdown, plain = lettered(prediction.options)
    return Text(
        f"**{title}.** {prediction.question}\n\n{markdown}\n\n{task}",
        f"{title}. {prediction.question}\n{plain}\n{task}",
    )


def _comparison_text(right: str, said: str | None, prediction: Prediction, because: str) -> Text:
    name = right
    if prediction.options is not None:
        name = f"{letter(prediction.options.index(right))}. {right}"
    if said is None:
        verdict = _("What happened: {answer}").format(answer=name)
    elif prediction.options is None:
        verdict = _("You expected: {said} What happened: {answer}").format(
            said=as_sentence(said), answer=name
        )
    elif said == right:
        verdict = _("✓ As you predicted: {answer}").format(answer=name)
    else:
        chosen = (
            f"{letter(prediction.options.index(said))}. {said}"
            if said in prediction.options
            else said
        )
        verdict = _("✗ Not as you predicted. You chose {said} What happened: {answer}").format(
            said=as_sentence(chosen), answer=name
        )
    kind: Frame = "right" if said == right else "neutral"
    markdown = f"**{verdict}**\n\n{because}"
    return Text(markdown, f"{verdict}\n{because}", framed(to_html(markdown), kind))


def _widget(prediction: Prediction) -> object:
    from kit.learn.widgets import prediction_widget

    return prediction_widget(prediction, said=what_was_said(prediction.key), keep=say)
