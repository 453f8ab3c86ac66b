"""The learner's own log: one JSON line for each answer, in their own folder and nowhere else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.learn import sessions


def find_log(start: Path | None = None) -> Path | None:
    """Return the log of the learner's folder around ``start`` (the current folder), or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / ".kit" / "learner.json").is_file():
            return folder / ".kit" / "log.jsonl"
    return None


def record(event: str, key: str, **details: Any) -> None:
    """Add one line to the learner's log; without a learner's folder nothing is written.

    A log that can not be written (a full disk, a read-only folder) never disturbs the lesson.
    """
    path = find_log()
    if path is None:
        return
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lesson": sessions.current_lesson(),
        "event": event,
        "id": key,
        **details,
    }
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError:
        pass


def last_event(event: str, key: str) -> dict[str, Any] | None:
    """Return the newest line about an event of this lesson; damaged lines are passed over."""
    path = find_log()
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue
        wanted = (event, key, sessions.current_lesson())
        if (
            isinstance(found, dict)
            and (found.get("event"), found.get("id"), found.get("lesson")) == wanted
        ):
            return found
    return None
