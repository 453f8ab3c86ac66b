"""The application: which address is answered by what, and with which rules for cookies."""

from __future__ import annotations

import secrets
from typing import Any

from kit.desk.access import Access
from kit.desk.answers import Shelf
from kit.desk.classroom import Classroom
from kit.errors import KitError
from kit.grading.course import Course
from kit.i18n import gettext as _


def make_app(course: Course, access: Access, *, base_url: str = "/") -> Any:
    """Return the desk of a course as a tornado application.

    Parameters
    ----------
    course
        The course directory.
    access
        Who may come in: `kit.desk.access.TokenAccess` or `kit.desk.access.HubAccess`.
    base_url
        The part of the address that is not the desk's own, with a slash at both ends.

    Raises
    ------
    KitError
        If nothing of the course was graded yet.
    """
    try:
        from tornado.web import Application
    except ImportError as err:
        raise KitError(
            _("tornado, which serves the desk, is not installed"), fix='pip install "bitacora-kit"'
        ) from err
    from kit.desk import acts, appeals, overview, reading, second, sending
    from kit.desk.handler import DeskHandler

    base_url = "/" + base_url.strip("/") + "/" if base_url.strip("/") else "/"
    classroom = Classroom(course)
    if not classroom.assignments():
        raise KitError(
            _("nothing of this course was graded yet"),
            where=course.root,
            fix=_("Run: kit grade ASSIGNMENT --course {course}").format(course=course.root),
        )
    part = "([^/]+)"
    question = f"a/{part}/q/{part}/{part}"

    class Missing(DeskHandler):
        """Every other address."""

        role = "any"

        def get(self) -> None:
            """Say that there is nothing."""
            self.send_error(404)

    routes: list[tuple[str, Any]] = [
        ("static/(desk\\.css|desk\\.js)", reading.Static),
        ("", reading.Home),
        (f"a/{part}/", reading.Queue),
        (f"a/{part}/s/{part}", reading.Submission),
        (f"a/{part}/s/{part}/seen", acts.LookAt),
        (f"{question}/next", reading.NextAnswer),
        (f"{question}/first", reading.FirstAnswer),
        (f"{question}/done", reading.Done),
        (f"a/{part}/s/{part}/preview", sending.Preview),
        (f"a/{part}/class", overview.Overview),
        (f"a/{part}/feedback", sending.FeedbackPage),
        (f"a/{part}/appeals", appeals.Appeals),
        (f"{question}/comments", acts.Phrases),
        (f"{question}/second", second.SecondMarking),
        (f"{question}/second/next", second.NextBlind),
        (f"{question}/second/{part}", second.BlindAnswer),
        ("mine", sending.OwnFeedback),
        (f"mine/{part}", sending.OwnPage),
        (f"mine/{part}/appeal", appeals.OwnAppeal),
        (f"{question}/s/{part}", acts.MarkAnswer),
        (f"{question}/s/{part}/flag", acts.FlagAnswer),
    ]
    return Application(
        [*((base_url + path, handler) for path, handler in routes), *access.routes(base_url)],
        default_handler_class=Missing,
        base_url=base_url,
        access=access,
        classroom=classroom,
        shelf=Shelf(course),
        jobs=sending.Jobs(),
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
        # Desks of two courses on one machine share their cookies: ports do not tell them apart.
        form_cookie=f"kit-desk-form-{secrets.token_hex(4)}",
        log_function=_log_nothing,
    )


def _log_nothing(handler: Any) -> None:
    """Addresses hold ids of students, and tokens: they are not written to a log."""
