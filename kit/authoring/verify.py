"""Hold lessons and assignments against every rule, and report every violation at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kit.authoring.finding import Finding
from kit.authoring.folder import AssignmentFolder, read_assignment_folder
from kit.authoring.registry import apply_rule, rules_for
from kit.authoring.subject import Lesson, read_lesson
from kit.authoring.targets import Target
from kit.errors import KitError, KitErrors
from kit.grading.course import Course
from kit.grading.masters import read_masters
from kit.i18n import gettext as _
from kit.notebooks import read_notebook

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """What verifying found.

    Parameters
    ----------
    targets
        What was looked at.
    findings
        Every violation, sorted by file and place.
    executed
        Whether the rules that execute were applied too.
    """

    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]
    executed: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-serialisable data."""
        return {
            "ok": self.ok,
            "executed": self.executed,
            "checked": [{"path": str(each.path), "kind": each.kind} for each in self.targets],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def verify(
    targets: Sequence[Target],
    *,
    static: bool = False,
    jobs: int | None = None,
    course: Course | None = None,
    tell: Tell = lambda _name: None,
) -> Report:
    """Apply every rule to every target.

    Parameters
    ----------
    targets
        What `kit.authoring.targets.find_targets` found.
    static
        Leave out the rules that execute.
    jobs
        How many notebooks run at once.
    course
        A course; what was released there is compared with the source, under its own rules.
    tell
        Called with a name whenever something has been executed.
    """
    findings: list[Finding] = []
    lessons: list[Lesson] = []
    folders: list[AssignmentFolder] = []
    for target in targets:
        try:
            if target.kind == "lesson":
                lessons.append(read_lesson(target.path))
            else:
                folders.append(_with_released(read_assignment_folder(target.path), course))
        except KitError as error:
            findings += _unreadable(target, error)
    if not static:
        from kit.authoring.trials import try_assignments, try_lessons

        lesson_trials = try_lessons(lessons, jobs=jobs, tell=tell)
        folder_trials = try_assignments(folders, jobs=jobs, tell=tell)
        lessons = [replace(a, trial=b) for a, b in zip(lessons, lesson_trials, strict=True)]
        folders = [replace(a, trials=b) for a, b in zip(folders, folder_trials, strict=True)]
    for lesson in lessons:
        for each in rules_for("lesson", executes=False if static else None):
            findings += apply_rule(each, lesson)
    for folder in folders:
        for each in rules_for("assignment", executes=False if static else None):
            findings += apply_rule(each, folder)
    findings.sort(key=lambda finding: finding.order)
    return Report(tuple(targets), tuple(findings), not static)


def _unreadable(target: Target, error: KitError) -> list[Finding]:
    every = error.errors if isinstance(error, KitErrors) else [error]
    fix = _("Make it readable first; nothing else was checked")
    return [
        Finding(each.where or str(target.path), "readable", each.what, each.fix or fix)
        for each in every
    ]


def _with_released(folder: AssignmentFolder, course: Course | None) -> AssignmentFolder:
    """Note which version released before is not what the source gives today."""
    if course is None or folder.release is None:
        return folder
    path = course.folder("release", folder.slug) / f"{folder.slug}.ipynb"
    if not path.exists():
        return folder
    [master] = read_masters(course, {folder.path.name: folder.path})
    return folder if read_notebook(path) == master.release else replace(folder, stale=(path,))
