"""The desk's pictures as SVG: questions by difficulty and discrimination, a line for one student, bars.

Each has words for those who do not see it, and stands beside a table with the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kit.grading.items import Item
from kit.i18n import gettext as _

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 50, 16, 14, 46


def draw_scatter(items: Sequence[Item]) -> Markup:
    """Return the questions as points: how many points are earned, and how well it tells people apart.

    Questions are numbered as in the table beside the picture.
    """
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    lowest = min([0.0, *(item.discrimination or 0.0 for item in items)])
    bottom = -1.0 if lowest < -0.25 else -0.25 if lowest < 0 else 0.0

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + wide * x, TOP + high * (1 - (y - bottom) / (1 - bottom))

    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, _y = place(tick, 0)
        parts.append(
            Markup(
                '<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
                '<text class="tick" x="{0:.1f}" y="{3}" text-anchor="middle">{4:g}</text>'
            ).format(x, TOP, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 18, tick)
        )
    for tick in (bottom, 0, 0.3, 0.6, 1):
        _x, y = place(0, tick)
        parts.append(
            Markup(
                '<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>'
                '<text class="tick" x="{3}" y="{4:.1f}" text-anchor="end">{5:g}</text>'
            ).format(LEFT, WIDTH - RIGHT, y, LEFT - 8, y + 4, tick)
        )
    taken: list[tuple[float, float]] = []
    for number, item in enumerate(items, 1):
        if item.difficulty is None or item.discrimination is None:
            continue
        x, y = place(item.difficulty, item.discrimination)
        # Two questions that fare alike must both be read.
        while any(abs(x - a) < 20 and abs(y - b) < 20 for a, b in taken):
            x -= 21
        taken.append((x, y))
        parts.append(
            Markup(
                '<circle class="dot" cx="{0:.1f}" cy="{1:.1f}" r="11"/>'
                '<text class="on-dot" x="{0:.1f}" y="{2:.1f}" text-anchor="middle">{3}</text>'
            ).format(x, y, y + 4.5, number)
        )
    labels = Markup(
        '<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="label" transform="translate(13 {}) rotate(-90)" text-anchor="middle">{}</text>'
    ).format(
        LEFT + wide / 2,
        HEIGHT - 8,
        _("Difficulty: mean share of the points"),
        TOP + high / 2,
        _("Discrimination"),
    )
    words = _(
        "Each number is a question. To the right are those that most solve; low down are those"
    )
    words += " " + _("that do not tell people apart.")
    return Markup(
        '<svg class="scatter" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>'
    ).format(WIDTH, HEIGHT, words, Markup("").join(parts), labels)


def draw_line(shares: Sequence[float | None], words: str) -> Markup:
    """Return a small line of the shares of one student, from the first assignment to the newest."""
    step = 90 / max(1, len(shares) - 1)
    points = [
        (5 + step * number, 25 - 20 * min(1.0, share))
        for number, share in enumerate(shares)
        if share is not None
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(x, y)
        for x, y in points
    )
    return Markup(
        '<svg class="spark" viewBox="0 0 100 30" role="img" aria-label="{}">'
        '<line class="grid" x1="0" x2="100" y1="15" y2="15"/><polyline class="line" points="{}"/>{}</svg>'
    ).format(words, line, dots)


def draw_bar(value: float, most: float, words: str) -> Markup:
    """Return one horizontal bar."""
    width = 100 * value / most if most > 0 else 0
    return Markup(
        '<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="full" width="{:.2f}" height="10"/></svg>'
    ).format(words, max(0.0, min(100.0, width)))
