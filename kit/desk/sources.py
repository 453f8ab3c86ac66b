"""The source that submissions were graded with: a version that was kept, or the one of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from kit.grading.course import Course
from kit.grading.results import Result
from kit.grading.versions import course_of, find_version


def source_of(course: Course, result: Result) -> Path:
    """Return the folder of the source that a submission was graded with."""
    return _folder(
        course, result.assignment, str(result.evidence.get("hashes", {}).get("source", ""))
    )


def usual_source(course: Course, assignment: str, results: Iterable[Result]) -> Path:
    """Return the folder of the source that most submissions were graded with, private tests included."""
    digests = Counter(
        str(result.evidence.get("hashes", {}).get("source", "")) for result in results
    )
    return _folder(course, assignment, digests.most_common(1)[0][0] if digests else "")


def _folder(course: Course, assignment: str, digest: str) -> Path:
    version = find_version(course, assignment, digest) if digest else None
    return (course_of(course, version) if version else course).folder("source", assignment)
