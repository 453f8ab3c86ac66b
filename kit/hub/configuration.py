"""What JupyterHub is told: from ``hub.yaml`` and the roster to its own configuration.

JupyterHub reads ``kit/hub/jupyterhub_config.py``, which calls `configure`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.hub.codes import SHARED
from kit.hub.people import Person, read_logins, read_people
from kit.hub.place import Place
from kit.hub.services import as_account, keep_ports, keep_secret, list_services
from kit.hub.settings import HubSettings, read_settings
from kit.i18n import gettext as _
from kit.workspace.lab import FIRST_LESSON

EXCHANGE_VARIABLE = "KIT_HUB_EXCHANGE"


def configure(c: Any, root: Path) -> None:
    """Fill JupyterHub's configuration object."""
    place = Place(root)
    settings = read_settings(place.settings)
    people = read_people(place.roster, [course.name for course in settings.courses])
    ports = keep_ports(place, ["hub", "proxy", "exchange"])
    _configure_hub(c, place, settings, ports)
    _configure_people(c, place, settings, people)
    _configure_servers(c, place, settings, ports)
    _configure_services(c, place, settings)


def configure_beside(c: Any, root: Path, *, python: str = sys.executable) -> None:
    """Add the kit to a JupyterHub that has a spawner and a log-in of its own, such as TLJH.

    Parameters
    ----------
    c
        JupyterHub's configuration object.
    root
        The folder of the kit's hub, whose parts ``kit hub start --beside`` runs.
    python
        The interpreter of people's servers.
    """
    place = Place(root)
    settings = read_settings(place.settings)
    people = read_people(place.roster, [course.name for course in settings.courses])
    c.Authenticator.allowed_users = {person.id for person in people}
    _configure_groups(c, settings, people)
    _configure_lab(c, place, settings, keep_ports(place, ["exchange"]), python)
    _configure_services(c, place, settings)


def find_proxy() -> str:
    """Return the path of configurable-http-proxy.

    Raises
    ------
    KitError
        With the command that installs it.
    """
    folder = Path(sys.prefix) / "lib"
    found = shutil.which("configurable-http-proxy", path=str(folder / "node_modules" / ".bin"))
    found = found or shutil.which("configurable-http-proxy")
    if found is None or shutil.which("node") is None:
        node = "" if shutil.which("npm") else "sudo apt-get install nodejs npm && "
        raise KitError(
            _("configurable-http-proxy, which every hub needs, is not installed"),
            fix=f"{node}npm install --prefix {folder} configurable-http-proxy@5.0.1",
        )
    return found


def _configure_hub(c: Any, place: Place, settings: HubSettings, ports: dict[str, int]) -> None:
    scheme = "https" if settings.certificate else "http"
    # All four are needed to listen on loopback only: here, the hub, the proxy's interface and the servers.
    c.JupyterHub.bind_url = f"{scheme}://{settings.address}:{settings.port}{settings.base_url}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{ports['hub']}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports['proxy']}"
    c.Spawner.ip = "127.0.0.1"
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = settings.certificate, settings.key
    c.ConfigurableHTTPProxy.command = as_account(settings, [find_proxy()])
    c.ConfigurableHTTPProxy.pid_file = str(place.state / "proxy.pid")
    c.ConfigurableHTTPProxy.check_running_interval = 2
    c.JupyterHub.db_url = f"sqlite:///{place.state / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(place.state / "cookie_secret")
    # People go on working while the hub starts again; the address is free once it was told to stop.
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.cleanup_proxy = True
    c.JupyterHub.template_vars = {"announcement": settings.news} if settings.news else {}
    c.JupyterHub.concurrent_spawn_limit = 40
    c.JupyterHub.log_format = "%(asctime)s %(levelname)s %(message)s"


def _configure_people(
    c: Any, place: Place, settings: HubSettings, people: tuple[Person, ...]
) -> None:
    kinds = {"codes": "kit.hub.authenticator.CodeAuthenticator", "pam": "pam"}
    kinds["shared-password"] = kinds["codes"]
    c.JupyterHub.authenticator_class = kinds.get(settings.accounts, settings.accounts)
    c.CodeAuthenticator.hashes = str(place.state / "codes.json")
    if settings.accounts == "shared-password":
        students = {person.id for person in people if person.role == "student"}
        c.CodeAuthenticator.sharing = {SHARED: sorted(students)}
    c.Authenticator.allowed_users = {person.id for person in people}
    # Whoever is taken out of the roster is out.
    c.Authenticator.allow_existing_users = False
    c.Authenticator.admin_users = {person.id for person in people if person.role == "operator"}
    c.Authenticator.username_map = read_logins(place.people, people)
    _configure_groups(c, settings, people)


