"""Words and numbers of a card in the reader's language."""

from __future__ import annotations

from kit.evaluation.card import Measurement
from kit.evaluation.text import format_number, translate

AXIS_TITLES = {
    "reliability": "Reliability",
    "robustness": "Robustness",
    "cybersecurity": "Cybersecurity",
    "transparency": "Transparency",
}
AXIS_QUESTIONS = {
    "reliability": "How often is it right, and does it know when it is not?",
    "robustness": "What remains when the inputs are damaged or chosen by an opponent?",
    "cybersecurity": "Can it be made to obey a stranger, and what does it give away of its training data?",
    "transparency": "What does it look at, and does it treat groups alike?",
}
INTRO = {
    "classification": "{n} test rows, {classes} classes. Every number has an interval of {level} %. "
    "There is no total score.",
    "regression": "{n} test rows with a quantity each. Every number has an interval of {level} %. "
    "There is no total score.",
}
STATUS = {"measured": "measured", "not_measured": "not measured", "invalid": "invalid"}
BOUND_SIGNS = {"estimate": "", "upper": "≤ ", "lower": "≥ "}
BOUND_WORDS = {
    "estimate": "an estimate",
    "upper": "an upper bound: a stronger attack may find less",
    "lower": "a lower bound: a stronger attack may find more",
}
DIRECTIONS = {
    "higher": "higher is better",
    "lower": "lower is better",
    "target": "near its target is better",
    "none": "neither high nor low is better",
}


def format_value(row: Measurement, language: str) -> str:
    """Return the number with the sign of its bound, such as ``≤ 0.402``; a dash where there is none."""
    if row.value is None:
        return "–"
    return BOUND_SIGNS[row.bound] + format_number(row.value, language)


def format_interval(row: Measurement, language: str) -> str:
    """Return the interval in brackets, or nothing."""
    if row.low is None or row.high is None:
        return ""
    separator = "; " if language != "en" else ", "
    return f"[{format_number(row.low, language)}{separator}{format_number(row.high, language)}]"


def say(text: str, language: str, **values: object) -> str:
    """Return a string of the views in a language."""
    return translate(text, language).format(**values)
