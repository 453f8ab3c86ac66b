"""The card as Markdown, with the front matter that Hugging Face reads into a model's results."""

from __future__ import annotations

from typing import Any

import yaml

from kit.evaluation.card import AXES, SCHEMA_VERSION, Card, Measurement
from kit.evaluation.crosswalk import PLACES
from kit.evaluation.text import catalogue, format_number
from kit.evaluation.views.words import (
    AXIS_TITLES,
    INTRO,
    STATUS,
    format_interval,
    format_value,
    say,
)


def render_markdown(card: Card, language: str = "en") -> str:
    """Return the card as Markdown; rows of the front matter are the measured ones only."""
    catalogue(language)
    front = yaml.safe_dump(
        model_index(card), allow_unicode=True, sort_keys=False, default_flow_style=False, width=1000
    )
    parts = [
        f"---\n{front}---\n",
        f"# {say('Evaluation card: {model}', language, model=card.model)}\n",
    ]
    parts.append(
        say(
            INTRO[card.facts["task"]],
            language,
            n=card.facts["n_test"],
            classes=len(card.facts["classes"]),
            level=format_number(100 * (1 - card.facts["alpha"]), language, digits=0),
        )
        + "\n"
    )
    if card.alarms:
        parts.append(f"## {say('Read this first', language)}\n")
        said = dict.fromkeys(row.alarm.render(language) for row in card.alarms if row.alarm)
        parts.append("".join(f"- **{sentence}**\n" for sentence in said))
    for axis in AXES:
        rows = [row for row in card if row.axis == axis]
        if not rows:
            continue
        titles = [
            say(title, language)
            for title in ("Measure", "Value", "Interval", "Method", "n", "Status")
        ]
        parts.append(f"## {say(AXIS_TITLES[axis], language)}\n")
        parts.append("| " + " | ".join(titles) + " |\n|---|---:|---|---|---:|---|\n")
        parts[-1] += "".join(_line(row, language) for row in rows)
    parts.append(f"## {say('Conditions', language)}\n")
    parts.append("".join(_condition(row, language) for row in card))
    parts.append(f"## {say('Where rules ask for it', language)}\n")
    parts.append(_crosswalk(card, language))
    return "\n".join(parts)


def model_index(card: Card) -> dict[str, Any]:
    """Return the front matter: ``model-index`` with one metric for each measured row."""
    metrics = [
        {
            "type": row.id,
            "name": row.name.render("en"),
            "value": float(f"{row.value:.6g}"),
            "args": {
                "interval": [float(f"{row.low:.6g}"), float(f"{row.high:.6g}")],
                "method": row.method,
                "n": row.n,
                "bound": row.bound,
            },
        }
        for row in card
        if row.status == "measured" and row.value is not None
    ]
    task = card.facts["task"]
    result = {
        "task": {"type": f"tabular-{task}", "name": task.capitalize()},
        "dataset": {
            "type": "custom",
            "name": "test rows",
            "revision": card.facts["test_fingerprint"][:16],
        },
        "metrics": metrics,
    }
    return {
        "tags": ["evaluation-card"],
        "evaluation_card_schema": SCHEMA_VERSION,
        "model-index": [{"name": card.model, "results": [result]}],
    }


def _line(row: Measurement, language: str) -> str:
    value = format_value(row, language)
    if row.status == "invalid":
        value = f"~~{value}~~"
    n = "" if row.n is None else str(row.n)
    if row.clusters:
        n += " " + say("in {clusters} clusters", language, clusters=row.clusters)
    status = say(STATUS[row.status], language)
    if row.reason is not None:
        status += ": " + row.reason.render(language)
    cells = [
        row.name.render(language),
        value,
        format_interval(row, language),
        say(row.method, language),
        n,
        status,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _condition(row: Measurement, language: str) -> str:
    notes = [text for text in (row.threat, *row.assumptions, *row.warnings) if text is not None]
    if not notes or row.status == "not_measured":
        return ""
    sentences = " ".join(_sentence(text.render(language)) for text in notes)
    return f"- {row.name.render(language)}: {sentences}\n"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def _crosswalk(card: Card, language: str) -> str:
    lines: dict[str, list[str]] = {}
    for row in card:
        for key in row.places:
            names = lines.setdefault(key, [])
            title = row.name.render(language).split(", ")[0]
            if title not in names:
                names.append(title)
    return "".join(
        f"- {PLACES[key].scheme}, {say(PLACES[key].label, language)}: {'; '.join(names)} "
        f"({say(PLACES[key].source, language)})\n"
        for key, names in lines.items()
        if key in PLACES
    )
