"""The service through which people of the hub get assignments, hand in, and have their feedback.

Who is asking comes from the hub, by the token that each person's server has, and never from what was sent.
So nobody needs a folder that others can write to, or a file system that machines share. Everything that
touches the disk runs in threads: nothing that one person sends keeps another waiting.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler
from tornado import web
from tornado.httpserver import HTTPServer

from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.exchange import check_name
from kit.grading.feedback_pages import feedback_path
from kit.hub.accounts import become_account
from kit.hub.inbox import check_released, clean_up, list_attempts, take_in
from kit.hub.people import Person, read_people
from kit.hub.place import Place
from kit.hub.services import FOLDER_VARIABLE
from kit.hub.settings import CourseSettings, HubSettings, read_settings
from kit.hub.standing import GradebookReader, describe_person
from kit.i18n import gettext as _

MAX_BODY = 64 * 2**20
# One request is read while another waits for the disk; more at once only fill the memory.
MOST_AT_ONCE = 2
# Of a page that shows a learner's work nothing runs, and nobody else may put it into a frame.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups"
)


class Register:
    """Settings and roster as they are now: both files are read again when they change."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._seen: tuple[int, int] = (0, 0)
        self._known: tuple[HubSettings, dict[str, Person]] | None = None

    def read(self) -> tuple[HubSettings, dict[str, Person]]:
        """Return the settings, and id → person; where a file is damaged, what held before."""
        seen = (
            self.place.settings.stat().st_mtime_ns,
            self.place.roster.stat().st_mtime_ns,
        )
        if self._known is None or seen != self._seen:
            try:
                settings = read_settings(self.place.settings)
                names = [course.name for course in settings.courses]
                people = read_people(self.place.roster, names)
            except (KitError, OSError):
                if self._known is None:
                    raise
            else:
                self._known = (settings, {person.id: person for person in people})
            self._seen = seen
        return self._known


class Refusal(web.HTTPError):
    """An answer that a person is meant to read."""

    def __init__(self, status: int, what: str, fix: str = "") -> None:
        super().__init__(status, log_message=what)
        self.answer = {"what": what, "fix": fix}


