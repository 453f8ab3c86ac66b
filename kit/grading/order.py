"""An order: how a batch is to be graded, in a form that can be sent to another machine.

Whoever takes it reads the source from the version that was kept, so that every submission of a batch meets the
same tests, whatever is edited meanwhile, and on whichever machine.
"""

from __future__ import annotations

import secrets
import socket
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.fingerprint import environment_digest, hash_parts
from kit.grading.plan import Plan, Task, Verdict, with_policy
from kit.grading.policy import Policy
from kit.grading.results import Result
from kit.grading.seeds import SEED
from kit.grading.timestamps import read_timestamp
from kit.grading.versions import Version, course_of, earlier_releases
from kit.i18n import gettext as _
from kit.sandbox.tiers import Walls

if TYPE_CHECKING:
    from kit.grading.execution import Stop
    from kit.grading.marking import Desk
    from kit.grading.masters import Master


@dataclass(frozen=True)
class Order:
    """How to grade the submissions of a batch; plain data.

    Parameters
    ----------
    version
        The source to grade with.
    autograded
        Where executed notebooks go, for a trial that must not touch the course.
    environment
        The hash of the environment that results are to come from.
    token
        Names the batch, so that it can be stopped where it runs.
    """

    course: Course
    assignment: str
    policy: Policy
    version: Version
    walls: Walls | None = None
    verdict: Verdict = "outside"
    warm: bool = True
    autograded: Path | None = None
    environment: str = field(default_factory=environment_digest)
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def of(
        cls, plan: Plan, version: Version, *, warm: bool = True, autograded: Path | None = None
    ) -> Order:
        """Return the order for a plan."""
        return cls(
            course=plan.course,
            assignment=plan.assignment,
            policy=plan.policy,
            version=version,
            walls=plan.walls,
            verdict=plan.verdict,
            warm=warm,
            autograded=autograded,
        )

    def masters(self) -> tuple[Master, ...]:
        """Return the notebooks of the assignment in the versions that grading needs.

        Raises
        ------
        KitError
            If the course is not on this machine, or a notebook can not be released.
        """
        from kit.grading.masters import read_masters, source_files

        course = course_of(self.course, self.version)
        folder = course.folder("source", self.assignment)
        if not folder.is_dir():
            raise KitError(
                _("the course is not on this machine ({host})").format(host=socket.gethostname()),
                where=folder,
                fix=_("Put the course on a disk that all machines share, under the same path"),
            )
        return read_masters(course, source_files(folder, ignore=course.ignore))


_desks: OrderedDict[str, Desk] = OrderedDict()
_preparing = threading.Lock()


def prepare_desk(order: Order) -> Desk:
    """Return what is the same for all submissions of an order; it is made once in a process.

    Raises
    ------
    KitError
        If the source can not be graded with here: the folder is not there, a kernel is missing.
    """
    # Not the token: a hub grades one submission after the other, each with an order of its own.
    key = hash_parts(*(getattr(order, one.name) for one in fields(order) if one.name != "token"))
    with _preparing:
        if key not in _desks:
            _desks[key] = _prepare(order)
            while len(_desks) > 4:
                _desks.popitem(last=False)
        return _desks[key]


def _prepare(order: Order) -> Desk:
    from kit.grading.marking import Desk

    earlier = earlier_releases(order.course, order.assignment, order.version)
    masters = tuple(
        replace(master, earlier=earlier.get(master.name, ())) for master in order.masters()
    )
    desk = Desk.prepare(
        course_of(order.course, order.version),
        order.assignment,
        masters,
        order.policy,
        warm=order.warm,
        walls=order.walls,
        verdict=order.verdict,
    )
    # The source is that of the version; what is written goes into the course itself.
    target = order.course
    plans: Path | None = target.state("plans", order.assignment)
    if order.autograded is not None:
        plans = None
        steps = {**target.steps, "autograded": str(order.autograded)}
        target = replace(
            target, structure="{nbgrader_step}/{student_id}/{assignment_id}", steps=steps
        )
    return replace(desk, course=target, plans=plans)


def grade_task(order: Order, task: Task, stop: Stop | None = None) -> Result:
    """Grade one submission and return its result; nothing but ``autograded`` is written.

    Raises
    ------
    KitError
        If this machine can not grade what is ordered.
    StoppedError
        If ``stop`` was asked for.
    """
    from kit.grading.marking import grade_submission

    if environment_digest() != order.environment:
        raise KitError(
            _("{host} has other libraries than the machine that ordered the work").format(
                host=socket.gethostname()
            ),
            fix=_("Install the same versions there: pip install -c constraints.txt"),
        )
    desk = prepare_desk(order)
    result = grade_submission(desk, task.student, task.folder, stop=stop, seed=task.seed)
    hashes = {
        "submission": task.digest,
        "source": order.version.digest,
        "environment": order.environment,
        "execution": task.execution_key if "machine" not in result.evidence else "",
    }
    asked = {"walls": order.walls.tier if order.walls else "none", "verdict": order.verdict}
    evidence = {**result.evidence, "asked": asked, "hashes": hashes, "seeds": {SEED: task.seed}}
    return with_policy(
        replace(result, evidence=evidence), order.policy, read_timestamp(task.folder)
    )
