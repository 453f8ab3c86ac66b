"""How the hub starts a person's server: as a fork of the nursery, or by itself where there is none."""

from __future__ import annotations

import asyncio
import os
import pwd
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import random_port
from traitlets import Float, List, Unicode

from kit.hub.nursery import ask_nursery


class NurserySpawner(LocalProcessSpawner):
    """Forks each person's server from the nursery.

    A server outlives the hub and the nursery. So it is known by its number and by the moment at which it
    was born: a number alone may later be somebody else's.
    """

    nursery = Unicode("", help="The nursery's socket.").tag(config=True)
    before = List(Unicode(), help="module:function, called as the person first.").tag(config=True)
    group_memory = Float(0, help="Bytes for a person's server and kernels; 0 for no limit.").tag(
        config=True
    )
    group_processes = Float(512, help="Processes and threads for a person.").tag(config=True)

    group_processors = Float(0, help="Processors that a person keeps busy; 0 for no limit.").tag(
        config=True
    )

    first_url = Unicode("", help="What is opened for somebody who was never here.").tag(config=True)

    pid: int
    born = Unicode("")

    async def start(self) -> tuple[str, int]:
        """Start the server and return where it will listen."""
        self.port = random_port()
        person = pwd.getpwnam(self.user.name)
        if self.first_url and not Path(person.pw_dir, "bitacora").exists():
            self.default_url = self.first_url
        request = {
            "uid": person.pw_uid,
            "gid": person.pw_gid,
            "groups": os.getgrouplist(person.pw_name, person.pw_gid),
            "env": self.get_env(),
            "cwd": person.pw_dir,
            "log": f"{person.pw_dir}/.bitacora-server.log",
            "argv": ["jupyterhub-singleuser", *self.get_args(), *own_places(person.pw_dir)],
            "before": list(self.before),
        }
        if self.group_memory:
            request["limits"] = {
                "name": self.user.name,
                "memory": int(self.group_memory),
                "processes": int(self.group_processes),
                "processors": float(self.group_processors),
            }
        loop = asyncio.get_running_loop()
        try:
            pid = await loop.run_in_executor(None, ask_nursery, self.nursery, request)
        except OSError as error:
            self.log.warning("No nursery (%s): a cold server is started", error)
            place: tuple[str, int] = await super().start()
            self.born = birth(self.pid)
            return place
        self.proc = None
        self.pid = pid
        self.born = birth(pid)
        return self.ip or "127.0.0.1", self.port

    def get_state(self) -> dict[str, Any]:
        """Return what a hub that starts again needs to know of this server."""
        return {**super().get_state(), "born": self.born}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a server that was started by an earlier hub."""
        super().load_state(state)
        self.born = state.get("born", "")

    async def poll(self) -> int | None:
        """Return None while the server runs."""
        if self.proc is None and self.pid and birth(self.pid) != self.born:
            self.clear_state()
            return 0
        status: int | None = await super().poll()
        return status


def own_places(home: str) -> list[str]:
    """Return the options that name folders of a person; JupyterLab reads them from the home at import."""
    lab = f"{home}/.jupyter/lab"
    return [
        f"--LabApp.workspaces_dir={lab}/workspaces",
        f"--LabApp.user_settings_dir={lab}/user-settings",
    ]


def birth(pid: int) -> str:
    """Return when a process was born, in ticks since the machine started; empty when it is gone or dead."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
