"""Execute notebooks and keep a record of every code cell.

Notebooks go through papermill, with an engine of our own that observes each cell. A run is green only
if every code cell ran to completion and nothing happened that its metadata does not declare. What a
run means for a lesson or a mark is left to the floors above.
"""

from kit.running.execution import (
    NotebookTask,
    Progress,
    default_jobs,
    run_notebook,
    run_notebooks,
)
from kit.running.ledger import Agreement, CellRecord, Ledger, NotebookRun
from kit.running.page import ledger_page
from kit.running.pointer import point_to_problems
from kit.running.report import add_agreements, make_report, read_report

__all__ = [
    "Agreement",
    "CellRecord",
    "Ledger",
    "NotebookRun",
    "NotebookTask",
    "Progress",
    "add_agreements",
    "default_jobs",
    "ledger_page",
    "make_report",
    "point_to_problems",
    "read_report",
    "run_notebook",
    "run_notebooks",
]
