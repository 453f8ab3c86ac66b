"""Pictures of a card as SVG inside the page: colours from the page, words for those who do not see them."""

from __future__ import annotations

import re
from html import escape

from kit.evaluation.card import Card, Measurement
from kit.evaluation.text import format_number
from kit.evaluation.views.words import format_interval, format_value, say

_NICE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
# Told apart without colour too: each line has its own dashes and mark.
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 5", "4 2")
_MARKS = ("circle", "square", "diamond", "triangle", "circle", "square")


def draw_interval(row: Measurement, language: str) -> str:
    """Return a number with its interval on its scale; a bound is a triangle that points where the truth is."""
    assert row.value is not None and row.low is not None and row.high is not None
    low, high = scale_of(row)
    width, left, right = 220.0, 8.0, 8.0

    def at(value: float) -> float:
        part = (min(max(value, low), high) - low) / (high - low)
        return left + part * (width - left - right)

    x, a, b = at(row.value), at(row.low), at(row.high)
    label = f"{row.name.render(language)}: {format_value(row, language)} {format_interval(row, language)}"
    mark = {
        "estimate": f'<circle class="mark" cx="{x:.1f}" cy="12" r="4.5"/>',
        "upper": f'<path class="mark" d="M{x - 6:.1f} 12l9-6v12z"/>',
        "lower": f'<path class="mark" d="M{x + 6:.1f} 12l-9-6v12z"/>',
    }[row.bound]
    zero = (
        f'<line class="zero" x1="{at(0):.1f}" x2="{at(0):.1f}" y1="4" y2="20"/>' if low < 0 else ""
    )
    ends = (
        f'<text x="{left}" y="31">{_tick(low, language)}</text>'
        f'<text x="{width - right}" y="31" text-anchor="end">{_tick(high, language)}</text>'
    )
    return (
        f'<svg class="interval {row.status}" viewBox="0 0 {width:.0f} 34" role="img" '
        f'aria-label="{escape(label)}">'
        f'<line class="track" x1="{left}" x2="{width - right}" y1="12" y2="12"/>{zero}'
        f'<rect class="span" x="{a:.1f}" y="8" width="{max(b - a, 1.5):.1f}" height="8" rx="3"/>'
        f"{mark}{ends}</svg>"
    )


def scale_of(row: Measurement) -> tuple[float, float]:
    """Return the ends of the scale on which a row is drawn: 0 to 1 for shares, around 0 for changes.

    Examples
    --------
    >>> from kit.evaluation.text import Text
    >>> scale_of(Measurement("reliability.x", Text.of("x"), 0.9, 0.8, 0.95))
    (0.0, 1.0)
    >>> scale_of(Measurement("reliability.x", Text.of("x"), -0.05, -0.08, 0.01))
    (-0.1, 0.1)
    """
    assert row.low is not None and row.high is not None
    reach = max(abs(row.low), abs(row.high))
    end = next((nice for nice in _NICE if reach <= nice), reach)
    if row.low < 0:
        return -end, end
    return (0.0, 1.0) if end <= 1 else (0.0, end)


def draw_attack_curves(card: Card, language: str) -> str:
    """Return accuracy against the size of the change, one line for each attack; nothing without attacks."""
    series: dict[str, list[tuple[float, Measurement]]] = {}
    for row in card:
        found = re.fullmatch(r"robustness\.(\w+_linf)@([0-9.e+-]+)", row.id)
        if found and row.value is not None and row.status == "measured":
            series.setdefault(found[1], []).append((float(found[2]), row))
    if not series or "reliability.accuracy" not in card:
        return ""
    clean = card["reliability.accuracy"].value
    if clean is None:
        return ""
    lines = {
        key: [
            (0.0, clean),
            *sorted((eps, row.value) for eps, row in points if row.value is not None),
        ]
        for key, points in series.items()
    }
    names = {
        key: points[0][1].name.render(language).split(", ε")[0] for key, points in series.items()
    }
    return _draw_lines(
        lines,
        names,
        title=say("Accuracy as the attacker may change more", language),
        x_label=say("largest change of a feature, ε", language),
        y_label=say("accuracy (upper bound)", language),
        language=language,
    )


def _draw_lines(
    lines: dict[str, list[tuple[float, float]]],
    names: dict[str, str],
    *,
    title: str,
    x_label: str,
    y_label: str,
    language: str,
) -> str:
    width, height, left, top, bottom, right = 640, 300, 56, 16, 46, 16
    most = max(x for points in lines.values() for x, _y in points)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + x / most * (width - left - right),
            top + (1 - y) * (height - top - bottom),
        )

    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        y = place(0, tick)[1]
        parts.append(
            f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{_tick(tick, language)}</text>'
        )
    for x_value in sorted({x for points in lines.values() for x, _y in points}):
        x = place(x_value, 0)[0]
        parts.append(
            f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">'
            f"{_tick(x_value, language)}</text>"
        )
    legend = []
    said = []
    for number, (key, points) in enumerate(lines.items()):
        style = number % len(_DASHES)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        parts.append(
            f'<polyline class="line c{style}" stroke-dasharray="{_DASHES[style]}" points="{path}"/>'
        )
        parts += [_mark(_MARKS[style], *place(*point), style) for point in points]
        sample = (
            f'<svg viewBox="0 0 40 12" aria-hidden="true"><line class="line c{style}" '
            f'stroke-dasharray="{_DASHES[style]}" x1="0" x2="40" y1="6" y2="6"/>'
            f"{_mark(_MARKS[style], 20, 6, style)}</svg>"
        )
        legend.append(f"<li>{sample}{escape(names[key])}</li>")
        ends = ", ".join(format_number(y, language) for _x, y in points)
        said.append(f"{names[key]}: {ends}")
    parts.append(
        f'<text x="{(left + width - right) / 2:.0f}" y="{height - 6}" text-anchor="middle">'
        f"{escape(x_label)}</text>"
    )
    parts.append(
        f'<text transform="translate(14 {(height - bottom + top) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>'
    )
    alt = f"{title}. {'; '.join(said)}."
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg class="chart" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'
        f'<ul class="legend">{"".join(legend)}</ul></figure>'
    )


def _mark(shape: str, x: float, y: float, style: int) -> str:
    if shape == "circle":
        return f'<circle class="dot c{style}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    paths = {
        "square": f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z",
        "diamond": f"M{x:.1f} {y - 5.5:.1f}l5.5 5.5-5.5 5.5-5.5-5.5z",
        "triangle": f"M{x:.1f} {y - 5:.1f}l5 9h-10z",
    }
    return f'<path class="dot c{style}" d="{paths[shape]}"/>'


def _tick(value: float, language: str) -> str:
    return format_number(value, language, digits=2).rstrip("0").rstrip(".,") or "0"
