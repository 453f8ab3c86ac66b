"""Looks at a running hub as a student and as a mentor would, and says what is wrong.

It comes with a token of its own, which only root can read, and asks for short-lived tokens of the two people.
A server that it had to start is stopped again.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError
from kit.hub.inbox import read_queue
from kit.hub.people import Person, read_people
from kit.hub.place import Place
from kit.hub.settings import CourseSettings, HubSettings, read_settings
from kit.hub.visitor import Visitor
from kit.i18n import gettext as _

TOKEN_SECONDS = 300
# The oldest submission may wait so long before something is wrong with the grader.
LONGEST_WAIT = 300.0
LEAST_DISK = 2 * 2**30

_PEEK = """
import os, sys
print(" ".join(path for path in sys.argv[1:] if os.access(path, os.R_OK)))
"""


@dataclass(frozen=True)
class Finding:
    """What came of one look: a sentence, and what to do where it is not good."""

    good: bool
    what: str
    fix: str = ""


def hub_address(settings: HubSettings) -> str:
    """Return the address at which a hub answers on its own machine."""
    scheme = "https" if settings.certificate else "http"
    address = "127.0.0.1" if settings.address in ("0.0.0.0", "::") else settings.address
    return f"{scheme}://{address}:{settings.port}{settings.base_url}"


def check_hub(
    root: Path, *, student: str | None = None, mentor: str | None = None
) -> Iterator[Finding]:
    """Look at a hub.

    Parameters
    ----------
    root
        The folder of the hub.
    student, mentor
        As whom; the first of the roster by default.

    Yields
    ------
    Finding
        One for each look, as soon as it is done.

    Raises
    ------
    KitError
        If settings or roster can not be read, or nothing answers at the hub's address.
    """
    place = Place(root)
    settings = read_settings(place.settings)
    people = read_people(place.roster, [course.name for course in settings.courses])
    operator = Visitor(hub_address(settings), _read_token(place))
    yield _look_at_login(settings)
    yield _look_at_queue(place)
    yield _look_at_disk(place)
    for course in settings.courses:
        yield _look_at_gradebook(place, settings, course)
    for role, wanted in (("student", student), ("mentor", mentor)):
        person = _choose(people, role, wanted)
        if person is None:
            yield Finding(
                False, _("there is no {role} in the roster").format(role=role), _("Add one")
            )
            continue
        with _visit(operator, settings, person) as (visitor, was_running):
            yield from _look_as(person, visitor, operator, settings, place, was_running)


def _read_token(place: Place) -> str:
    try:
        return (place.state / "check.token").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise KitError(
            _("this hub was never started"), where=place.root, fix=_("Start it: sudo kit hub start")
        ) from None
    except PermissionError:
        raise KitError(
            _("only the operator can look at a hub"), fix=_("Use sudo: sudo kit hub check")
        ) from None


def _choose(people: tuple[Person, ...], role: str, wanted: str | None) -> Person | None:
    return next(
        (
            person
            for person in people
            if person.role == role and (wanted is None or person.id == wanted)
        ),
        None,
    )


def _look_at_login(settings: HubSettings) -> Finding:
    visitor = Visitor(hub_address(settings))
    if visitor.ask("hub/login").status != 200:
        return Finding(False, _("the page for logging in does not open"), _("Read log/hub.log"))
    if visitor.log_in("nobody", "a wrong code"):
        return Finding(
            False, _("somebody with a wrong code is let in"), _("Correct 'accounts' in hub.yaml")
        )
    return Finding(True, _("the page for logging in opens, and a wrong code is refused"))


def _look_at_queue(place: Place) -> Finding:
    jobs = read_queue(place)
    ages = []
    for job in jobs:
        with contextlib.suppress(FileNotFoundError):
            ages.append(time.time() - (place.queue / job.name).stat().st_mtime)
    if ages and max(ages) > LONGEST_WAIT:
        return Finding(
            False,
            _("a submission has been waiting for {n:.0f} minutes").format(n=max(ages) / 60),
            _("Read log/hub.log for what the grader says"),
        )
    return Finding(True, _("{n} submissions wait to be graded").format(n=len(jobs)))


def _look_at_disk(place: Place) -> Finding:
    free = shutil.disk_usage(place.root).free
    said = _("{n:.1f} GB are free on the disk").format(n=free / 2**30)
    return Finding(free > LEAST_DISK, said, _("Make room, or people's work can not be saved"))


def _look_at_gradebook(place: Place, settings: HubSettings, course: CourseSettings) -> Finding:
    """Read a gradebook as the hub's own account would."""
    from kit.grading.course import load_course
    from kit.grading.gradebook import gradebook_place, read_rows, visiting_as

    opened = load_course(place.course(course.name), new=True)
    where = gradebook_place(opened)
    try:
        with visiting_as(pwd.getpwnam(settings.account).pw_uid):
            read_rows(opened, ("SELECT COUNT(*) FROM assignment",), {})
    except KitError as error:
        return Finding(False, f"{course.name}: {error.what} ({where})", error.fix or "")
    return Finding(
        True,
        _("{course}: the gradebook can be read ({where})").format(course=course.name, where=where),
    )


