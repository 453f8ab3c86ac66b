"""The widgets of a lesson: options, free text and hints that need nothing but a keyboard.

Each option is a button that covers its whole line. Radio buttons would be the usual control, but their
arrow keys are taken by JupyterLab, which moves to another cell. What happened is said in words and with
a sign, in a box that screen readers announce, and never by colour alone. Nothing here knows what is
kept of an answer: that is passed in as ``keep``. What was answered before is passed in too, so that a
cell that runs again (Shift and Enter, on the way to the next cell) does not forget it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

import ipywidgets

from kit.i18n import gettext as _
from kit.learn.hints import level_names
from kit.learn.markup import as_sentence, inline_html, letter, plain_text, to_html
from kit.learn.predictions import Prediction
from kit.learn.quizzes import Quiz

# JupyterLab knows no style sheet of ours, so each card brings it along.
_STYLE = f"<style>{resources.files('kit.learn').joinpath('widgets.css').read_text('utf-8')}</style>"


def quiz_widget(
    asked: Quiz, *, chosen: int | None, keep: Callable[[Quiz, int], None]
) -> ipywidgets.DOMWidget:
    """Return the widget of a check-yourself question; a learner may choose again after a wrong answer."""
    said = ipywidgets.HTMLMath()
    rows = _option_rows(asked.options)

    def answer(number: int) -> None:
        right = number == asked.answer
        _mark(rows, number, "✓" if right else "✗", "kit-right" if right else "kit-wrong")
        body = f"<strong>{inline_html(asked.verdict(number))}</strong> {to_html(asked.feedback[number])}"
        said.value = _said(body, "kit-right" if right else "kit-wrong")

    def on_choice(number: int) -> None:
        keep(asked, number)
        answer(number)

    _listen(rows, on_choice)
    if chosen is not None:
        answer(chosen)
    return _card(_("Check yourself"), asked.question, [*rows, said])


def prediction_widget(
    prediction: Prediction, *, said: str | None, keep: Callable[[str, str], None]
) -> ipywidgets.DOMWidget:
    """Return the widget of a prediction: options, or a field to write in."""
    note = ipywidgets.HTMLMath()

    def confirm(answer: str) -> None:
        text = _("Noted: {answer} Now run the next cell.").format(
            answer=as_sentence(inline_html(answer))
        )
        note.value = _said(text, "kit-chosen")

    if prediction.options is None:
        field = ipywidgets.Textarea(
            value=said or "",
            placeholder=_("Write what you expect"),
            # Sent once, on leaving the field. Sent at each key, the text is held back while the kernel
            # is busy, and the click on the button arrives before the last letters.
            continuous_update=False,
            layout=ipywidgets.Layout(width="100%", height="4.5em", margin="2px 0"),
        )
        button = _button(_("Keep my prediction"))

        def on_click(_button: Any) -> None:
            if field.value.strip():
                keep(prediction.key, field.value.strip())
                confirm(field.value.strip())
            else:
                note.value = _said(_("Write something first: a guess is enough."), "kit-wrong")

        button.on_click(on_click)
        if said:
            confirm(said)
        parts: list[Any] = [field, button]
    else:
        options = prediction.options
        rows = _option_rows(options)

        def choose(number: int) -> None:
            _mark(rows, number, "●", "kit-chosen")
            confirm(f"{letter(number)}. {options[number]}")

        def on_choice(number: int) -> None:
            keep(prediction.key, options[number])
            choose(number)

        _listen(rows, on_choice)
        if said in options:
            choose(options.index(said))
        parts = list(rows)
    return _card(_("Predict"), prediction.question, [*parts, note])


def hint_widget(
    key: str, levels: Sequence[str], *, opened: int, keep: Callable[[str, int], None]
) -> ipywidgets.DOMWidget:
    """Return the widget of the hints of an exercise; one button opens them one after another."""
    names = level_names()
    shown = ipywidgets.VBox([])
    button = _button(_hint_label(0, names))

    def show_next() -> None:
        level = len(shown.children)
        title = _("Hint {number} of {total}: {name}").format(
            number=level + 1, total=len(levels), name=names[level]
        )
        body = f'<span class="kit-title">{html.escape(title)}</span>{to_html(levels[level])}'
        shown.children = (*shown.children, ipywidgets.HTMLMath(_said(body, "kit-chosen")))
        if level + 1 < len(levels):
            button.description = _hint_label(level + 1, names)
        else:
            button.description = _("That was the last hint")
            button.disabled = True

    def on_click(_button: Any) -> None:
        if len(shown.children) < len(levels):
            keep(key, len(shown.children) + 1)
            show_next()

    button.on_click(on_click)
    for _level in range(min(opened, len(levels))):
        show_next()
    return _card(None, None, [shown, button])


def slide_widget(
    label: str, choices: Sequence[str], draw: Callable[[int], str], *, at: int
) -> ipywidgets.DOMWidget:
    """Return the widget of a figure with one step back and one step on; ``draw`` gives its HTML."""
    figure, said = ipywidgets.HTML(), ipywidgets.HTMLMath()
    back, on = _button("← " + _("back")), _button(_("on") + " →")
    place = at

    def move(step: int) -> None:
        nonlocal place
        place += step
        figure.value = draw(place)
        back.disabled, on.disabled = place == 0, place == len(choices) - 1
        name = _("{label}: {choice} ({number} of {count})").format(
            label=label, choice=choices[place], number=place + 1, count=len(choices)
        )
        said.value = _said(html.escape(name), "kit-chosen")

    back.on_click(lambda _pressed: move(-1))
    on.on_click(lambda _pressed: move(1))
    move(0)
    return _figure_card([ipywidgets.HBox([back, on]), said, figure])


def switch_widget(
    label: str, parts: Sequence[str], draw: Callable[[Sequence[str]], str], *, on: Sequence[str]
) -> ipywidgets.DOMWidget:
    """Return the widget of a figure with a button for each part; ``draw`` gives the HTML of a list."""
    figure, said = ipywidgets.HTML(), ipywidgets.HTMLMath()
    chosen = set(on)
    buttons = [_button(part) for part in parts]

    def update() -> None:
        for part, button in zip(parts, buttons, strict=True):
            button.description = f"{part} ✓" if part in chosen else part
            button.tooltip = (
                _("take out {part}") if part in chosen else _("put in {part}")
            ).format(part=part)
        names = [part for part in parts if part in chosen]
        figure.value = draw(names)
        text = _("{label}: {names}").format(label=label, names=", ".join(names) or _("none"))
        said.value = _said(html.escape(text), "kit-chosen")

    def press(part: str) -> None:
        chosen.symmetric_difference_update({part})
        update()

    for part, button in zip(parts, buttons, strict=True):
        button.on_click(lambda _pressed, part=part: press(part))
    update()
    return _figure_card([ipywidgets.HBox(buttons), said, figure])


def _figure_card(parts: Sequence[ipywidgets.Widget]) -> ipywidgets.DOMWidget:
    card = _card(None, None, parts)
    # A figure is wider than text should be.
    card.layout = ipywidgets.Layout(max_width="100%")
    return card


def _hint_label(level: int, names: Sequence[str]) -> str:
    return _("Show hint {number} of {total}: {name}").format(
        number=level + 1, total=len(names), name=names[level]
    )


def _button(label: str) -> ipywidgets.Button:
    button = ipywidgets.Button(description=label, tooltip=label)
    button.add_class("kit-plain")
    return button


def _option_rows(options: Sequence[str]) -> list[ipywidgets.Box]:
    rows = []
    for number, option in enumerate(options):
        # The tooltip is the button's description for a screen reader, which says only the letter else.
        button = ipywidgets.Button(
            description=letter(number), tooltip=f"{letter(number)}. {plain_text(option)}"
        )
        button.add_class("kit-button")
        text = ipywidgets.HTMLMath(inline_html(option))
        text.add_class("kit-text")
        row = ipywidgets.Box([button, text])
        row.add_class("kit-option")
        rows.append(row)
    return rows


def _listen(rows: Sequence[ipywidgets.Box], on_choice: Callable[[int], None]) -> None:
    for number, row in enumerate(rows):
        row.children[0].on_click(lambda _button, number=number: on_choice(number))


def _mark(rows: Sequence[ipywidgets.Box], chosen: int, sign: str, name: str) -> None:
    for number, row in enumerate(rows):
        for old in ("kit-right", "kit-wrong", "kit-chosen"):
            row.remove_class(old)
        row.children[0].description = letter(number)
        if number == chosen:
            row.add_class(name)
            row.children[0].description = f"{letter(number)} {sign}"


def _said(body: str, name: str) -> str:
    # An alert is announced when it appears, wherever the keyboard's focus is.
    return f'<div role="alert" class="kit-said {name}">{body}</div>'


def _card(
    title: str | None, question: str | None, parts: Sequence[ipywidgets.Widget]
) -> ipywidgets.DOMWidget:
    head = _STYLE
    if title is not None and question is not None:
        head += f'<span class="kit-title">{html.escape(title)}</span>{to_html(question)}'
    card = ipywidgets.VBox([ipywidgets.HTMLMath(head), *parts])
    card.add_class("kit-card")
    return card
