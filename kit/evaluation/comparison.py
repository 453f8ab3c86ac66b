"""Two cards of the same test rows, compared row by row and item by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.errors import KitError
from kit.evaluation.card import Card, Measurement
from kit.evaluation.statistics import Difference, adjust_holm, compare_paired
from kit.i18n import gettext as _


@dataclass(frozen=True)
class Compared:
    """One row of a comparison: ours minus theirs.

    Parameters
    ----------
    id
        The row of both cards.
    difference
        Ours minus theirs with its interval and p-value.
    p_adjusted
        The p-value after Holm's correction over all rows of the comparison.
    ours, theirs
        The rows themselves.
    """

    id: str
    difference: Difference
    p_adjusted: float
    ours: Measurement
    theirs: Measurement

    @property
    def better(self) -> bool | None:
        """Whether ours is better; None for rows where neither more nor less is better."""
        if self.ours.direction not in ("higher", "lower") or self.difference.value == 0:
            return None
        return (self.difference.value > 0) == (self.ours.direction == "higher")


@dataclass(frozen=True)
class Comparison:
    """All rows that two cards can be compared on, and those that they can not, with the reason."""

    ours: str
    theirs: str
    rows: tuple[Compared, ...]
    left_out: tuple[tuple[str, str], ...]
    alpha: float

    def __getitem__(self, id: str) -> Compared:
        for row in self.rows:
            if row.id == id:
                return row
        raise KeyError(id)

    @property
    def findings(self) -> tuple[Compared, ...]:
        """Rows on which the two differ beyond chance, all rows considered."""
        return tuple(row for row in self.rows if row.p_adjusted < self.alpha)

    def __str__(self) -> str:
        width = max((len(row.id) for row in self.rows), default=10)
        lines = [f"{self.ours} − {self.theirs}"]
        for row in self.rows:
            interval = row.difference.interval
            mark = "*" if row.p_adjusted < self.alpha else " "
            lines.append(
                f"{mark} {row.id:<{width}}  {interval.value:+.3f} [{interval.low:+.3f}, "
                f"{interval.high:+.3f}]  p = {row.p_adjusted:.2g} (Holm), {row.difference.test}"
            )
        lines += [f"  {id:<{width}}  {reason}" for id, reason in self.left_out]
        return "\n".join(lines)


def compare_cards(ours: Card, theirs: Card, *, alpha: float = 0.05) -> Comparison:
    """Return ours minus theirs for every row whose items both cards hold.

    The cards must rest on the same test rows in the same order. Rows that are invalid in one of them are left
    out: a number that must not be used is not compared either.
    """
    if ours.facts["test_fingerprint"] != theirs.facts["test_fingerprint"]:
        raise KitError(
            _("these two cards rest on different test rows"),
            fix=_("Evaluate both models on the same test rows, in the same order"),
        )
    if ours.clusters != theirs.clusters:
        raise KitError(
            _("these two cards rest on different clusters"),
            fix=_("Give the same clusters to both evaluations"),
        )
    found: list[tuple[str, Difference]] = []
    left_out: list[tuple[str, str]] = []
    for row in ours:
        reason = _why_not(row, theirs)
        if reason is not None:
            left_out.append((row.id, reason))
            continue
        other = theirs[row.id]
        difference = compare_paired(
            np.array(row.items), np.array(other.items), clusters=ours.clusters, alpha=alpha
        )
        found.append((row.id, difference))
    adjusted = adjust_holm([difference.p for _id, difference in found])
    rows = tuple(
        Compared(id, difference, p, ours[id], theirs[id])
        for (id, difference), p in zip(found, adjusted, strict=True)
    )
    return Comparison(ours.model, theirs.model, rows, tuple(left_out), alpha)


def _why_not(row: Measurement, theirs: Card) -> str | None:
    if row.id not in theirs:
        return _("not on the other card")
    other = theirs[row.id]
    for each, whose in ((row, _("this card")), (other, _("the other card"))):
        if each.status == "not_measured":
            return _("not measured on {whose}").format(whose=whose)
        if each.status == "invalid":
            return _("invalid on {whose}").format(whose=whose)
    if row.threat is not None and other.threat is not None and row.threat != other.threat:
        return _("measured against different threats")
    if row.items is None or other.items is None or len(row.items) != len(other.items):
        return _("no score for each row")
    return None
