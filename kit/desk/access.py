"""Who may open the desk, and as what: a token in the address when it runs alone, the hub's word on a hub.

Alone, each mentor has an address with a token of their own, as Jupyter does it; the token becomes a signed
cookie and disappears from the address. On a hub the groups of the person decide: mentors mark, students read
their own feedback, everybody else is turned away.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kit.errors import KitError
from kit.i18n import gettext as _

Role = Literal["mentor", "student", "nobody"]


@dataclass(frozen=True)
class Person:
    """Who looks at the desk. A student's name is their id in the course."""

    name: str
    role: Role


class Access(Protocol):
    """Tells a server who is there."""

    async def identify(self, handler: Any) -> Person | None:
        """Return who asks, or None when that is not known."""
        ...

    def login(self, handler: Any) -> str | None:
        """Return where to send somebody who is not known; None when there is no such place."""
        ...

    def routes(self, prefix: str) -> list[Any]:
        """Return the handlers that logging in needs."""
        ...


@dataclass
class TokenAccess:
    """Mentors by their tokens.

    Parameters
    ----------
    mentors
        Token → name of the mentor.
    """

    mentors: Mapping[str, str]
    cookie: str = field(default_factory=lambda: f"kit-desk-{secrets.token_hex(4)}")

    @classmethod
    def for_names(cls, names: Sequence[str]) -> TokenAccess:
        """Make a new token for each name."""
        return cls({secrets.token_urlsafe(24): name for name in dict.fromkeys(names)})

    async def identify(self, handler: Any) -> Person | None:
        """Return the mentor whose token, or cookie, came with the request."""
        given = handler.get_query_argument("token", "")
        header = handler.request.headers.get("Authorization", "")
        if header.lower().startswith("token "):
            given = header[6:].strip()
        if given:
            name = self._name(given)
            if name is None:
                return None
            handler.set_signed_cookie(
                self.cookie,
                name,
                expires_days=None,
                path=handler.settings["base_url"],
                httponly=True,
                samesite="Lax",
            )
            return Person(name, "mentor")
        kept = handler.get_signed_cookie(self.cookie)
        if kept is None or kept.decode() not in self.mentors.values():
            return None
        return Person(kept.decode(), "mentor")

    def _name(self, given: str) -> str | None:
        found = None
        for token, name in self.mentors.items():
            if hmac.compare_digest(token.encode(), given.encode()):
                found = name
        return found

    def login(self, handler: Any) -> str | None:  # noqa: ARG002
        """Nobody can log in: the address with the token is the key."""
        return None

    def routes(self, prefix: str) -> list[Any]:  # noqa: ARG002
        """There is nothing to log in with."""
        return []


class HubAccess:
    """Whom the hub lets in, and as what.

    Parameters
    ----------
    mentor_groups, student_groups
        Names of the hub's groups. Administrators of the hub count as mentors.
    """

    def __init__(self, mentor_groups: Sequence[str], student_groups: Sequence[str]) -> None:
        try:
            from jupyterhub.services.auth import HubOAuth
        except ImportError as err:
            raise KitError(
                _("JupyterHub's own library, which asks the hub who somebody is, is not installed"),
                fix="pip install jupyterhub",
            ) from err
        self.mentor_groups = frozenset(mentor_groups)
        self.student_groups = frozenset(student_groups)
        self.hub = HubOAuth.instance(cache_max_age=60)

    async def identify(self, handler: Any) -> Person | None:
        """Ask the hub who this is, and let their groups decide."""
        user = self.hub.get_user(handler)
        if hasattr(user, "__await__"):
            user = await user
        if not user:
            return None
        return Person(user["name"], self.role(user))

    def role(self, user: Mapping[str, Any]) -> Role:
        """Return what somebody may do, from what the hub says of them."""
        groups = frozenset(user.get("groups") or ())
        if user.get("admin") or groups & self.mentor_groups:
            return "mentor"
        return "student" if groups & self.student_groups else "nobody"

    def login(self, handler: Any) -> str | None:
        """Send somebody to the hub, which sends them back."""
        from tornado.httputil import url_concat

        state = self.hub.set_state_cookie(handler, next_url=handler.request.uri)
        return str(url_concat(self.hub.login_url, {"state": state}))

    def routes(self, prefix: str) -> list[Any]:
        """Return the handler to which the hub sends people back."""
        from jupyterhub.services.auth import HubOAuthCallbackHandler

        return [(prefix + "oauth_callback", HubOAuthCallbackHandler)]


def hub_prefix() -> str | None:
    """Return under which address a hub wants this service; None when no hub started it."""
    return os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or None
