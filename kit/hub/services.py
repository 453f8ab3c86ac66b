"""The services of a hub: what runs, where it listens, and what it is told of the hub.

The supervisor runs them beside the hub, not below it. So they start together, a hub that was killed takes
none of them with it, and nothing waits for the slowest.
"""

from __future__ import annotations

import json
import secrets
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.hub.place import Place
from kit.hub.settings import HubSettings

#: Where the hub's folder is told to its parts.
FOLDER_VARIABLE = "KIT_HUB_FOLDER"


@dataclass(frozen=True)
class Service:
    """One service; ``port`` is 0 for one that listens nowhere."""

    name: str
    command: tuple[str, ...]
    port: int = 0
    shown: bool = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}" if self.port else ""


def list_services(place: Place, settings: HubSettings) -> list[Service]:
    """Return the services of a hub, the one that people wait for first."""
    python = sys.executable
    desks = {course.name: f"desk-{course.name}" for course in settings.courses}
    ports = keep_ports(place, ["hub", "proxy", "exchange", *desks.values()])
    return [
        Service("exchange", (python, "-m", "kit.hub.exchange"), ports["exchange"]),
        Service("grader", (python, "-m", "kit.hub.grader")),
        Service("culler", (python, "-m", "kit.hub.culler")),
        *(
            Service(desk, (python, "-m", "kit.hub.desks", course), ports[desk], shown=True)
            for course, desk in desks.items()
        ),
    ]


def service_environment(
    service: Service, place: Place, settings: HubSettings, hub: str
) -> dict[str, str]:
    """Return what a service is told, as JupyterHub itself would tell it."""
    base = settings.base_url
    environment = {
        "JUPYTERHUB_SERVICE_NAME": service.name,
        "JUPYTERHUB_API_TOKEN": keep_secret(place.state / f"{service.name}.token"),
        "JUPYTERHUB_API_URL": f"{hub}{base}hub/api",
        "JUPYTERHUB_BASE_URL": base,
        "JUPYTERHUB_HOST": "",
    }
    if service.port:
        scopes = json.dumps(["access:services", f"access:services!service={service.name}"])
        environment |= {
            "JUPYTERHUB_SERVICE_URL": service.url,
            "JUPYTERHUB_SERVICE_PREFIX": f"{base}services/{service.name}/",
            "JUPYTERHUB_CLIENT_ID": f"service-{service.name}",
            "JUPYTERHUB_OAUTH_SCOPES": scopes,
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": scopes,
        }
    return environment


def as_account(settings: HubSettings, command: Sequence[str]) -> list[str]:
    """Return a command that gives up root before it does anything else."""
    return [sys.executable, "-m", "kit.hub.accounts", settings.account, *command]


def keep_secret(path: Path) -> str:
    """Return a secret that is made once and that only root can read."""
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_hex(32), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def keep_ports(place: Place, names: Sequence[str]) -> dict[str, int]:
    """Return the ports of the hub's parts, chosen once: servers that run must find a hub that starts again."""
    path = place.state / "ports.json"
    try:
        ports = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        ports = {}
    missing = [name for name in names if name not in ports]
    if missing:
        sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in missing}
        ports |= {name: sock.getsockname()[1] for name, sock in sockets.items()}
        for sock in sockets.values():
            sock.close()
        path.write_text(json.dumps(ports) + "\n", encoding="utf-8")
    return ports
