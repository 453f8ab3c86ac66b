"""An assignment in the gradebook: its notebooks and their cells, as nbgrader registers them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.grading.course import Course, to_utc
from kit.grading.gradebook import open_gradebook
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.masters import Master


def register_assignment(
    course: Course, assignment: str, masters: Sequence[Master], *, due: datetime | None = None
) -> None:
    """Write an assignment, its notebooks and their cells into the gradebook, as nbgrader does.

    Parameters
    ----------
    course, assignment
        Where, and its name.
    masters
        Its notebooks.
    due
        When it is due; None leaves what the gradebook says.

    Raises
    ------
    KitError
        If submissions were graded against other cells than these. Nothing is written then.
    """
    with open_gradebook(course) as gradebook:
        from nbgrader import api

        db = gradebook.db
        row = db.query(api.Assignment).filter_by(name=assignment).one_or_none()
        if row is None:
            row = api.Assignment(name=assignment, course_id=course.course_id)
            db.add(row)
        if due is not None:
            row.duedate = to_utc(due)
        present = {notebook.name: notebook for notebook in row.notebooks}
        changes = [
            change
            for master in masters
            for change in _differences(present.get(master.name), master)
        ]
        gone = sorted(present.keys() - {master.name for master in masters})
        changes += [_("{name}.ipynb is gone").format(name=name) for name in gone]
        if changes and row.submissions:
            raise KitError(
                _("this assignment was graded with other cells: {changes}").format(
                    changes="; ".join(changes)
                ),
                where=course.folder("source", assignment),
                fix=_("Put those cells back, or release the assignment under another name"),
            )
        for name in gone:
            _delete_notebook(db, present[name])
        for master in masters:
            _write_notebook(db, api, row, present.get(master.name), master)
        db.commit()


def _wanted_cells(master: Master) -> dict[tuple[str, str], dict[str, Any]]:
    """Return (name, table) → columns, for every row that nbgrader keeps of a notebook's cells."""
    from kit.grading.cells import cell_kind, is_locked, known_cells, max_points

    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for key, cell in known_cells(master.full).items():
        kind = cell_kind(cell)
        worth = {"max_score": max_points(cell), "cell_type": cell.cell_type}
        if kind in ("test", "written"):
            rows[key, "GradeCell"] = worth
        if cell.metadata.nbgrader.get("solution"):
            rows[key, "SolutionCell"] = {}
        if kind == "task":
            rows[key, "TaskCell"] = worth
        rows[key, "SourceCell"] = {
            "cell_type": cell.cell_type,
            "locked": is_locked(cell),
            "source": cell.source,
            "checksum": cell.metadata.nbgrader.get("checksum"),
        }
    return rows


def _present_cells(notebook: Any) -> dict[tuple[str, str], Any]:
    if notebook is None:
        return {}
    cells = {(cell.name, cell.type): cell for cell in notebook._base_cells}
    return cells | {(cell.name, "SourceCell"): cell for cell in notebook.source_cells}


def _differences(notebook: Any, master: Master) -> list[str]:
    wanted, present = _wanted_cells(master).keys(), _present_cells(notebook).keys()
    place = f"{master.name}.ipynb: "
    said = {place + _("{key!r} is gone").format(key=key) for key, _table in present - wanted}
    said |= {place + _("{key!r} is new").format(key=key) for key, _table in wanted - present}
    return sorted(said)


def _delete_notebook(db: Any, notebook: Any) -> None:
    for cell in _present_cells(notebook).values():
        db.delete(cell)
    db.flush()
    db.delete(notebook)


def _write_notebook(db: Any, api: Any, assignment: Any, notebook: Any, master: Master) -> None:
    if notebook is None:
        notebook = api.Notebook(name=master.name, assignment=assignment)
        db.add(notebook)
    notebook.kernelspec = json.dumps(master.full.metadata.get("kernelspec", {}))
    wanted, present = _wanted_cells(master), _present_cells(notebook)
    for name in present.keys() - wanted.keys():
        db.delete(present[name])
    for (key, table), columns in wanted.items():
        cell = present.get((key, table))
        if cell is None:
            cell = getattr(api, table)(name=key, notebook=notebook)
            db.add(cell)
        for column, value in columns.items():
            setattr(cell, column, value)
