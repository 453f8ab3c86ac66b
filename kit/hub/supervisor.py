"""The supervisor: starts the parts of a hub, starts again what ends, and ends them all together.

The parts are JupyterHub, which starts the proxy, the nursery, the server of the warm kernels and the
services. People's own servers are nobody's part: they outlive a restart of everything.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit.errors import KitError
from kit.hub.accounts import has_account
from kit.hub.configuration import find_proxy
from kit.hub.namespace import enter_namespace, find_process, needed_paths
from kit.hub.nursery import SERVER_NAME
from kit.hub.people import Person
from kit.hub.place import Place
from kit.hub.preparation import hidden_folders
from kit.hub.services import FOLDER_VARIABLE, keep_ports, list_services, service_environment
from kit.hub.settings import HubSettings
from kit.i18n import gettext as _
from kit.notebooks.files import write_atomically

# Whatever ends sooner than this after its start, so often in a row, will not get better by itself.
SHORT_SECONDS = 10.0
MOST_FAILURES = 5
HUB = "hub"
KERNELS = "kernels"
# What costs most to import, also where no lesson of today does: here it is paid for once.
HEAVY = ("torch", "sklearn", "pandas", "xarray", "matplotlib.pyplot")


@dataclass
class Part:
    """One process that has to run."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = field(default=0.0)


def run_hub(
    root: Path,
    settings: HubSettings,
    people: Sequence[Person],
    say: Callable[[str], None],
    *,
    beside: str = "",
) -> None:
    """Run a hub that is prepared, until this process is told to stop.

    Parameters
    ----------
    root, settings, people
        What `kit.hub.preparation.prepare_hub` made ready.
    say
        Called with a sentence for each part that has ended.
    beside
        The address of a hub that runs already, to run the other parts beside it.

    Raises
    ------
    KitError
        If a part ends at once, again and again.
    """
    place = Place(root)
    if not beside:
        find_proxy()
        uids = [pwd.getpwnam(person.id).pw_uid for person in people if has_account(person.id)]
        running = find_process(SERVER_NAME, uids)
        enter_namespace(readable=needed_paths(), hidden=hidden_folders(), beside=running)
    parts = make_parts(place, settings, beside=beside)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))
    try:
        while not asked:
            for part in parts:
                _watch(part, place, say)
            time.sleep(0.2)
    finally:
        _stop(parts)


def make_parts(place: Place, settings: HubSettings, *, beside: str = "") -> list[Part]:
    """Return the parts of a hub, in the order in which they are started; without the hub itself beside one."""
    base = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "KIT_KERNELS_SHARED": str(place.kernels),
        FOLDER_VARIABLE: str(place.root),
        # Nothing of root's home is read or written.
        "HOME": str(place.state),
    }
    preload = settings.preload
    if preload is None:
        from kit.kernels import preload_for
        from kit.notebooks import read_notebook

        lessons = sorted(place.learner.rglob("*.ipynb"))
        preload = (*preload_for([read_notebook(path) for path in lessons]), *HEAVY)
    python = sys.executable
    config = str(Path(__file__).with_name("jupyterhub_config.py"))
    hub = beside.rstrip("/") or f"http://127.0.0.1:{keep_ports(place, ['hub'])['hub']}"
    services = [
        Part(
            service.name,
            service.command,
            base
            # A grader has kernels of its own: those of the operator's server are for people.
            | {"KIT_KERNELS_SHARED": "/nowhere"}
            | service_environment(service, place, settings, hub),
        )
        for service in list_services(place, settings)
    ]
    preloaded = ",".join(preload)
    own = [
        Part(HUB, [python, "-m", "jupyterhub", "-f", config], base),
        Part("nursery", [python, "-m", "kit.hub.nursery", str(place.nursery)], base),
    ]
    return [
        *([] if beside else own),
        *services,
        Part(KERNELS, [python, "-m", "kit", "kernels", "serve", "--preload", preloaded], base),
    ]


def _watch(part: Part, place: Place, say: Callable[[str], None]) -> None:
    now = time.monotonic()
    if part.process is not None:
        if part.process.poll() is None:
            return
        short = now - part.started < SHORT_SECONDS
        part.failures = part.failures + 1 if short else 1
        log = place.log / f"{part.name}.log"
        say(
            _("{name} has ended ({status}); its last words are in {log}").format(
                name=part.name, status=part.process.returncode, log=log
            )
        )
        part.process = None
        if part.failures >= MOST_FAILURES and part.name == HUB:
            raise KitError(
                _("{name} does not stay alive").format(name=part.name),
                where=log,
                fix=_("Read the end of this file"),
            )
        # A service that can not run yet, for the hub is still starting, tries again.
        part.again_at = now + (0.2 if part.failures == 1 else 2.0)
    if now >= part.again_at:
        part.started = now
        with (place.log / f"{part.name}.log").open("ab") as log_file:
            part.process = subprocess.Popen(
                part.command,
                env=dict(part.environment),
                cwd=place.state,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_supervisor,  # noqa: PLW1509
            )
        write_atomically(f"{part.process.pid}\n", place.state / f"{part.name}.pid")


def _die_with_supervisor() -> None:
    from kit.sandbox.syscalls import die_with_parent

    die_with_parent(signal.SIGTERM)


def _stop(parts: Sequence[Part]) -> None:
    for part in reversed(parts):
        if part.process is not None:
            with contextlib.suppress(ProcessLookupError):
                part.process.terminate()
    for part in reversed(parts):
        # The server of the kernels stays as their keeper until the last of them has ended.
        if part.process is not None and part.name != KERNELS:
            try:
                part.process.wait(20)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
