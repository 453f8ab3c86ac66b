"""Check-yourself questions: one right option, and feedback for every option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn import logbook
from kit.learn.frontend import Text, present
from kit.learn.markup import letter, lettered


@dataclass(frozen=True)
class Quiz:
    """A question with options; ``feedback[i]`` is what is shown after choosing ``options[i]``."""

    key: str
    question: str
    options: tuple[str, ...]
    feedback: tuple[str, ...]
    answer: int

    def verdict(self, choice: int) -> str:
        """Return one sentence that says whether an option is right."""
        name = f"{letter(choice)}. {self.options[choice]}"
        if choice == self.answer:
            return _("✓ Right: {option}").format(option=name)
        return _("✗ Not this one: {option}").format(option=name)


# What was chosen in this kernel, so that a cell that runs again still shows it.
_chosen: dict[str, str] = {}


def quiz(key: str, question: str, *, options: Mapping[str, str], answer: str) -> None:
    """Ask a question with feedback for every option.

    Parameters
    ----------
    key
        The question's permanent id.
    question
        The question, as markdown.
    options
        The text of each option, and the feedback that a learner who chooses it reads.
    answer
        The text of the right option.

    Raises
    ------
    KitError
        If there is one option only, an option has no feedback, or the answer is none of them.
    """
    asked = make_quiz(key, question, options=options, answer=answer)
    present(_question_text(asked), lambda: _widget(asked))


def make_quiz(key: str, question: str, *, options: Mapping[str, str], answer: str) -> Quiz:
    """Check a question and return it as data; `quiz` says what the arguments are."""
    if len(options) < 2:
        raise KitError(_("a question needs two options or more"), where=key, fix=_("Add options"))
    silent = [option for option, feedback in options.items() if not feedback.strip()]
    if silent:
        raise KitError(
            _("these options have no feedback: {options}").format(options="; ".join(silent)),
            where=key,
            fix=_("Say for each option why it is right or wrong"),
        )
    if answer not in options:
        raise KitError(
            _("the answer {answer!r} is none of the options").format(answer=answer),
            where=key,
            fix=_("Copy the text of the right option"),
        )
    texts = tuple(options)
    return Quiz(key, question, texts, tuple(options.values()), texts.index(answer))


def choose(asked: Quiz, choice: int) -> None:
    """Keep what the learner chose, for this kernel and in their own log."""
    _chosen[asked.key] = asked.options[choice]
    logbook.record("quiz", asked.key, answer=asked.options[choice], right=choice == asked.answer)


def _question_text(asked: Quiz) -> Text:
    title = _("Check yourself")
    markdown, plain = lettered(asked.options)
    replies = [(asked.verdict(number), feedback) for number, feedback in enumerate(asked.feedback)]
    details = "\n".join(f"- **{verdict}** {feedback}" for verdict, feedback in replies)
    answers = _("Answers")
    return Text(
        f"**{title}.** {asked.question}\n\n{markdown}\n\n"
        f"<details><summary>{answers}</summary>\n\n{details}\n\n</details>",
        f"{title}. {asked.question}\n{plain}\n{answers}:\n"
        + "\n".join(f"  {verdict} {feedback}" for verdict, feedback in replies),
    )


def _widget(asked: Quiz) -> object:
    from kit.learn.widgets import quiz_widget

    before = _chosen.get(asked.key)
    chosen = asked.options.index(before) if before in asked.options else None
    return quiz_widget(asked, chosen=chosen, keep=choose)
