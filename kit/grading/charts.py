"""Charts as SVG that a page carries in itself: colours from the page, words for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kit.grading.items import Bin, Item
from kit.grading.pages import format_number
from kit.i18n import gettext as _

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 18, 46


def draw_histogram(bins: Sequence[Bin], *, title: str, description: str, unit: str) -> Markup:
    """Return a histogram of scores.

    Parameters
    ----------
    bins
        From `kit.grading.items.bin_scores`; at least one.
    title
        What it shows, read out first.
    description
        What is to be seen in it, in one sentence.
    unit
        The label of the axis of scores.
    """
    most = max((bin.n for bin in bins), default=0)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if most / step <= 5)
    top = max(step, -(-most // step) * step)
    plot_width, plot_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    # The last bar may be narrower than the others, so bars stand on a true axis.
    scale = plot_width / bins[-1].high
    base = TOP + plot_height
    parts = []
    for tick in range(0, top + 1, step):
        y = base - plot_height * tick / top
        parts.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
        parts.append(
            Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
                LEFT - 8, y + 4, tick
            )
        )
    for bin in bins:
        x, slot = LEFT + bin.low * scale, (bin.high - bin.low) * scale
        height = plot_height * bin.n / top
        parts.append(
            Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>'
            ).format(x + slot * 0.06, base - height, slot * 0.88, height)
        )
        if bin.n:
            parts.append(
                Markup(
                    '<text class="count" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>'
                ).format(x + slot / 2, base - height - 5, bin.n)
            )
    for bound in [bins[0].low, *(bin.high for bin in bins)]:
        parts.append(
            Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                LEFT + bound * scale, base + 18, format_number(bound)
            )
        )
    axis = Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        LEFT, WIDTH - RIGHT, base, base
    )
    label = Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>').format(
        LEFT + plot_width / 2, HEIGHT - 8, unit
    )
    side = Markup(
        '<text class="label" transform="translate(13 {}) rotate(-90)" text-anchor="middle">{}</text>'
    ).format(TOP + plot_height / 2, _("Submissions"))
    return Markup(
        '<svg class="histogram" viewBox="0 0 {} {}" role="img" aria-labelledby="histogram-t histogram-d">'
        '<title id="histogram-t">{}</title><desc id="histogram-d">{}</desc>{}</svg>'
    ).format(WIDTH, HEIGHT, title, description, Markup("").join([*parts, axis, label, side]))


def draw_shares(item: Item) -> Markup:
    """Return one bar that shows how many earned all, some and none of the points of a question."""
    if not item.marked:
        return Markup("")
    parts, x = [], 0.0
    for css, n in (("full", item.full), ("part", item.part), ("none", item.none)):
        width = 100 * n / item.marked
        if n:
            parts.append(
                Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" y="0" height="10"/>').format(
                    css, x, width
                )
            )
        x += width
    words = _("{full} full, {part} part, {none} none").format(
        full=item.full, part=item.part, none=item.none
    )
    return Markup(
        '<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(words, Markup("").join(parts))
