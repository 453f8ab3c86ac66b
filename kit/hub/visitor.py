"""Somebody who visits a hub over HTTP: logs in with a code, or comes with a token.

It asks as a browser or a program would, so what it is told is what people are told.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _

_XSRF = re.compile(r'name="_xsrf"\s+value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back: status, address after redirects, text, and headers with their names in small letters."""

    status: int
    url: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the text as data."""
        return json.loads(self.text)


def _small(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class Visitor:
    """One person's way to a hub.

    Parameters
    ----------
    base
        The hub's address, with a slash at the end.
    token
        A token to come with; without one, cookies are kept as a browser keeps them.
    """

    def __init__(self, base: str, token: str = "") -> None:
        self.base, self.token = base, token
        self._cookies = http.cookiejar.CookieJar()
        # The hub is asked directly, whatever proxy this machine uses for the rest of the world.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )

    def ask(
        self,
        path: str,
        *,
        method: str | None = None,
        data: Any = None,
        form: dict[str, str] | None = None,
        seconds: float = 60.0,
    ) -> Answer:
        """Ask for a path below the hub's address.

        Raises
        ------
        KitError
            If nothing answers.
        """
        request = urllib.request.Request(self.base + path.lstrip("/"), method=method)
        if self.token:
            request.add_header("Authorization", f"token {self.token}")
        if data is not None:
            request.data = json.dumps(data).encode()
            request.add_header("Content-Type", "application/json")
        if form is not None:
            request.data = urllib.parse.urlencode(form).encode()
        try:
            with self._opener.open(request, timeout=seconds) as answer:
                text = answer.read().decode("utf-8", "replace")
                return Answer(answer.status, answer.url, text, _small(answer.headers))
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            return Answer(error.code, error.url or "", text, _small(error.headers))
        except OSError as error:
            raise KitError(
                _("nothing answers there ({reason})").format(
                    reason=getattr(error, "reason", error)
                ),
                where=request.full_url,
            ) from error

    def log_in(self, name: str, code: str) -> bool:
        """Log in as a browser does; return whether the hub let us in."""
        page = self.ask("hub/login")
        found = _XSRF.search(page.text)
        form = {"username": name, "password": code, "_xsrf": found[1] if found else ""}
        answer = self.ask("hub/login?next=%2Fhub%2Fhome", form=form)
        return answer.status == 200 and answer.url.endswith("/hub/home")

    def start_server(self, name: str, *, seconds: float = 120.0) -> float:
        """Start somebody's server, with a token that may; return after how many seconds it was ready.

        Raises
        ------
        KitError
            If it is not ready in time.
        """
        began = time.monotonic()
        answer = self.ask(f"hub/api/users/{name}/server", method="POST", data={}, seconds=seconds)
        # 400: it runs already.
        if answer.status not in (201, 202, 400):
            raise KitError(
                _("the server of {name} does not start ({status})").format(
                    name=name, status=answer.status
                ),
                where=self.base,
            )
        while time.monotonic() - began < seconds:
            told = self.ask(f"hub/api/users/{name}")
            server = told.json().get("servers", {}).get("") if told.status == 200 else None
            if server and server.get("ready"):
                return time.monotonic() - began
            time.sleep(0.1)
        raise KitError(
            _("the server of {name} was not ready after {seconds:.0f} s").format(
                name=name, seconds=seconds
            ),
            where=self.base,
            fix=_("Read ~{name}/.bitacora-server.log").format(name=name),
        )
