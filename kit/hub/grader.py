"""The grader: takes what waits in the queue, grades it, writes feedback, and only then lets go of it.

A job stays in the queue until its feedback page lies on the disk. So whatever is killed in between, the job
is done again, and grading knows by itself what is done already.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import traceback
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.hub.accounts import become_account
from kit.hub.inbox import Job, list_attempts, put_in_queue, read_queue
from kit.hub.place import Place
from kit.hub.services import FOLDER_VARIABLE
from kit.hub.settings import HubSettings, read_settings

if TYPE_CHECKING:
    from kit.grading.course import Course
    from kit.grading.results import Result

PAUSE_SECONDS = 0.1
RETRY_SECONDS = 3.0
# So many of one assignment at once: the first of forty does not wait for the last.
MOST_AT_ONCE = 6
# How often a gradebook on a server is asked for what mentors have marked.
SERVER_SECONDS = 3.0
# Whose last attempt took so long waits behind the others for the next one, but not for ever.
SLOW_SECONDS = 10.0
PATIENCE_SECONDS = 120.0


def choose_batch(jobs: Sequence[Job], slow: Collection[Job]) -> list[Job]:
    """Return what is graded next, of one assignment: the oldest, and what is as quick as it.

    The pages of a batch come when the last of it is done. So whoever hands in a loop without end, again and
    again, keeps nobody waiting but others like them.

    Examples
    --------
    >>> loop, honest = Job("ai", "tides", "s-1"), Job("ai", "tides", "s-2")
    >>> choose_batch([loop, honest], {loop})
    [Job(course='ai', assignment='tides', student='s-2')]
    """
    ordered = sorted(jobs, key=lambda job: job in slow)
    first = ordered[0]
    kind = (first.course, first.assignment, first in slow)
    return [job for job in ordered if (job.course, job.assignment, job in slow) == kind][
        :MOST_AT_ONCE
    ]


class Grader:
    """Grades what people hand in, as it arrives.

    Parameters
    ----------
    place, settings
        The hub.
    """

    def __init__(self, place: Place, settings: HubSettings) -> None:
        self.place = place
        self.settings = settings
        self._again_at: dict[Job, float] = {}
        self._looked: dict[str, float] = {}
        self._marked: dict[tuple[str, str], dict[str, Any]] = {}
        self._slow: set[Job] = set()
        self._complaint = ""

    def catch_up(self) -> None:
        """Put into the queue what was handed in and is not graded, however that came about."""
        from kit.grading.course import load_course
        from kit.grading.results import read_result

        for course in self.settings.courses:
            opened = load_course(self.place.course(course.name), new=True)
            for folder in (self.place.inbox / course.name).glob("*/*"):
                assignment, student = folder.parent.name, folder.name
                if student.startswith(".") or assignment.startswith("."):
                    continue
                attempts = list_attempts(self.place, course.name, assignment, student)
                if not attempts:
                    continue
                with contextlib.suppress(KitError):
                    result = read_result(opened.results_folder(assignment) / f"{student}.json")
                    if result.submitted_at == attempts[-1].submitted_at.isoformat():
                        continue
                put_in_queue(self.place, Job(course.name, assignment, student))

    def work_once(self) -> int:
        """Grade some of what waits; return how many jobs were done."""
        now = time.monotonic()
        jobs = [job for job in read_queue(self.place) if self._again_at.get(job, 0) <= now]
        if not jobs:
            return 0
        same = choose_batch(jobs, {job for job in self._slow if not self._waits_long(job)})
        kind = (same[0].course, same[0].assignment)
        try:
            self._grade(*kind, [job.student for job in same])
        except Exception as error:
            # One broken assignment must not keep the others from being graded.
            print(f"{'/'.join(kind)}: {error}", file=sys.stderr, flush=True)
            if not isinstance(error, KitError):
                traceback.print_exc()
            self._again_at |= dict.fromkeys(same, time.monotonic() + RETRY_SECONDS)
            return 0
        return len(same)

    def _waits_long(self, job: Job) -> bool:
        try:
            age = time.time() - (self.place.queue / job.name).stat().st_mtime
        except FileNotFoundError:
            return False
        return age > PATIENCE_SECONDS

    def _note(self, course: str, result: Result) -> None:
        """Remember whose work took long."""
        executed = result.evidence.get("executed", {}).values()
        job = Job(course, result.assignment, result.student)
        if sum(run.get("seconds") or 0.0 for run in executed) > SLOW_SECONDS:
            self._slow.add(job)
        else:
            self._slow.discard(job)

    def _grade(self, course: str, assignment: str, students: Sequence[str]) -> None:
        from kit.grading.batch import plan_batch, run_batch
        from kit.grading.collection import collect
        from kit.grading.course import load_course
        from kit.grading.feedback_pages import write_feedback
        from kit.sandbox import choose_tier

        folder = self.place.course(course)
        # Taken before: what arrives while we work is a new job, not a part of this one.
        taken = {
            student: (self.place.queue / Job(course, assignment, student).name).stat().st_mtime_ns
            for student in students
        }
        source = self.place.inbox / course
        for one in collect(
            assignment, course=folder, source=source, accept=students, students=students
        ):
            if one.outcome == "refused":
                print(f"{course}/{assignment}/{one.student}: {one.detail}", flush=True)
        opened = load_course(folder)
        present = opened.submissions(assignment)
        wanted = [student for student in students if student in present]
        if wanted:
            name = self.settings.walls
            walls = None if name == "none" else choose_tier(None if name == "auto" else name)
            plan = plan_batch(opened, assignment, students=wanted, walls=walls)
            run_batch(plan, jobs=self.settings.jobs, on_result=partial(self._note, course))
            for _page in write_feedback(opened, assignment, students=wanted):
                pass
        for student in students:
            path = self.place.queue / Job(course, assignment, student).name
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime_ns == taken[student]:
                    path.unlink()

    def follow_mentors(self) -> None:
        """Write somebody's feedback again where a mentor has marked something of theirs since."""
        from kit.grading.course import load_course

        for course in self.settings.courses:
            opened = load_course(self.place.course(course.name), new=True)
            if not self._may_have_changed(course.name, opened):
                continue
            try:
                for assignment in opened.assignments():
                    self._follow(course.name, opened, assignment)
            except KitError as error:
                self._complain(f"{course.name}: {error}")

    def _may_have_changed(self, name: str, opened: Course) -> bool:
        from kit.grading.gradebook import gradebook_file

        file, seen = gradebook_file(opened), self._looked.get(name)
        if file is None:
            # A server does not say when it was written to, and is asked less often.
            now = time.monotonic()
            if seen is not None and now - seen < SERVER_SECONDS:
                return False
        else:
            now = file.stat().st_mtime if file.exists() else 0.0
            if now == seen:
                return False
        self._looked[name] = now
        return True

    def _follow(self, name: str, opened: Course, assignment: str) -> None:
        from kit.grading.feedback_pages import write_feedback
        from kit.grading.mentor_marks import read_mentor_marks

        marks = read_mentor_marks(opened, assignment)
        known = self._marked.get((name, assignment), {})
        changed = {who for who in {*marks, *known} if marks.get(who) != known.get(who)}
        results = opened.results_folder(assignment)
        wanted = sorted(who for who in changed if (results / f"{who}.json").is_file())
        if wanted:
            for _page in write_feedback(opened, assignment, students=wanted):
                pass
        self._marked[name, assignment] = marks

    def _complain(self, what: str) -> None:
        """Print what is wrong, and not again until something else is."""
        if what != self._complaint:
            print(what, file=sys.stderr, flush=True)
        self._complaint = what

    def run(self) -> None:
        """Work until the end of the process."""
        self.catch_up()
        looked = 0.0
        while True:
            if self.work_once():
                continue
            if time.monotonic() - looked > 1:
                self.follow_mentors()
                looked = time.monotonic()
            time.sleep(PAUSE_SECONDS)


def prepare() -> Any:
    """Import what the first submission would otherwise wait for."""
    import nbgrader.api

    import kit.grading.batch
    import kit.grading.feedback_pages
    import kit.grading.marking

    return nbgrader.api, kit.grading.batch, kit.grading.feedback_pages, kit.grading.marking


def main() -> None:
    """Run the grader as the hub's own account."""
    place = Place(Path(os.environ[FOLDER_VARIABLE]))
    settings = read_settings(place.settings)
    become_account(settings.account)
    prepare()
    Grader(place, settings).run()


if __name__ == "__main__":
    main()
