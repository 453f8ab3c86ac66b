"""The notebook as data: read it, write it, and know which cell is which.

Pure functions on nbformat objects; only `read_notebook` and `write_notebook` touch the disk. What a
notebook means (a lesson, an assignment, a submission) is left to the floors above.
"""

from kit.notebooks.cells import (
    cell_key,
    cell_role,
    find_cell,
    grade_id,
    is_graded,
    is_solution,
    kit_metadata,
)
from kit.notebooks.files import MAX_BYTES, parse_notebook, read_notebook, write_notebook

__all__ = [
    "MAX_BYTES",
    "cell_key",
    "cell_role",
    "find_cell",
    "grade_id",
    "is_graded",
    "is_solution",
    "kit_metadata",
    "parse_notebook",
    "read_notebook",
    "write_notebook",
]
