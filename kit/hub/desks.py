"""The mentor's desk of one course, as a service of the hub, from when there is something to mark."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.routing import Router
from tornado.web import Application, HTTPError, RequestHandler

from kit.desk.access import HubAccess, hub_prefix
from kit.desk.server import hub_place
from kit.errors import KitError
from kit.grading.course import load_course
from kit.hub.accounts import become_account
from kit.hub.place import Place
from kit.hub.services import FOLDER_VARIABLE
from kit.hub.settings import read_settings
from kit.i18n import gettext as _


class NothingYet(RequestHandler):
    """What is there before the first submission was graded; it says nothing of the course."""

    def initialize(self, access: HubAccess) -> None:
        """Take what knows who somebody is."""
        self.access = access

    async def get(self) -> None:
        """Say so, to mentors."""
        person = await self.access.identify(self)
        if person is None:
            self.redirect(self.access.login(self) or "/")
            return
        if person.role != "mentor":
            raise HTTPError(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Refresh", "5")
        self.finish(_("Nothing was graded in this course yet. This page looks again by itself."))


class DeskRouter(Router):
    """Leads to the desk as soon as there can be one."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder, self.prefix = folder, prefix
        name = folder.name
        self.access = HubAccess((f"mentors-{name}",), (f"students-{name}",))
        self.desk: Any = None
        self.waiting = Application(
            [*self.access.routes(prefix), (".*", NothingYet, {"access": self.access})],
            cookie_secret=os.urandom(32),
        )

    def find_handler(self, request: Any, **kwargs: Any) -> Any:
        """Return what answers a request."""
        if self.desk is None:
            # Where there is nothing to show it is not imported: every desk of a hub starts at the same time.
            from kit.desk.app import make_app

            try:
                course = load_course(self.folder, new=True)
                self.desk = make_app(course, self.access, base_url=self.prefix)
            except KitError:
                return self.waiting.find_handler(request, **kwargs)
        return self.desk.find_handler(request, **kwargs)


async def _serve(folder: Path) -> None:
    address, port = hub_place()
    server = HTTPServer(DeskRouter(folder, hub_prefix() or "/"), max_body_size=1_000_000)
    server.listen(port, address)
    await asyncio.Event().wait()


def main(course: str) -> None:
    """Run the desk of a course as the hub's own account."""
    place = Place(Path(os.environ[FOLDER_VARIABLE]))
    become_account(read_settings(place.settings).account)
    asyncio.run(_serve(place.course(course)))


if __name__ == "__main__":
    main(sys.argv[1])
