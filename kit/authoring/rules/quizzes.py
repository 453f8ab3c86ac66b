"""Rules on questions: enough of them, an answer that is an option, feedback for each option."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.registry import rule
from kit.authoring.subject import Lesson, literal_text
from kit.i18n import gettext as _

QUESTIONS = 3


@rule("quiz-count", f"The quiz cells ask {QUESTIONS} questions, or one for each objective if more.")
def quiz_count(lesson: Lesson) -> Iterator[Problem]:
    """Three questions take two minutes."""
    cells = lesson.with_role("quiz")
    count = sum(1 for cell in cells for call in cell.calls if call.name == "quiz")
    most = max(QUESTIONS, len(lesson.objective_ids))
    if cells and not QUESTIONS <= count <= most:
        what = _("the quiz cells ask {n} questions, and {least} to {most} are right")
        yield Problem(
            what.format(n=count, least=QUESTIONS, most=most),
            _("Add or remove questions"),
            cells[0].key,
        )


@rule(
    "quiz-feedback",
    "Each quiz question has its options and their feedback written out, at least two options, "
    "feedback for every one, and an answer that is one of them.",
)
def quiz_feedback(lesson: Lesson) -> Iterator[Problem]:
    """A wrong option is a chance to explain why people choose it."""
    for call in lesson.calls_of("quiz"):
        place = (call.cell.key, call.line)
        options = call.argument("options", 2)
        if not isinstance(options, ast.Dict):
            yield Problem(
                _("the options of this question are not written out"),
                _("Write options={'option': 'feedback', ...}"),
                *place,
            )
            continue
        texts = [literal_text(key) for key in options.keys]
        feedback = [literal_text(value) for value in options.values]
        if len(texts) < 2 or len(set(texts)) < len(texts):
            yield Problem(
                _("this question has fewer than two different options"),
                _("Add an option that a learner could really choose"),
                *place,
            )
        for text, reply in zip(texts, feedback, strict=True):
            if not (reply and reply.strip()):
                yield Problem(
                    _("the option '{text}' has no feedback").format(text=text),
                    _("Say why it is right or wrong"),
                    *place,
                )
        answer = literal_text(call.argument("answer", 3))
        if answer not in texts:
            yield Problem(
                _("the answer '{answer}' is not one of the options").format(answer=answer),
                _("Repeat the right option word for word"),
                *place,
            )


@rule(
    "question-names",
    "Every predict and quiz call has a name of its own, written as text.",
)
def question_names(lesson: Lesson) -> Iterator[Problem]:
    """A learner's own log is kept under these names."""
    seen: dict[str, int] = {}
    for call in lesson.calls_of("predict", "quiz"):
        name = call.target
        if not name:
            what = _("the name of this question is not written out")
            yield Problem(what, _("Give it a name in quotes"), call.cell.key, call.line)
        elif name in seen:
            what = _("the name {name} is used before, in cell {cell}")
            yield Problem(
                what.format(name=name, cell=seen[name]),
                _("Give this question a name of its own"),
                call.cell.key,
                call.line,
            )
        if name:
            seen.setdefault(name, call.cell.number)


@rule(
    "predict-options",
    "A prediction has at least two options, or none for free text; its reveal has a reason, and an "
    "answer that is one of the options.",
)
def predict_options(lesson: Lesson) -> Iterator[Problem]:
    """A choice of one is no choice."""
    counts: dict[str | None, int] = {}
    for call in lesson.calls_of("predict"):
        options = call.argument("options", 2)
        if isinstance(options, ast.List | ast.Tuple):
            counts[call.target] = len(options.elts)
            if len(options.elts) < 2:
                yield Problem(
                    _("this prediction has fewer than two options"),
                    _("Add options, or leave them out for free text"),
                    call.cell.key,
                    call.line,
                )
    for call in lesson.calls_of("reveal"):
        answer = call.argument("answer", 1)
        index = answer.value if isinstance(answer, ast.Constant) else None
        count = counts.get(call.target)
        if isinstance(index, int) and count is not None and not 0 <= index < count:
            what = _("option {index} does not exist: there are {n}, counted from 0")
            yield Problem(
                what.format(index=index, n=count), _("Correct it"), call.cell.key, call.line
            )
        if call.argument("because", 2) is None:
            yield Problem(
                _("this reveal gives no reason"), _("Add because=..."), call.cell.key, call.line
            )
