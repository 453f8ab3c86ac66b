"""What `kit run` shows while notebooks run."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import click

from kit.i18n import gettext as _

if TYPE_CHECKING:
    from rich.table import Table

    from kit.running import NotebookRun, Progress


class Display:
    """What is seen while notebooks run: a live table in a terminal, otherwise a line as each finishes."""

    def __init__(self, names: list[str]) -> None:
        from rich.console import Console

        self.console = Console()
        self.names = names
        self.states: list[Progress | None] = [None] * len(names)
        self.began = [0.0] * len(names)
        self.lock = threading.Lock()
        self.live: Any = None

    def __enter__(self) -> Display:
        """Begin to show."""
        if self.console.is_terminal:
            from rich.live import Live

            self.live = Live(
                get_renderable=self._table,
                console=self.console,
                refresh_per_second=5,
                vertical_overflow="visible",
            )
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        if self.live is not None:
            self.live.stop()

    def update(self, progress: Progress) -> None:
        """Show what `run_notebooks` tells, from any of its threads."""
        with self.lock:
            self.states[progress.index] = progress
            if progress.state == "started":
                self.began[progress.index] = time.monotonic()
            if self.live is None and progress.run is not None:
                click.echo(_plain_line(progress.run))

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("")
        table.add_column(_("notebook"), overflow="fold")
        for title in (_("cells"), _("seconds"), _("peak MB")):
            table.add_column(title, justify="right")
        with self.lock:
            for name, state, began in zip(self.names, self.states, self.began, strict=True):
                if state is None:
                    table.add_row(Text("·", "dim"), Text(name, "dim"), "", "", "")
                elif state.run is None:
                    seconds = f"{time.monotonic() - began:.1f}"
                    table.add_row(
                        Text("…", "cyan"), name, f"{state.cell}/{state.cells}", seconds, ""
                    )
                else:
                    ledger = state.run.ledger
                    mark = Text("✓", "green") if ledger.ok else Text("✗", "bold red")
                    table.add_row(
                        mark, name, _cells(state.run), f"{ledger.seconds:.1f}", _memory(state.run)
                    )
        return table


def _plain_line(result: NotebookRun) -> str:
    word = _("green") if result.ledger.ok else _("red")
    return f"{word:<6} {result.name}  {_cells(result)}  {result.ledger.seconds:.1f} s  {_memory(result)} MB"


def _cells(result: NotebookRun) -> str:
    cells = result.ledger.cells
    return f"{sum(cell.executed for cell in cells)}/{len(cells)}"


def _memory(result: NotebookRun) -> str:
    peak = result.ledger.peak_memory_mb
    return "-" if peak is None else f"{peak:.0f}"
