"""The ledger of a run: what happened in every code cell, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from kit.i18n import gettext as _


@dataclass(frozen=True)
class CellRecord:
    """What happened in one code cell.

    Attributes
    ----------
    key
        The cell's permanent key: nbgrader's grade_id, else its id.
    number
        Its place among all cells of the notebook as written, from 1; 0 for the cell that papermill
        injected for parameters.
    executed
        Whether the kernel worked through the cell and answered, with an exception or without.
    seconds
        Time from sending the cell to the answer.
    peak_memory_mb
        The most memory that the kernel and all processes below it held during the cell, in MB; None
        where it was not measured.
    error, error_message
        Class name and text of the exception that the cell ended with.
    expected_error
        Class name of the exception that its metadata declares.
    warnings
        Each warning that was shown, as ``"UserWarning: text"``.
    stderr
        What was written to stderr, warnings left out.
    failed_commands
        Each shell command that did not end with 0, as ``"exit 1: false"``.
    problems
        Why the cell is red; empty when it is green.
    """

    key: str
    number: int
    executed: bool = False
    seconds: float = 0.0
    peak_memory_mb: float | None = None
    error: str | None = None
    error_message: str | None = None
    expected_error: str | None = None
    warnings: tuple[str, ...] = ()
    stderr: str = ""
    failed_commands: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How messages name the cell: its key and its number."""
        return _("{key} (cell {number})").format(key=self.key, number=self.number)


@dataclass(frozen=True)
class Agreement:
    """How many published values a lesson compared itself with, and how many it could not."""

    checked: int
    not_checked: int


@dataclass(frozen=True)
class Ledger:
    """Everything that a run of one notebook recorded.

    Attributes
    ----------
    cells
        One record for each code cell, in order.
    problems
        Everything that makes the run red: one line for each problem, with the cell's key.
    started
        When it began, as ISO 8601 in UTC.
    seconds
        How long it took, the kernel's start and end included.
    peak_memory_mb
        The highest peak of all cells, in MB.
    kernel, warm
        Name of the kernel, and whether it was forked from a warm one.
    python
        Version of the interpreter that ran the cells.
    versions
        Version of each library that the notebook itself imports.
    seeds
        Each seed that the notebook sets, as ``"default_rng(2026)"``.
    parameters
        The parameters that were passed.
    agreement
        The sum of the notebook's agreement tables; None when it has none.
    source_sha256
        Hash of the types and sources of the cells, as they were written.
    """

    cells: tuple[CellRecord, ...]
    problems: tuple[str, ...]
    started: str
    seconds: float
    peak_memory_mb: float | None = None
    kernel: str = "python3"
    warm: bool = False
    python: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    seeds: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    agreement: Agreement | None = None
    source_sha256: str = ""

    @property
    def ok(self) -> bool:
        """Whether the run is green: every code cell ran to completion, and nothing undeclared happened."""
        return not self.problems


@dataclass(frozen=True)
class NotebookRun:
    """A run of one notebook: its name, the executed copy, and the ledger."""

    name: str
    notebook: NotebookNode
    ledger: Ledger
