"""What the desk keeps on record, as values: marks with their reasons, notes, comments, appeals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: (notebook, key of the cell, student)
Place = tuple[str, str, str]


@dataclass(frozen=True)
class LogEntry:
    """One mark that a mentor gave, changed or took back: what stood there, and what stands there now."""

    notebook: str
    key: str
    student: str
    at: str
    mentor: str
    kind: Literal["mark", "correction", "withdrawal", "outside"]
    automatic: float | None
    before: float | None
    after: float | None
    reason: str


@dataclass(frozen=True)
class Note:
    """What a mentor wrote on one answer: in own words, from the library, and both as the student reads it."""

    own: str = ""
    phrases: tuple[int, ...] = ()
    composed: str = ""
    version: int = 0
    flagged: bool = False


@dataclass(frozen=True)
class Phrase:
    """One reusable comment on a question, and how many answers carry it."""

    id: int
    notebook: str
    key: str
    text: str
    version: int
    mentor: str
    uses: int = 0


@dataclass(frozen=True)
class SecondMark:
    """An answer in the sample of a second mentor, who does not see what the first gave.

    ``first`` is the mark that stood there when the sample was drawn; ``points`` is None until the second
    mentor has marked.
    """

    notebook: str
    key: str
    student: str
    mentor: str
    at: str
    points: float | None
    first: float
    first_mentor: str


@dataclass(frozen=True)
class Appeal:
    """What a student says against a mark, and what a mentor answered."""

    id: int
    notebook: str
    key: str
    student: str
    at: str
    text: str
    filed_by: str
    answer: str
    answered_by: str
    answered_at: str

    @property
    def is_open(self) -> bool:
        """Say whether nobody has answered yet."""
        return not self.answered_at


@dataclass(frozen=True)
class Snapshot:
    """Everything on record for one assignment."""

    log: dict[str, tuple[LogEntry, ...]]
    notes: dict[Place, Note]
    phrases: dict[int, Phrase]
    seconds: tuple[SecondMark, ...]
    appeals: tuple[Appeal, ...]
    seen: dict[str, tuple[str, str]]
    feedback: dict[str, str]
