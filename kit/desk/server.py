"""Running the desk: on a port of this machine, on a socket, or where a hub says."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from kit.errors import KitError
from kit.i18n import gettext as _


def serve(
    app: Any,
    *,
    port: int = 0,
    address: str = "127.0.0.1",
    socket: Path | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve an application until the process is asked to end.

    Parameters
    ----------
    app
        From `kit.desk.make_app`.
    port, address
        Where to listen; port 0 is any that is free.
    socket
        A Unix socket to listen on instead. Only its owner may use it.
    ready
        Called with the port once somebody can connect; 0 for a socket.

    Raises
    ------
    KitError
        If nothing can listen there.
    """
    asyncio.run(_serve(app, port, address, socket, ready))


async def _serve(
    app: Any,
    port: int,
    address: str,
    socket: Path | None,
    ready: Callable[[int], None] | None,
) -> None:
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets, bind_unix_socket

    # No page takes more than a comment.
    server = HTTPServer(app, max_body_size=1_000_000, xheaders=False)
    try:
        if socket is not None:
            sockets = [bind_unix_socket(str(socket), mode=0o600)]
            used = 0
        else:
            sockets = bind_sockets(port, address)
            used = sockets[0].getsockname()[1]
    except OSError as err:
        raise KitError(
            _("the desk can not listen there ({reason})").format(reason=err.strerror or err),
            where=str(socket) if socket else f"{address}:{port}",
            fix=_("Choose another port"),
        ) from err
    server.add_sockets(sockets)
    warm_up(app)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if ready is not None:
        ready(used)
    await stop.wait()
    server.stop()
    app.settings["classroom"].close()
    if socket is not None:
        socket.unlink(missing_ok=True)


def warm_up(app: Any) -> None:
    """Read every assignment once, so that no mentor waits for the first page."""
    classroom = app.settings["classroom"]
    for assignment in classroom.assignments():
        room = classroom.room(assignment)
        for question in room.questions[:1]:
            for student in room.who_answered(question)[:1]:
                from kit.desk.answers import render_answer

                shelf = app.settings["shelf"]
                render_answer(shelf.read(assignment, student, question.notebook), question)


def hub_place() -> tuple[str, int]:
    """Return the address and port on which a hub expects its service."""
    url = urlparse(os.environ.get("JUPYTERHUB_SERVICE_URL", ""))
    return url.hostname or "127.0.0.1", url.port or 0
