"""The agreement table of a lesson: your numbers beside ours and the published ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn import logbook
from kit.learn.frontend import Text, is_strict, present


@dataclass(frozen=True)
class Comparison:
    """One quantity; ``yours`` is None until the learner has it, ``published`` where nothing is."""

    quantity: str
    yours: float | None
    ours: float | None
    published: float | None
    tolerance: float
    reference: str

    @property
    def is_checked(self) -> bool:
        """Say whether the learner's number is held against a published one."""
        return self.published is not None and self.yours is not None

    @property
    def agrees(self) -> bool:
        """Say whether the learner's number is close enough to every other number there is."""
        if self.yours is None:
            return True
        others = [other for other in (self.ours, self.published) if other is not None]
        # A value that is not a number agrees with nothing.
        return all(abs(self.yours - other) <= self.tolerance for other in others)

    @property
    def verdict(self) -> str:
        """Return the last column of the table, in words."""
        if self.yours is None:
            return _("○ not done yet")
        if not self.agrees:
            return _("✗ differs")
        if self.is_checked:
            return _("✓ agrees")
        return _("✓ as ours") if self.ours is not None else _("○ not checked")


def agreement(rows: Iterable[Sequence[Any]]) -> None:
    """Show a table of numbers beside the published ones and say how many were checked.

    Parameters
    ----------
    rows
        For each quantity: its name, yours, ours, published (None where nothing is), the largest
        absolute difference that still agrees, and the reference. Yours is held against ours and the
        published value; a row without a published value counts as not checked, since nobody else has it.

    Raises
    ------
    KitError
        If a row does not have these six parts.
    AssertionError
        With ``KIT_CHECKS=strict``, if a row does not agree.
    """
    comparisons = [make_comparison(number, row) for number, row in enumerate(rows, 1)]
    present(_table(comparisons))
    checked = sum(row.is_checked for row in comparisons)
    print(
        _("agreement: {checked} checked, {rest} not checked").format(
            checked=checked, rest=len(comparisons) - checked
        )
    )
    wrong = [row.quantity for row in comparisons if not row.agrees]
    logbook.record("agreement", "agreement", checked=checked, differs=wrong)
    if wrong and is_strict():
        raise AssertionError(
            _("these do not agree: {quantities}").format(quantities="; ".join(wrong))
        )


def make_comparison(number: int, row: Sequence[Any]) -> Comparison:
    """Make a row of the table from its six parts; ``number`` names it in an error."""
    where = _("row {number} of the agreement table").format(number=number)
    if len(row) != 6:
        raise KitError(
            _("it has {count} parts, not 6").format(count=len(row)),
            where=where,
            fix=_("Give quantity, yours, ours, published, tolerance, reference"),
        )
    quantity, *numbers, reference = row
    try:
        yours, ours, published, tolerance = (None if x is None else float(x) for x in numbers)
    except (TypeError, ValueError) as err:
        raise KitError(
            str(err), where=f"{where} ({quantity})", fix=_("Give numbers, or None")
        ) from err
    if tolerance is None or not tolerance >= 0:
        raise KitError(
            _("the tolerance is {tolerance}").format(tolerance=tolerance),
            where=f"{where} ({quantity})",
            fix=_("Give a number that is not negative"),
        )
    return Comparison(str(quantity), yours, ours, published, tolerance, str(reference))


def format_number(value: float | None) -> str:
    """Return a number with four significant digits, or a dash.

    Examples
    --------
    >>> format_number(0.8812345), format_number(1200), format_number(None)
    ('0.8812', '1200', '–')
    """
    if value is None:
        return "–"
    if math.isfinite(value) and value == round(value) and abs(value) < 1e9:
        return str(round(value))
    return f"{value:.4g}"


def _table(rows: Sequence[Comparison]) -> Text:
    header = [
        _("Quantity"),
        _("Yours"),
        _("Ours"),
        _("Published"),
        _("Tolerance"),
        _("Verdict"),
        _("Reference"),
    ]
    body = [
        [
            row.quantity,
            *(format_number(x) for x in (row.yours, row.ours, row.published, row.tolerance)),
            row.verdict,
            row.reference,
        ]
        for row in rows
    ]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in [header, *body]]
    rule = ["---", *["---:"] * 4, "---", "---"]
    markdown = "\n".join("| " + " | ".join(line) + " |" for line in [cells[0], rule, *cells[1:]])
    widths = [max(len(line[column]) for line in [header, *body]) for column in range(len(header))]
    plain = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [header, *body]
    )
    return Text(markdown, plain)
