"""Time on task: minutes on each question, kept in the learner's own folder, and shared by nobody else.

JupyterLab saves a notebook every two minutes, and whenever it is asked to. The time between two saves goes to
the questions that changed meanwhile: their text was edited, or a cell of theirs was run. It counts only what
is saved, so it is an estimate, and it never disturbs a save.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.own_work import TIME_FILE, find_learner_folder
from kit.i18n import gettext as _
from kit.notebooks import grade_id, parse_notebook
from kit.notebooks.files import write_atomically

#: Somebody who changes nothing for longer than this was away.
PAUSE_MINUTES = 10.0
#: What counts after a pause: JupyterLab saves so long after the first change.
AFTER_PAUSE = 2.0
NOTES = ".kit/time.json"
# A notebook that is larger than this has pictures in it that take longer to read than a save may.
_LARGEST_BYTES = 5_000_000


@dataclass(frozen=True)
class Notes:
    """What is known of one notebook.

    Parameters
    ----------
    at
        When a question last changed.
    seen
        Question → a hash of what it looked like then.
    minutes
        Question → minutes.
    """

    at: datetime
    seen: dict[str, str]
    minutes: dict[str, float] = field(default_factory=dict)


def note_save(before: Notes | None, notebook: NotebookNode, now: datetime) -> Notes:
    """Return the notes after a save; the first save of a notebook is where counting begins.

    Parameters
    ----------
    before
        The notes so far.
    now
        The time of the save, with a time zone.
    """
    seen = look_at_questions(notebook)
    if before is None:
        return Notes(now, seen)
    changed = [key for key, look in seen.items() if before.seen.get(key) != look]
    if not changed:
        # Whoever thinks before writing is at work: the time goes to what is written next.
        return before
    gone = (now - before.at).total_seconds() / 60
    counted = max(0.0, gone if gone <= PAUSE_MINUTES else AFTER_PAUSE)
    minutes = dict(before.minutes)
    for key in changed:
        minutes[key] = round(minutes.get(key, 0.0) + counted / len(changed), 2)
    return Notes(now, seen, minutes)


def look_at_questions(notebook: NotebookNode) -> dict[str, str]:
    """Return question → a hash of its cells and of how often they were run.

    A question is called after its answer. It has the cells from there to the next answer, so also those that
    the learner added; what stands before the first answer belongs to nobody.
    """
    question, parts = "", {}
    for cell in notebook.cells:
        if cell_kind(cell) in ("answer", "written"):
            question = str(grade_id(cell))
            parts[question] = hashlib.sha256()
        if question:
            look = f"{cell.cell_type}\0{cell.source}\0{cell.get('execution_count')}\0"
            parts[question].update(look.encode("utf-8", "surrogatepass"))
    return {key: part.hexdigest()[:16] for key, part in parts.items()}


def keep_time(path: Path, now: datetime | None = None) -> None:
    """Note that a notebook was saved, where it is an assignment in a learner's folder.

    Whatever goes wrong costs the note and nothing else.
    """
    try:
        root = find_learner_folder(path.parent)
        if root is None or path.suffix != ".ipynb" or path.stat().st_size > _LARGEST_BYTES:
            return
        text = path.read_text(encoding="utf-8")
        if '"nbgrader"' not in text:
            return
        everything = _read(root)
        name = path.resolve().relative_to(root).as_posix()
        before = _notes(everything.get(name))
        notes = note_save(before, parse_notebook(text), now or datetime.now(UTC))
        if notes != before:
            everything[name] = asdict(notes) | {"at": notes.at.isoformat()}
            write_atomically(json.dumps(everything, indent=1) + "\n", root / NOTES)
    except (OSError, ValueError, KitError):
        return


def share_time(notebooks: Sequence[Path], folder: Path) -> Path:
    """Write the minutes of some notebooks into a file that can be handed in with them, and return it.

    Raises
    ------
    KitError
        If nothing is known of these notebooks.
    """
    minutes: dict[str, float] = {}
    for path in notebooks:
        root = find_learner_folder(path.parent)
        if root is not None:
            notes = _notes(_read(root).get(path.resolve().relative_to(root).as_posix()))
            minutes |= notes.minutes if notes else {}
    if not minutes:
        raise KitError(
            _("no time on task is known of this assignment"),
            where=folder,
            fix=_("Hand in without --share-time. Time is kept only in JupyterLab, by 'kit lab'"),
        )
    target = folder / TIME_FILE
    write_atomically(json.dumps({"minutes": minutes}, indent=1) + "\n", target)
    return target


def _read(root: Path) -> dict[str, Any]:
    try:
        data = json.loads((root / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _notes(data: Any) -> Notes | None:
    """Return notes from a file that a learner may have edited; None for what can not be notes."""
    try:
        minutes = {str(key): float(value) for key, value in data["minutes"].items()}
        return Notes(datetime.fromisoformat(data["at"]), dict(data["seen"]), minutes)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


# --- The hook by which JupyterLab calls this ----------------------------------------------------------------


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kit.workspace.timekeeping"}]


def _load_jupyter_server_extension(app: Any) -> None:
    def after_save(*, os_path: str, model: Any, **_more: Any) -> None:
        if isinstance(model, dict) and model.get("type") == "notebook":
            keep_time(Path(os_path))

    app.contents_manager.register_post_save_hook(after_save)
