"""What somebody's own server and terminal say to the hub's service, with the token that they have."""

from __future__ import annotations

import base64
import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kit.errors import KitError
from kit.grading.exchange import MAX_ATTEMPT_BYTES, Receipt
from kit.i18n import gettext as _

ADDRESS = "KIT_HUB_EXCHANGE"
TOKEN = "JUPYTERHUB_API_TOKEN"
SECONDS = 60.0


def is_on_hub() -> bool:
    """Say whether this process belongs to somebody's server on a hub of the kit."""
    return bool(os.environ.get(ADDRESS) and os.environ.get(TOKEN))


def ask(path: str, data: Any = None) -> bytes:
    """Ask the service, and return what it answers.

    Raises
    ------
    KitError
        With what the service says, or why it can not be reached.
    """
    request = urllib.request.Request(os.environ[ADDRESS] + path)
    request.add_header("Authorization", f"token {os.environ[TOKEN]}")
    if data is not None:
        request.data = json.dumps(data).encode()
        request.add_header("Content-Type", "application/json")
    # Never through a proxy of the machine: the service is on this one, or beside it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as err:
        try:
            said = json.loads(err.read())
            what, fix = str(said["what"]), str(said["fix"])
        except (ValueError, KeyError, TypeError, OSError):
            what, fix = _("the hub answers with an error ({code})").format(code=err.code), ""
        raise KitError(what, fix=fix or None) from err
    except (OSError, http.client.HTTPException) as err:
        raise KitError(
            _("the hub can not be reached ({reason}); your files are as they were").format(
                reason=getattr(err, "reason", err)
            ),
            fix=_("Wait a moment, then do it again"),
        ) from err


def read_standing() -> dict[str, Any]:
    """Return how the person stands, see `kit.hub.standing`."""
    return dict(json.loads(ask("api/me")))


def read_feedback(course: str, assignment: str) -> bytes:
    """Return the person's feedback page."""
    return ask(f"api/feedback/{quote(course, safe='')}/{quote(assignment, safe='')}")


def find_course(assignment: str) -> str:
    """Return the course that an assignment is handed in to.

    Raises
    ------
    KitError
        If it is in none or in several.
    """
    courses = [
        course["name"]
        for course in read_standing()["courses"]
        if assignment in [each["name"] for each in course["assignments"]]
    ]
    if len(courses) != 1:
        raise KitError(
            _("{assignment} is in several courses: {courses}").format(
                assignment=assignment, courses=", ".join(courses)
            )
            if courses
            else _("no course of yours has an assignment {assignment!r}").format(
                assignment=assignment
            ),
            fix=_("Add --to hub:COURSE") if courses else _("Check the name"),
        )
    return str(courses[0])


def hand_in(
    notebooks: Sequence[Path],
    *,
    assignment: str,
    course: str | None = None,
    extra: Sequence[Path] = (),
    folder: Path | None = None,
    as_it_is: bool = False,
) -> Receipt:
    """Hand in over the hub; who it is the hub knows.

    Parameters
    ----------
    notebooks, assignment, extra, folder, as_it_is
        As for `kit.grading.exchange.hand_in`.
    course
        The course; the only one that has the assignment when left out.

    Raises
    ------
    KitError
        If a file can not be read, or the hub does not take it.
    """
    if not is_on_hub():
        raise KitError(
            _("this is not a server of a hub"),
            fix=_("Hand in from JupyterLab on the course server"),
        )
    course = course or find_course(assignment)
    folder = (folder or Path(notebooks[0]).parent).resolve()
    files: dict[str, bytes] = {}
    for path in [*notebooks, *extra]:
        place = Path(path).parent.resolve()
        if not place.is_relative_to(folder):
            raise KitError(
                _("this file is not in the folder of the assignment"),
                where=path,
                fix=_("Move it to {folder}").format(folder=folder),
            )
        try:
            files[(place.relative_to(folder) / Path(path).name).as_posix()] = Path(
                path
            ).read_bytes()
        except OSError as err:
            raise KitError(
                _("this file can not be read ({reason})").format(reason=err.strerror), where=path
            ) from err
    if sum(map(len, files.values())) > MAX_ATTEMPT_BYTES // 4:
        raise KitError(
            _("these files are too large for the hub"),
            where=folder,
            fix=_("Clear the outputs, and leave out files that your mentor has, such as data"),
        )
    data = {
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
        "as_it_is": as_it_is,
    }
    said = json.loads(
        ask(f"api/hand-in/{quote(course, safe='')}/{quote(assignment, safe='')}", data)
    )
    return Receipt(
        assignment=said["assignment"],
        student=said["student"],
        submitted_at=datetime.fromisoformat(said["submitted_at"]),
        files=said["files"],
        folder=Path(f"hub:{course}"),
    )


def hand_in_assignment(root: Path, course: str, assignment: str) -> dict[str, Any]:
    """Hand in what lies in a learner's folder, and return the receipt as plain data."""
    folder = root / "assignments" / assignment
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks or folder.parent != root / "assignments":
        raise KitError(
            _("there is no notebook in this folder"), where=folder, fix=_("Get it again: kit start")
        )
    receipt = hand_in(notebooks, assignment=assignment, course=course, folder=folder)
    return dict(json.loads(receipt.to_json()))