class Handler(web.RequestHandler):
    """What all requests share: who is asking, and how errors are told."""

    register: Register
    hub_auth: HubOAuth
    pool: ThreadPoolExecutor
    person: Person
    settings_now: HubSettings
    #: Whether a browser may come with a cookie; otherwise only a token counts.
    by_cookie = False

    def initialize(self, register: Register, hub_auth: HubOAuth, pool: ThreadPoolExecutor) -> None:
        """Take what all requests share."""
        self.register, self.hub_auth, self.pool = register, hub_auth, pool

    def check_xsrf_cookie(self) -> None:
        """Need none: what changes something takes a token from a header, which no other site can send."""

    async def prepare(self) -> None:
        """Find out who is asking."""
        if self.by_cookie:
            user = await self.hub_auth.get_user(self, sync=False)
        else:
            token = self.hub_auth.get_token(self, in_cookie=False)
            user = await self.hub_auth.user_for_token(token, sync=False) if token else None
        if user is None:
            if self.by_cookie:
                self.redirect(self._login_address())
                return
            raise Refusal(401, _("the hub does not know who is asking"), _("Log in again"))
        allowed = self.hub_auth.check_scopes(self.hub_auth.access_scopes, user)
        self.settings_now, people = self.register.read()
        person = people.get(user["name"]) if user.get("kind") == "user" else None
        if not allowed or person is None:
            raise Refusal(403, _("you are not in the roster of this hub"), _("Ask your mentor"))
        self.person = person

    def _login_address(self) -> str:
        state = self.hub_auth.set_state_cookie(self, next_url=self.request.uri)
        address: str = self.hub_auth.login_url
        return f"{address}&state={state}" if "?" in address else f"{address}?state={state}"

    async def on_thread(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """Run what touches the disk in a thread; what is wrong with the input becomes an answer."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.pool, partial(function, *arguments, **named))
        except KitError as error:
            raise Refusal(409, error.what, error.fix or "") from error

    def find_course(self, name: str) -> CourseSettings:
        """Return a course that the person is in; of others they do not learn that they exist."""
        for course in self.settings_now.courses:
            if course.name == name and self.person.takes_part(name):
                return course
        raise Refusal(404, _("there is no course {name!r} for you").format(name=name))

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Answer with what was wrong, as a sentence, and what to do."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        answer = getattr(error, "answer", {"what": self._reason, "fix": ""})
        self.finish(answer)


class Standing(Handler):
    """How somebody stands in their courses."""

    reader = GradebookReader()

    async def get(self) -> None:
        """Answer with plain data."""
        told = await self.on_thread(
            describe_person, self.register.place, self.settings_now, self.person, self.reader
        )
        self.finish(told)


@web.stream_request_body
class HandIn(Handler):
    """Take an attempt."""

    busy: ClassVar[Counter[str]] = Counter()

    async def prepare(self) -> None:
        """Find out who is asking before anything of what they send is kept."""
        self.parts: list[bytes] = []
        self.counted = False
        await super().prepare()
        if self.busy[self.person.id] >= MOST_AT_ONCE:
            raise Refusal(429, _("your last attempt is still being taken"), _("Wait a moment"))
        self.busy[self.person.id] += 1
        self.counted = True

    def data_received(self, chunk: bytes) -> None:
        """Keep what arrives; the server ends the connection when it is too much."""
        self.parts.append(chunk)

    async def post(self, course: str, assignment: str) -> None:
        """Keep the attempt and answer with its receipt."""
        chosen = self.find_course(course)
        body, self.parts = b"".join(self.parts), []
        files, as_it_is = await self.on_thread(_read_body, body)
        receipt = await self.on_thread(
            take_in,
            self.register.place,
            chosen,
            self.person,
            assignment,
            files,
            as_it_is=as_it_is,
        )
        self.set_status(201)
        self.finish(receipt.to_json())

    def on_finish(self) -> None:
        """Let the person's next attempt in."""
        if getattr(self, "counted", False):
            self.busy[self.person.id] -= 1
            self.counted = False

    on_connection_close = on_finish


def _read_body(body: bytes) -> tuple[dict[str, bytes], bool]:
    try:
        data = json.loads(body)
        files = {
            str(name): base64.b64decode(content, validate=True)
            for name, content in data["files"].items()
        }
        return files, bool(data.get("as_it_is"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as err:
        raise KitError(
            _("what was sent can not be read"), fix=_("Hand in with kit submit")
        ) from err


class History(Handler):
    """Every attempt of somebody in an assignment."""

    async def get(self, course: str, assignment: str) -> None:
        """Answer with the receipts, the oldest first."""
        chosen = self.find_course(course)
        name = await self.on_thread(check_name, assignment, "assignment")
        attempts = await self.on_thread(
            list_attempts, self.register.place, chosen.name, name, self.person.id
        )
        told = [
            {"submitted_at": each.submitted_at.isoformat(), "files": dict(each.files)}
            for each in attempts
        ]
        self.finish({"attempts": told})


class Released(Handler):
    """The files of an assignment as learners get them."""

    async def get(self, course: str, assignment: str) -> None:
        """Answer with each file in base64."""
        chosen = self.find_course(course)
        self.finish({"files": await self.on_thread(self._read, chosen, assignment)})

    def _read(self, course: CourseSettings, assignment: str) -> dict[str, str]:
        place = self.register.place
        check_released(place, course, assignment)
        folder = place.course(course.name) / "release" / assignment
        return {
            path.relative_to(folder).as_posix(): base64.b64encode(path.read_bytes()).decode()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


class Feedback(Handler):
    """Somebody's own feedback page, for their server to show."""

    async def get(self, course: str, assignment: str) -> None:
        """Answer with the page."""
        chosen = self.find_course(course)
        page = await self.on_thread(self._read, chosen, assignment)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", PAGE_POLICY)
        self.finish(page)

    def _read(self, course: CourseSettings, assignment: str) -> bytes:
        place = self.register.place
        check_released(place, course, assignment)
        opened = load_course(place.course(course.name))
        path = Path(opened.root, feedback_path(opened, assignment, self.person.id))
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise Refusal(
                404, _("there is no feedback for you yet"), _("Hand in, and wait a moment")
            ) from None


class FeedbackPage(Feedback):
    """The same page for a browser without JupyterLab."""

    by_cookie = True


class Start(Handler):
    """The service's own address leads to the person's JupyterLab."""

    by_cookie = True

    async def get(self) -> None:
        """Send the browser on."""
        self.redirect(self.hub_auth.hub_prefix + "user-redirect/lab")


class Callback(HubOAuthCallbackHandler):
    """Where the hub sends a browser back to after log-in."""

    def initialize(self, hub_auth: HubOAuth) -> None:
        """Take what finds out who somebody is."""
        self.hub_auth = hub_auth


def make_application(place: Place, prefix: str, hub_auth: HubOAuth) -> web.Application:
    """Return the service, below an address."""
    shared = {
        "register": Register(place),
        "hub_auth": hub_auth,
        "pool": ThreadPoolExecutor(max_workers=8),
    }
    name = r"([^/]+)"
    routes = [
        (r"api/me", Standing, shared),
        (rf"api/hand-in/{name}/{name}", HandIn, shared),
        (rf"api/attempts/{name}/{name}", History, shared),
        (rf"api/files/{name}/{name}", Released, shared),
        (rf"api/feedback/{name}/{name}", Feedback, shared),
        (rf"feedback/{name}/{name}", FeedbackPage, shared),
        (r"", Start, shared),
        (r"oauth_callback", Callback, {"hub_auth": hub_auth}),
    ]
    return web.Application(
        [(prefix + path, handler, arguments) for path, handler, arguments in routes],
        cookie_secret=os.urandom(32),
    )


async def _serve(place: Place) -> None:
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    hub_auth = HubOAuth(cache_max_age=30)
    application = make_application(place, os.environ["JUPYTERHUB_SERVICE_PREFIX"], hub_auth)
    server = HTTPServer(application, max_body_size=MAX_BODY, max_buffer_size=MAX_BODY)
    server.listen(address.port or 80, address.hostname or "127.0.0.1")
    await asyncio.Event().wait()


def main() -> None:
    """Run the service as the hub's own account."""
    place = Place(Path(os.environ[FOLDER_VARIABLE]))
    settings = read_settings(place.settings)
    become_account(settings.account)
    clean_up(place)
    asyncio.run(_serve(place))


if __name__ == "__main__":
    main()
