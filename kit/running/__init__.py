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

__all__ = [
    "Agreement",
    "CellRecord",
    "Ledger",
    "NotebookRun",
    "NotebookTask",
    "Progress",
    "default_jobs",
    "run_notebook",
    "run_notebooks",
]
