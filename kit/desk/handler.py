"""What every page of the desk has: who asks, the rules for browsers, errors in words, links that fit.

All links are relative to the page, so that the desk works under any address that a proxy gives it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import traceback
from typing import Any
from urllib.parse import quote

from tornado.web import HTTPError, RequestHandler

from kit.desk.access import Person
from kit.desk.answers import Shelf
from kit.desk.classroom import Classroom, Room
from kit.desk.marking import ReasonNeededError
from kit.desk.marks import ChangedError
from kit.desk.pages import PAGE_POLICY, render
from kit.errors import KitError
from kit.i18n import gettext as _


class DeskHandler(RequestHandler):
    """The ground of all handlers. ``role`` says who may come in."""

    role = "mentor"
    person: Person

    async def prepare(self) -> None:
        """Find out who asks; turn away everybody else, and whatever another site sends."""
        access = self.settings["access"]
        person = await access.identify(self)
        if person is None:
            where = access.login(self) if self.request.method == "GET" else None
            if where:
                self.redirect(where)
                return
            raise HTTPError(403, reason="unknown")
        self.person = person
        if person.role != self.role and not (self.role == "any" and person.role != "nobody"):
            raise HTTPError(403, reason="role")
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        if self.request.method != "GET" and site not in ("same-origin", "none"):
            raise HTTPError(403, reason="site")
        if self.request.method == "GET" and self.get_query_argument("token", ""):
            # The token must not stay in the history of the browser, nor in a screenshot.
            left = [
                f"{quote(name)}={quote(value)}"
                for name in self.request.query_arguments
                for value in self.get_query_arguments(name)
                if name != "token"
            ]
            last = self.request.path.rsplit("/", 1)[-1]
            self.redirect((last or "./") + ("?" + "&".join(left) if left else ""))

    # JupyterHub's library puts its own form tokens into tornado itself, as soon as a hub is asked who somebody
    # is. So the desk has its own, alone and on a hub: a signed cookie that a page or the script has to name.

    @property
    def xsrf_token(self) -> bytes:
        """The token that a form, or a request of the desk's script, has to carry."""
        if not hasattr(self, "_desk_token"):
            kept = self.get_signed_cookie(self.settings["form_cookie"])
            self._desk_token = kept or secrets.token_urlsafe(24).encode()
            if kept is None:
                self.set_signed_cookie(
                    self.settings["form_cookie"],
                    self._desk_token,
                    expires_days=None,
                    path=self.settings["base_url"],
                    httponly=True,
                    samesite="Strict",
                )
        return self._desk_token

    def check_xsrf_cookie(self) -> None:
        """Refuse what does not carry the token of its cookie.

        Tornado asks for every POST. The hub's library asks for what a script fetches, too: on a hub, scripts of
        other people's servers have the same origin.
        """
        kept = self.get_signed_cookie(self.settings["form_cookie"])
        given = self.get_body_argument("_xsrf", "") or self.request.headers.get("X-Xsrftoken", "")
        if kept is None or not hmac.compare_digest(kept, given.encode()):
            raise HTTPError(403, reason="form")

    def set_default_headers(self) -> None:
        """Say what a browser may do with an answer; a page widens this for its own script."""
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    @property
    def classroom(self) -> Classroom:
        """The course."""
        found: Classroom = self.settings["classroom"]
        return found

    @property
    def shelf(self) -> Shelf:
        """The executed notebooks."""
        found: Shelf = self.settings["shelf"]
        return found

    @property
    def up(self) -> str:
        """The way from this page to the first one, as a relative address."""
        inside = self.request.path[len(self.settings["base_url"]) :]
        return "../" * inside.count("/") or "./"

    def place(self, *parts: str) -> str:
        """Return the relative address of another page."""
        return self.up + "/".join(quote(part, safe="") for part in parts)

    def find_room(self, assignment: str) -> Room:
        """Return an assignment; an unknown one is an error 404 in words."""
        try:
            return self.classroom.room(assignment)
        except KitError as err:
            raise HTTPError(404, log_message="%s", reason="missing") from err

    def show(self, template: str, **values: Any) -> None:
        """Answer with a page."""
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", PAGE_POLICY.replace("{nonce}", nonce))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(
            render(
                template,
                nonce=nonce,
                up=self.up,
                place=self.place,
                person=getattr(self, "person", None),
                xsrf=self.xsrf_token.decode(),
                course=self.classroom.course.course_id or self.classroom.course.root.name,
                **values,
            )
        )

    def wants_data(self) -> bool:
        """Say whether the desk's own script asks, or a form."""
        return "application/json" in self.request.headers.get("Accept", "")

    def done(self, back: str, **data: Any) -> None:
        """Answer an act: data for the script, the page to go on with for a form."""
        if self.wants_data():
            self.set_header("Content-Type", "application/json")
            self.write(json.dumps({"ok": True, "next": back, **data}))
        else:
            self.redirect(back, status=303)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Keep the log for faults of the desk; what a person did wrong is told to that person."""
        if not isinstance(value, KitError):
            super().log_exception(typ, value, tb)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with what went wrong and what to do, in words."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        status, title, text = explain(error, status_code)
        self.set_status(status)
        if self.settings.get("serve_traceback") and status == 500:
            text += "\n" + "".join(traceback.format_exception(*kwargs["exc_info"]))
        if self.wants_data():
            self.set_header("Content-Type", "application/json")
            needs = "reason" if isinstance(error, ReasonNeededError) else ""
            self.finish(json.dumps({"ok": False, "error": text, "needs": needs}))
            return
        self.set_header("Content-Security-Policy", PAGE_POLICY.replace("{nonce}", "none"))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(render("error.html", title=title, text=text, up=self.up))


def explain(error: BaseException | None, status: int) -> tuple[int, str, str]:
    """Return status, title and text for something that went wrong."""
    if isinstance(error, ChangedError):
        return 409, _("Somebody was here meanwhile"), error.message()
    if isinstance(error, KitError):
        return 400, _("This can not be done"), error.message()
    reason = error.reason if isinstance(error, HTTPError) else ""
    if reason == "unknown":
        text = _(
            "Open the desk with the whole address that 'kit desk' printed: it holds your token."
        )
        return 403, _("Who are you?"), text
    if reason == "role":
        return 403, _("This is not for you"), _("Only mentors of the course may see this page.")
    if status == 404:
        return 404, _("There is no such page"), _("Go back, or begin with the first page.")
    if status == 403:
        text = _("The form was too old or came from another site. Load the page again.")
        return 403, _("Please load the page again"), text
    return status, _("Something went wrong"), _("The log of the desk says more.")
