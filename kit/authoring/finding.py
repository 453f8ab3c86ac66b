"""What a rule finds: one violation, where it is, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One violation as a rule reports it, before it is known which file and rule it belongs to.

    Parameters
    ----------
    what
        What is wrong, as a sentence without a full stop.
    fix
        What the author does about it, as an imperative sentence without a full stop.
    cell
        The key of the cell, or None when the file as a whole is meant.
    line
        The line inside the cell (or inside the file when no cell is named), from 1.
    file
        The file, relative to the subject's folder, where it is not the notebook itself.
    """

    what: str
    fix: str
    cell: str | None = None
    line: int | None = None
    file: str | None = None


@dataclass(frozen=True)
class Finding:
    """One violation of one rule in one file.

    Examples
    --------
    >>> print(Finding("a.ipynb", "one-h1", "there are two titles", "Keep one", "intro", 3, 7))
    a.ipynb: cell 3 (intro), line 7: one-h1: there are two titles. Keep one.
    """

    path: str
    rule: str
    what: str
    fix: str
    cell: str | None = None
    number: int | None = None
    line: int | None = None

    @property
    def where(self) -> str:
        """The place as a person reads it: cell number, key and line."""
        parts = []
        if self.cell is not None:
            parts.append(
                f"cell {self.number} ({self.cell})" if self.number else f"cell {self.cell}"
            )
        if self.line is not None:
            parts.append(f"line {self.line}")
        return ", ".join(parts)

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """What findings are sorted by: file, place in the file, rule, text."""
        return self.path, self.number or 0, self.line or 0, self.rule, self.what

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-serialisable data."""
        return asdict(self)

    def __str__(self) -> str:
        """Return the finding on one line."""
        where = f"{self.where}: " if self.where else ""
        return f"{self.path}: {where}{self.rule}: {self.what.rstrip('.')}. {self.fix.rstrip('.')}."