@contextlib.contextmanager
def _visit(
    operator: Visitor, settings: HubSettings, person: Person
) -> Iterator[tuple[Visitor, bool]]:
    """Come as somebody; end the token, and a server that was not running before, afterwards."""
    path = f"hub/api/users/{person.id}"
    operator.ask(path, method="POST")
    token = operator.ask(
        f"{path}/tokens", method="POST", data={"note": "kit hub check", "expires_in": TOKEN_SECONDS}
    ).json()
    told = operator.ask(path).json()
    was_running = bool(told.get("servers"))
    try:
        yield Visitor(hub_address(settings), token["token"]), was_running
    finally:
        operator.ask(f"{path}/tokens/{token['id']}", method="DELETE")
        if not was_running:
            operator.ask(f"{path}/server", method="DELETE")


def _look_as(
    person: Person,
    visitor: Visitor,
    operator: Visitor,
    settings: HubSettings,
    place: Place,
    was_running: bool,
) -> Iterator[Finding]:
    seconds = operator.start_server(person.id)
    text = (
        _("the server of {id} runs already")
        if was_running
        else _("{id} has a server after {n:.1f} s")
    )
    yield Finding(True, text.format(id=person.id, n=seconds))
    home = f"user/{person.id}"
    looks: list[tuple[str, str, Callable[[int], bool], str]] = [
        (f"{home}/lab", _("JupyterLab opens"), lambda status: status == 200, ""),
        (f"{home}/kit/work", _("the panel has the courses"), lambda status: status == 200, ""),
        ("services/exchange/api/me", _("the exchange answers"), lambda status: status == 200, ""),
        (f"{home}/formgrader", _("there is no formgrader"), lambda status: status == 404, ""),
    ]
    for course in settings.courses:
        if not person.takes_part(course.name):
            continue
        address = f"services/desk-{course.name}/"
        if person.role == "mentor":
            said = _("the desk of {course} opens").format(course=course.name)
            looks.append((address, said, lambda status: status == 200, ""))
    for path, said, good, fix in looks:
        answer = visitor.ask(path)
        ok = good(answer.status)
        told = f"{person.id}: {said}" + ("" if ok else f" ({answer.status} {path})")
        yield Finding(ok, told, fix or _("Read log/hub.log"))
    yield _look_at_kernel(person, visitor)
    yield _look_at_secrets(person, place)


def _look_at_kernel(person: Person, visitor: Visitor) -> Finding:
    began = time.monotonic()
    path = f"user/{person.id}/api/kernels"
    answer = visitor.ask(path, method="POST", data={"name": "python3"})
    seconds = time.monotonic() - began
    if answer.status != 201:
        return Finding(
            False,
            _("{id}: no kernel starts ({status})").format(id=person.id, status=answer.status),
            _("Read ~{id}/.bitacora-server.log").format(id=person.id),
        )
    visitor.ask(f"{path}/{answer.json()['id']}", method="DELETE")
    return Finding(True, _("{id}: a kernel starts in {n:.1f} s").format(id=person.id, n=seconds))


def _look_at_secrets(person: Person, place: Place) -> Finding:
    """Try, as the person's Unix account, to read what is not theirs."""
    entry = pwd.getpwnam(person.id)
    secrets = [place.state, place.courses, place.inbox, place.log, place.codes, place.people]
    secrets += [place.settings]
    done = subprocess.run(
        ["/usr/bin/env", "-i", _python_for_all(), "-c", _PEEK, *map(str, secrets)],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=os.getgrouplist(entry.pw_name, entry.pw_gid),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    within = done.stdout.split()
    if done.returncode or within:
        return Finding(
            False,
            _("{id} can read what is not theirs: {paths}").format(
                id=person.id, paths=", ".join(within) or done.stderr.strip()
            ),
            _("Start the hub again: it sets the rights of its folders"),
        )
    return Finding(True, _("{id} can read nothing that is not theirs").format(id=person.id))


def _python_for_all() -> str:
    """Return an interpreter that every account can run; ours may lie below somebody's closed home."""
    return shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
