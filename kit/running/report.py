"""The report of a run: the ledgers of several notebooks as one JSON document with a schema."""

from __future__ import annotations

import functools
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kit import __version__
from kit.errors import KitError
from kit.i18n import gettext as _
from kit.running.ledger import Agreement, NotebookRun

FORMAT = "bitacora-run"
VERSION = 1
SCHEMA = Path(__file__).parent / "report.schema.json"


def make_report(runs: Sequence[NotebookRun], *, strict: bool = True) -> dict[str, Any]:
    """Return the report of some runs, as plain values that JSON can hold.

    Parameters
    ----------
    runs
        The runs, in the order in which they are reported.
    strict
        How they were run.
    """
    agreement = add_agreements(run.ledger.agreement for run in runs)
    return {
        "format": FORMAT,
        "version": VERSION,
        "kit": __version__,
        "platform": platform.platform(),
        "started": min((run.ledger.started for run in runs), default=None),
        "ok": all(run.ledger.ok for run in runs),
        "strict": strict,
        "agreement": None if agreement is None else asdict(agreement),
        "notebooks": [_notebook_entry(run) for run in runs],
    }


def _notebook_entry(run: NotebookRun) -> dict[str, Any]:
    entry = {"name": run.name, "ok": run.ledger.ok, **asdict(run.ledger)}
    # Through JSON and back: tuples become lists, and a parameter that JSON does not know (a date, NaN)
    # becomes its text.
    plain: dict[str, Any] = json.loads(json.dumps(entry, default=str), parse_constant=str)
    return plain


def add_agreements(parts: Iterable[Agreement | None]) -> Agreement | None:
    """Return the sum of agreements; None when there is none.

    Examples
    --------
    >>> add_agreements([Agreement(2, 1), None, Agreement(3, 0)])
    Agreement(checked=5, not_checked=1)
    """
    found = [part for part in parts if part is not None]
    if not found:
        return None
    return Agreement(sum(part.checked for part in found), sum(part.not_checked for part in found))


@functools.cache
def report_schema() -> dict[str, Any]:
    """Return the JSON schema of a report."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def read_report(path: str | Path) -> dict[str, Any]:
    """Read a report from a file.

    Raises
    ------
    KitError
        If there is no such file, or it is not a report of this version.
    """
    import jsonschema

    fix = _("Make it with: kit run PATH --report FILE")
    try:
        report = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KitError(
            _("this report can not be read: {why}").format(why=error), where=path, fix=fix
        ) from None
    try:
        jsonschema.validate(report, report_schema())
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "the top"
        raise KitError(
            _("this is not a report of a run: at {where}: {why}").format(
                where=where, why=error.message
            ),
            where=path,
            fix=fix,
        ) from None
    result: dict[str, Any] = report
    return result
