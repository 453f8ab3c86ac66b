"""The card as one HTML page that needs no other file and no network."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from kit.evaluation.card import AXES, Card, Measurement
from kit.evaluation.crosswalk import PLACES
from kit.evaluation.text import Text, catalogue, format_number
from kit.evaluation.views.pictures import draw_attack_curves, draw_interval
from kit.evaluation.views.words import (
    AXIS_QUESTIONS,
    AXIS_TITLES,
    BOUND_WORDS,
    DIRECTIONS,
    INTRO,
    STATUS,
    format_interval,
    format_value,
    say,
)


def render_page(card: Card, language: str = "en") -> str:
    """Return the whole page."""
    title = escape(say("Evaluation card: {model}", language, model=card.model))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n"
        "<style>body{margin:0;background:#fff}"
        "@media (prefers-color-scheme:dark){body{background:#14181d}}</style>\n"
        f"</head>\n<body>\n{render_fragment(card, language)}\n</body>\n</html>\n"
    )


def render_fragment(card: Card, language: str = "en") -> str:
    """Return the card as one element with its own style, for a notebook or another page."""
    catalogue(language)
    parts = [_head(card, language), _alarms(card, language)]
    parts += [_axis(card, axis, language) for axis in AXES]
    parts += [_crosswalk(card, language), _foot(card, language)]
    return f'<main class="kit-card" lang="{language}"><style>{_style()}</style>\n{"".join(parts)}</main>'


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def _head(card: Card, language: str) -> str:
    level = format_number(100 * (1 - card.facts["alpha"]), language, digits=0)
    counts = {
        status: sum(row.status == status for row in card)
        for status in ("measured", "invalid", "not_measured")
    }
    intro = say(
        INTRO[card.facts["task"]],
        language,
        n=card.facts["n_test"],
        classes=len(card.facts["classes"]),
        level=level,
    )
    tally = say(
        "{measured} rows measured, {invalid} invalid, {missing} not measured.",
        language,
        measured=counts["measured"],
        invalid=counts["invalid"],
        missing=counts["not_measured"],
    )
    key = [
        "≤ " + say("an upper bound: a stronger attack may find less", language),
        "≥ " + say("a lower bound: a stronger attack may find more", language),
        say("struck through: the measurement failed its own test", language),
    ]
    return (
        f"<h1>{escape(say('Evaluation card: {model}', language, model=card.model))}</h1>"
        f'<p>{escape(intro)} {escape(tally)}</p><ul class="key">'
        + "".join(f"<li>{escape(line)}</li>" for line in key)
        + "</ul>"
    )


def _alarms(card: Card, language: str) -> str:
    if not card.alarms:
        calm = say("No row raised an alarm. That is no proof that the model is good.", language)
        return f'<p class="soft">{escape(calm)}</p>'
    said = dict.fromkeys(row.alarm.render(language) for row in card.alarms if row.alarm)
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
    return (
        f'<section class="alarms" aria-label="{escape(say("Read this first", language))}">'
        f"<h2>{escape(say('Read this first', language))}</h2><ul>{items}</ul></section>"
    )


def _axis(card: Card, axis: str, language: str) -> str:
    rows = [row for row in card if row.axis == axis]
    if not rows:
        return ""
    shown = "".join(_row(row, language) for row in rows if row.status != "not_measured")
    missing = "".join(
        f"<li><strong>{escape(row.name.render(language))}</strong>: {escape(_reason(row, language))}</li>"
        for row in rows
        if row.status == "not_measured"
    )
    picture = draw_attack_curves(card, language) if axis == "robustness" else ""
    return (
        f"<section><h2>{escape(say(AXIS_TITLES[axis], language))}</h2>"
        f'<p class="soft">{escape(say(AXIS_QUESTIONS[axis], language))}</p>{picture}'
        + (f'<div class="rows">{shown}</div>' if shown else "")
        + (
            f'<h3>{escape(say("Not measured", language))}</h3><ul class="missing soft">{missing}</ul>'
            if missing
            else ""
        )
        + "</section>"
    )


def _row(row: Measurement, language: str) -> str:
    tag = (
        f'<span class="tag">{escape(say(STATUS["invalid"], language))}</span>'
        if row.status == "invalid"
        else ""
    )
    return (
        f'<details id="{escape(row.id)}" class="{row.status}"><summary>'
        f"<span>{escape(row.name.render(language))}{tag}</span>"
        f'<span class="value">{escape(format_value(row, language))}</span>'
        f'<span class="range">{escape(format_interval(row, language))}</span>'
        f'<span class="picture">{draw_interval(row, language)}</span></summary>'
        f'<div class="more"><dl>{_details(row, language)}</dl></div></details>'
    )


def _details(row: Measurement, language: str) -> str:
    n = str(row.n)
    if row.clusters:
        n += " " + say("in {clusters} clusters", language, clusters=row.clusters)
    pairs: list[tuple[str, str, str]] = []
    if row.reason is not None:
        pairs.append(("Why invalid", row.reason.render(language), "bad"))
    if row.alarm is not None and row.alarm != row.reason:
        pairs.append(("Alarm", row.alarm.render(language), "bad"))
    if row.threat is not None:
        pairs.append(("Against", row.threat.render(language), ""))
    pairs += [
        ("What the number is", say(BOUND_WORDS[row.bound], language), ""),
        ("How to read it", say(DIRECTIONS[row.direction], language), ""),
        ("Interval by", say(row.method, language), ""),
        ("Rows", n, ""),
    ]
    pairs += [("Warning", text.render(language), "bad") for text in row.warnings]
    pairs += [("Conditions", text.render(language), "") for text in row.assumptions]
    if row.reference:
        pairs.append(("Method from", row.reference, ""))
    pairs += [("Name in the data", row.id, "")]
    out, last = "", ""
    for title, text, kind in pairs:
        heading = "" if title == last else escape(say(title, language))
        out += f'<dt>{heading}</dt><dd class="{kind}">{escape(text)}</dd>'
        last = title
    return out


def _crosswalk(card: Card, language: str) -> str:
    found: dict[str, list[str]] = {}
    for row in card:
        for key in row.places:
            title = row.name.render(language).split(", ")[0]
            if key in PLACES and title not in found.setdefault(key, []):
                found[key].append(title)
    if not found:
        return ""
    order = [key for key in PLACES if key in found]
    body = "".join(
        f"<tr><td>{escape(PLACES[key].scheme)}<br>{escape(say(PLACES[key].label, language))}</td>"
        f"<td>{escape('; '.join(found[key]))}</td></tr>"
        for key in order
    )
    sources = "; ".join(dict.fromkeys(say(PLACES[key].source, language) for key in order))
    heads = "".join(
        f"<th>{escape(say(each, language))}</th>" for each in ("Place", "Rows of this card")
    )
    return (
        f"<section><h2>{escape(say('Where rules ask for it', language))}</h2>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f'<p class="soft">{escape(say("Sources: {sources}.", language, sources=sources))} '
        f"{escape(say('A row here does not mean that a rule is met.', language))}</p></section>"
    )


def _foot(card: Card, language: str) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in card.facts["versions"].items())
    lines = [
        say("Seed {seed}. Test rows {fingerprint}.", language, seed=card.facts["seed"],
            fingerprint=card.facts["test_fingerprint"][:16]),
        say("Made with {versions}.", language, versions=versions),
    ]  # fmt: skip
    return (
        '<footer class="soft"><p>' + "<br>".join(escape(line) for line in lines) + "</p></footer>"
    )


def _reason(row: Measurement, language: str) -> str:
    reason = row.reason or Text.of("")
    return reason.render(language)
