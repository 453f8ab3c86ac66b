"""nbclient for a notebook whose author is not trusted: output has a limit, and every error is written down."""

from __future__ import annotations

import logging
import time
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from kit.grading.execution import make_error
from kit.i18n import gettext as _

MAX_CELL_OUTPUT = 1_000_000
MAX_OUTPUT = 20_000_000

quiet = logging.getLogger("kit.grading.quiet")
quiet.addHandler(logging.NullHandler())
quiet.propagate = False


class Client(NotebookClient):
    """nbclient, with a limit on output, and errors written down even where nothing was shown."""

    def __init__(self, notebook: NotebookNode, **options: Any) -> None:
        self.deadline = 0.0
        self.cut: set[int] = set()
        self._size = 0
        self._cell_size = 0
        super().__init__(
            notebook,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            skip_cells_with_tag="",
            startup_timeout=120,
            iopub_timeout=10,
            shutdown_kernel="immediate",
            timeout_func=lambda _cell: max(0.001, self.deadline - time.monotonic()),
            on_cell_start=self._count_anew,
            on_cell_executed=self._write_error_down,
            log=quiet,
            **options,
        )

    def _count_anew(self, **_cell: Any) -> None:
        self._cell_size = 0

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take in one message, unless the notebook has already shown more than anyone can read."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data"):
            size = len(str(msg["content"]))
            self._cell_size += size
            self._size += size
            if self._cell_size > MAX_CELL_OUTPUT or self._size > MAX_OUTPUT:
                if cell_index not in self.cut:
                    self.cut.add(cell_index)
                    note = _("… the rest of the output was left out …")
                    cell.outputs.append(new_output("stream", name="stdout", text=f"\n{note}\n"))
                return None
        return super().process_message(msg, cell, cell_index)

    def _write_error_down(
        self, *, cell: NotebookNode, execute_reply: dict[str, Any], **_: Any
    ) -> None:
        # A learner's code can switch the display of tracebacks off; the reply still says 'error'.
        content = execute_reply["content"]
        if content["status"] != "ok":
            name = str(content.get("ename", content["status"]))
            shown = [output.ename for output in cell.outputs if output.output_type == "error"]
            if name not in shown:
                cell.outputs.append(make_error(name, str(content.get("evalue", ""))))
