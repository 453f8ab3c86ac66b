"""nbgrader's tables, column by column, so that a gradebook is written without importing nbgrader.

Importing nbgrader takes longer than grading a small class. A test compares these tables with nbgrader's own,
for SQLite and for PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Interval,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: The version of nbgrader's schema that these tables have, as alembic names it.
REVISION = "e43177bfe90b"

METADATA = MetaData()


def _identity(*above: ForeignKey) -> Column[str]:
    return Column("id", String(32), *above, primary_key=True)


def _belongs(name: str, above: str, **options: Any) -> Column[str]:
    return Column(name, String(32), ForeignKey(f"{above}.id"), **options)


def _cell_type(name: str) -> Column[str]:
    return Column("cell_type", Enum("code", "markdown", name=name), nullable=False)


COURSE = Table(
    "course", METADATA, Column("id", String(128), unique=True, primary_key=True, nullable=False)
)
STUDENT = Table(
    "student",
    METADATA,
    Column("id", String(128), primary_key=True, nullable=False),
    Column("first_name", String(128)),
    Column("last_name", String(128)),
    Column("email", String(128)),
    Column("lms_user_id", String(128)),
)
ASSIGNMENT = Table(
    "assignment",
    METADATA,
    _identity(),
    Column("name", String(128), unique=True, nullable=False),
    Column("duedate", DateTime()),
    Column("course_id", String(128), ForeignKey("course.id"), nullable=False),
)
NOTEBOOK = Table(
    "notebook",
    METADATA,
    _identity(),
    Column("name", String(128), nullable=False),
    _belongs("assignment_id", "assignment"),
    Column("kernelspec", String(1024)),
    UniqueConstraint("name", "assignment_id"),
)
SUBMITTED_ASSIGNMENT = Table(
    "submitted_assignment",
    METADATA,
    _identity(),
    _belongs("assignment_id", "assignment"),
    Column("student_id", String(128), ForeignKey("student.id")),
    Column("timestamp", DateTime()),
    Column("extension", Interval()),
    UniqueConstraint("assignment_id", "student_id"),
)
SUBMITTED_NOTEBOOK = Table(
    "submitted_notebook",
    METADATA,
    _identity(),
    _belongs("assignment_id", "submitted_assignment"),
    _belongs("notebook_id", "notebook"),
    Column("flagged", Boolean),
    Column("late_submission_penalty", Float(0)),
    UniqueConstraint("notebook_id", "assignment_id"),
)
#: What a test, an answer or a task has in common; ``type`` says in which of the next three tables the rest is.
BASE_CELL = Table(
    "base_cell",
    METADATA,
    _identity(),
    Column("name", String(128), nullable=False),
    _belongs("notebook_id", "notebook", nullable=False),
    Column("type", String(50)),
    UniqueConstraint("name", "notebook_id", "type"),
)
GRADE_CELL = Table(
    "grade_cells",
    METADATA,
    _identity(ForeignKey("base_cell.id")),
    Column("max_score", Float(), nullable=False),
    _cell_type("grade_cell_type"),
)
SOLUTION_CELL = Table("solution_cells", METADATA, _identity(ForeignKey("base_cell.id")))
TASK_CELL = Table(
    "task_cells",
    METADATA,
    _identity(ForeignKey("base_cell.id")),
    Column("max_score", Float(), nullable=False),
    _cell_type("grade_cell_type"),
)
#: The text from which nbgrader restores a locked cell.
SOURCE_CELL = Table(
    "source_cell",
    METADATA,
    _identity(),
    Column("name", String(128), nullable=False),
    _cell_type("source_cell_type"),
    Column("locked", Boolean, nullable=False),
    Column("source", Text()),
    Column("checksum", String(128)),
    _belongs("notebook_id", "notebook"),
    UniqueConstraint("name", "notebook_id"),
)
GRADE = Table(
    "grade",
    METADATA,
    _identity(),
    _belongs("notebook_id", "submitted_notebook"),
    _belongs("cell_id", "base_cell"),
    Column("auto_score", Float()),
    Column("manual_score", Float()),
    Column("extra_credit", Float()),
    Column("needs_manual_grade", Boolean, nullable=False),
    UniqueConstraint("cell_id", "notebook_id"),
)
COMMENT = Table(
    "comment",
    METADATA,
    _identity(),
    _belongs("notebook_id", "submitted_notebook"),
    _belongs("cell_id", "base_cell"),
    Column("auto_comment", Text()),
    Column("manual_comment", Text()),
    UniqueConstraint("cell_id", "notebook_id"),
)
