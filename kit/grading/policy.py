"""What applies to one assignment and one person: limits, due date, and what being late costs.

Where several places say something, the closest to the class wins: ``kit.yaml`` of the course, then the
assignment's own contract, then nbgrader's configuration and gradebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.grading.course import Course
from kit.grading.gradebook import DueDates, read_due_dates
from kit.grading.settings import Deadline
from kit.grading.terms import LatePolicy, Limits, parse_late, parse_limits, read_contract


@dataclass(frozen=True)
class Policy:
    """What applies to an assignment in a course."""

    limits: Limits
    late: LatePolicy
    deadline: Deadline
    dates: DueDates

    def due_for(self, student: str) -> datetime | None:
        """Return when the assignment is due for one person; None when it is never late."""
        if self.deadline.due is not None or student in self.deadline.extensions:
            return self.deadline.due_for(student)
        if self.dates.due is None:
            return None
        return self.dates.due + self.dates.extensions.get(student, timedelta())

    def late_seconds(self, student: str, submitted_at: datetime | None) -> float:
        """Return how late a submission is; 0 in time, within the grace period, or without a time stamp."""
        due = self.due_for(student)
        if due is None or submitted_at is None:
            return 0.0
        seconds = (submitted_at - due).total_seconds()
        return seconds if seconds > self.late.grace_minutes * 60 else 0.0

    def extension(self, student: str) -> timedelta | None:
        """Return how much longer than others a person has, by ``kit.yaml``."""
        due = self.deadline.due or self.dates.due
        own = self.deadline.extensions.get(student)
        return own - due if own is not None and due is not None else None


def load_policy(course: Course, assignment: str) -> Policy:
    """Load what applies to an assignment.

    Raises
    ------
    KitError
        If its contract or the gradebook can not be read.
    """
    deadline = course.settings.deadline(assignment)
    contract = course.contract_path(assignment)
    data = read_contract(contract) if contract.is_file() else {}
    limits = deadline.limits
    if limits is None and "limits" in data:
        limits = parse_limits(data["limits"], where=str(contract))
    if limits is None:
        limits = Limits()
        if course.timeout and course.timeout > limits.wall_seconds:
            seconds = float(course.timeout)
            limits = Limits(wall_seconds=seconds, cpu_seconds=2 * seconds)
    late = deadline.late
    if late is None and "late" in data:
        late = parse_late(data["late"], where=str(contract))
    return Policy(
        limits=limits,
        late=late or course.late or LatePolicy(),
        deadline=deadline,
        dates=read_due_dates(course, assignment),
    )
