"""The history of a kernel, written to disk by those kernels only that have something to write."""

from __future__ import annotations

import datetime
import sqlite3
import threading
from typing import Any

from IPython.core.history import HistoryManager
from traitlets import default


class PatientHistory(HistoryManager):
    """IPython's history, whose session is entered into the database when its number is first asked for.

    Entering it and ending it are waits for the disk. The thread that saves the first cell is the first to ask,
    and a kernel in which nothing was run never does.
    """

    _opened = False
    _number: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._entering = threading.Lock()
        super().__init__(*args, **kwargs)

    def new_session(self, conn: sqlite3.Connection | None = None) -> None:
        """Begin another session; the first one begins by itself."""
        if self._opened:
            super().new_session(conn)
        else:
            self._opened = True
            self._since = datetime.datetime.now()

    @default("session_number")
    def _enter_session(self) -> int:
        # Whoever runs cells and whoever saves them may ask at the same time.
        with self._entering:
            if self._number is None:
                self._number = self._insert_session() if self.enabled else 0
            return self._number

    def _insert_session(self) -> int:
        since = (self._since.isoformat(" "),)
        try:
            with self.db:
                cursor = self.db.execute(
                    "INSERT INTO sessions VALUES (NULL, ?, NULL, NULL, '')", since
                )
        except sqlite3.OperationalError as error:
            self.log.error("History will not be saved in %s: %s", self.hist_file, error)
            return self._keep_in_memory()
        return int(cursor.lastrowid or 0)

    def _keep_in_memory(self) -> int:
        self.hist_file = ":memory:"
        self.init_db()
        return self._insert_session()

    @property
    def has_session(self) -> bool:
        """Whether the session is in the database."""
        return "session_number" in self._trait_values

    def writeout_cache(self, conn: Any = None) -> None:
        """Write what is not written yet, after the session that it belongs to."""
        if self.db_input_cache or self.db_output_cache:
            _ = self.session_number
        # The thread that saves has a connection of its own, which is of no use after that.
        super().writeout_cache(None if self.hist_file == ":memory:" else conn)

    def end_session(self) -> None:
        """Note the end of the session, if it ever began."""
        if self.has_session or self.db_input_cache or self.db_output_cache:
            super().end_session()