def _configure_groups(c: Any, settings: HubSettings, people: tuple[Person, ...]) -> None:
    c.JupyterHub.load_groups = {
        f"{role}s-{course.name}": {
            "users": [
                person.id
                for person in people
                if person.role == role and person.takes_part(course.name)
            ]
        }
        for course in settings.courses
        for role in ("student", "mentor")
    }


def _configure_servers(c: Any, place: Place, settings: HubSettings, ports: dict[str, int]) -> None:
    from kit.hub.spawner import NurserySpawner

    c.JupyterHub.spawner_class = NurserySpawner
    c.NurserySpawner.nursery = str(place.nursery)
    c.NurserySpawner.before = ["kit.hub.folder:fill_own_folder"]
    c.NurserySpawner.group_memory = settings.memory_mb * 2**20
    c.NurserySpawner.group_processes = settings.processes
    c.NurserySpawner.group_processors = settings.processors
    c.NurserySpawner.first_url = f"/lab/tree/{FIRST_LESSON}"
    c.Spawner.poll_interval = 5
    c.Spawner.start_timeout = 120
    c.Spawner.http_timeout = 120
    c.Spawner.env_keep = ["LANG", "LC_ALL"]
    _configure_lab(c, place, settings, ports, sys.executable)


def _configure_lab(
    c: Any, place: Place, settings: HubSettings, ports: dict[str, int], python: str
) -> None:
    """Say what runs in a person's server, whoever starts it."""
    c.Spawner.cmd = [python, "-m", "kit.hub.single"]
    c.Spawner.notebook_dir = "~/bitacora"
    c.Spawner.default_url = "/lab"
    c.Spawner.disable_user_config = True
    c.Spawner.environment = {
        "PATH": f"{Path(python).parent}:/usr/local/bin:/usr/bin:/bin",
        "JUPYTER_CONFIG_PATH": str(place.jupyter),
        "JUPYTER_PATH": str(place.jupyter),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "KIT_KERNELS_SHARED": str(place.kernels),
        "OMP_NUM_THREADS": "1",
        "KIT_HUB_LEARNER": str(place.learner),
        EXCHANGE_VARIABLE: f"http://127.0.0.1:{ports['exchange']}{settings.base_url}services/exchange/",
    }
    people = read_people(place.roster, [course.name for course in settings.courses])
    by_id = {person.id: person for person in people}

    def settle(spawner: Any) -> None:
        person = by_id.get(spawner.user.name)
        if person is not None:
            spawner.environment = {
                **spawner.environment,
                "TZ": person.timezone,
                "KIT_LANG": person.language,
                "KIT_HUB_ROLE": person.role,
            }

    c.Spawner.pre_spawn_hook = settle


def _configure_services(c: Any, place: Place, settings: HubSettings) -> None:
    c.JupyterHub.services = [
        # What `kit hub check` comes with.
        {"name": "check", "api_token": keep_secret(place.state / "check.token")}
    ]
    for service in list_services(place, settings):
        entry = {
            "name": service.name,
            "api_token": keep_secret(place.state / f"{service.name}.token"),
            "display": service.shown,
        }
        if service.port:
            callback = f"{settings.base_url}services/{service.name}/oauth_callback"
            entry |= {"url": service.url, "oauth_no_confirm": True, "oauth_redirect_uri": callback}
        c.JupyterHub.services.append(entry)
    everybody = [f"access:services!service={name}" for name in ("exchange",)]
    c.JupyterHub.load_roles = [
        {"name": "user", "scopes": ["self", *everybody]},
        {
            "name": "server",
            "scopes": ["users:activity!user", "access:servers!server", *everybody],
        },
        {
            "name": "culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["culler"],
        },
        {
            "name": "check",
            "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"],
            "services": ["check"],
        },
        *(
            {
                "name": f"mentor-{course.name}",
                "scopes": [
                    f"access:services!service=desk-{course.name}",
                    "list:services",
                    f"read:services!service=desk-{course.name}",
                ],
                "groups": [f"mentors-{course.name}"],
            }
            for course in settings.courses
        ),
        # Students see their own marks there, and appeal.
        *(
            {
                "name": f"student-{course.name}",
                "scopes": [f"access:services!service=desk-{course.name}"],
                "groups": [f"students-{course.name}"],
            }
            for course in settings.courses
        ),
    ]
    if settings.extra:
        path = place.root / settings.extra
        if not path.is_file():
            raise KitError(_("there is no such file"), where=path, fix=_("Correct 'extra'"))
