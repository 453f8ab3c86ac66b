"""When something was handed in, as nbgrader writes it into ``timestamp.txt``."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

TIMESTAMP = "timestamp.txt"


def read_timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, from its ``timestamp.txt``; None when that says nothing."""
    path = folder / TIMESTAMP
    try:
        # Opening a pipe would wait for somebody to write into it.
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > 1000:
            return None
        return parse_timestamp(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def parse_timestamp(text: str) -> datetime | None:
    """Return a time as nbgrader writes it: date, time, and a zone by name or offset; UTC without one.

    Examples
    --------
    >>> parse_timestamp("2027-03-01 23:59:00.25 America/Santiago").isoformat()
    '2027-03-01T23:59:00.250000-03:00'
    >>> parse_timestamp("2027-03-01 23:59:00 UTC").isoformat()
    '2027-03-01T23:59:00+00:00'
    >>> parse_timestamp("soon") is None
    True
    """
    text = text.strip()
    parts = text.split(" ")
    try:
        if len(parts) != 3:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = datetime.fromisoformat(" ".join(parts[:2]))
        offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", parts[2])
        if offset:
            delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return moment.replace(tzinfo=timezone(-delta if offset[1] == "-" else delta))
        return moment.replace(tzinfo=ZoneInfo(parts[2]))
    except (ValueError, KeyError, OSError):
        return None
