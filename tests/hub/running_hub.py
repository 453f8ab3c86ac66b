"""A real hub with real Unix users, as its operator starts and sees it."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import nbformat

from kit.hub.visitor import Visitor

REPO = Path(__file__).resolve().parents[2]
# Ids of the run's own: another run on this machine has others.
RUN = f"kt{os.getpid() % 100000}"
MENTOR, PARIS, SANTIAGO, HOSTILE = (f"{RUN}-{name}" for name in ("ment", "par", "scl", "bad"))
COURSE = "first-steps"
#: The course with its gradebook on a server that asks for a password.
SERVED = "tides"
PASSWORD = "NUTRIA-5582"
#: The course in which published attacks are handed in.
ARENA = "arena"


def why_not():
    """Say what is missing for a hub with several people, or return None."""
    if os.getuid() != 0:
        return "a hub that becomes several people needs root"
    for program, package in (("node", "nodejs"), ("useradd", "passwd"), ("nsenter", "util-linux")):
        if shutil.which(program) is None:
            return f"{program} is not installed: sudo apt-get install {package}"
    try:
        import jupyterhub  # noqa: F401
    except ImportError:
        return 'JupyterHub is not installed: pip install "bitacora-kit[hub]"'
    from kit.errors import KitError
    from kit.hub.configuration import find_proxy

    try:
        find_proxy()
    except KitError as error:
        return error.message()
    tried = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        check=False,
        capture_output=True,
    )
    return "mounting in a namespace is not permitted here" if tried.returncode else None


def wait_for(condition, what, seconds=90):
    """Wait until a condition holds, and return what it gave; ``what`` is text, or a function that makes it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    told = what() if callable(what) else what
    raise AssertionError(f"{told}: not within {seconds} s")


class RunningHub:
    """A hub, and what its operator can see and do."""

    def __init__(self, root):
        self.root = root
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}/"
        self.supervisor = None
        self.account = f"{RUN}-hub"
        self.gradebooks = {}

    def write_settings(self, gradebooks):
        """Write the operator's files; courses whose gradebook is on a server are named with its address."""
        self.gradebooks = gradebooks
        courses = {
            COURSE: {"title": "First steps", "assignments": ["practice"]},
            "second": {"title": "Second course", "assignments": ["practice"], "most_attempts": 2},
        }
        courses[ARENA] = {"title": "The arena", "assignments": ["arena"]}
        self._write_arena()
        if SERVED in gradebooks:
            courses[SERVED] = {"title": "Tides", "assignments": ["practice"]}
        for name, address in gradebooks.items():
            courses[name]["db_url"] = address
        mentored = " ".join(name for name in courses if name not in ("second", ARENA))
        settings = {
            "port": self.port,
            "account": self.account,
            "courses": courses,
            "news": "Room 12 at noon.",
            "memory_mb": 768,
            "processors": 1,
            # What a class of beginners opens first; it keeps the start of the run short.
            "preload": ["numpy", "pandas", "matplotlib.pyplot", "scipy", "statsmodels.api"],
        }
        (self.root / "hub.yaml").write_text(json.dumps(settings))
        (self.root / "roster.csv").write_text(
            "id,role,site,language,timezone,courses\n"
            f"{MENTOR},mentor,Paris,fr,Europe/Paris,{mentored}\n"
            f"{PARIS},student,Paris,fr,Europe/Paris,\n"
            f"{SANTIAGO},student,Santiago,es,America/Santiago,{COURSE}\n"
            f"{HOSTILE},student,Santiago,en,America/Santiago,\n"
        )
        course = self.root / "courses" / COURSE
        course.mkdir(parents=True)
        (course / "kit.yaml").write_text(
            'assignments: {practice: {due: "2099-07-14 16:00+00:00"}}\n'
        )

    def _write_arena(self):
        """Write the assignment of the attacks as its mentor would, and a secret beside it."""
        import arena

        source = self.root / "courses" / ARENA / "source" / ARENA
        source.mkdir(parents=True)
        nbformat.write(arena.make_source(), source / "arena.ipynb")
        private = source.parents[1] / "private"
        private.mkdir()
        (private / "secret.txt").write_text("the mentor's OCELOT-3385")
        limits = {"wall_seconds": 8, "memory_mb": 512}
        (source.parents[1] / "kit.yaml").write_text(
            json.dumps({"assignments": {ARENA: {"limits": limits}}})
        )

    def token(self, name):
        """Come as somebody without a server, with a token that the hub made for them."""
        operator = self.operator()
        operator.ask(f"hub/api/users/{name}", method="POST")
        made = operator.ask(f"hub/api/users/{name}/tokens", method="POST", data={})
        return Visitor(self.base, made.json()["token"])

    def start(self):
        log = (self.root / "start.log").open("ab")
        self.supervisor = subprocess.Popen(
            [sys.executable, "-m", "kit", "hub", "start", str(self.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        wait_for(self.is_up, lambda: f"the hub starts ({self.said()})", seconds=120)

    def said(self):
        """Return the last words of the hub's parts, for the message of a failure."""
        texts = [self.root / "start.log", *sorted((self.root / "log").glob("*.log"))]
        return "\n".join(
            path.read_text(errors="replace")[-1500:] for path in texts if path.exists()
        )

    def is_up(self):
        assert self.supervisor.poll() is None, self.said()
        try:
            standing = self.operator().ask("services/exchange/api/me", seconds=5)
            return standing.status in (401, 403)
        except Exception:
            return False

    def operator(self):
        token = (self.root / "state" / "check.token").read_text()
        return Visitor(self.base, token)

    def code(self, name):
        with (self.root / "codes.csv").open(newline="") as sheet:
            return {row["id"]: row["code"] for row in csv.DictReader(sheet)}[name]

    def visitor(self, name):
        """Come as somebody, with a token that the hub made for them; their server runs."""
        visitor = self.token(name)
        self.operator().start_server(name)
        return visitor

    def pid(self, part):
        return int((self.root / "state" / f"{part}.pid").read_text())

    def server_pid(self, name):
        uid = pwd.getpwnam(name).pw_uid
        for path in Path("/proc").glob("[0-9]*"):
            try:
                same = path.stat().st_uid == uid
                if same and (path / "comm").read_text().strip() == "learner-lab":
                    return int(path.name)
            except OSError:
                continue
        return None

    def service_pid(self, module):
        """Return the process of one of the services of this hub."""
        uid = pwd.getpwnam(self.account).pw_uid
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                if path.stat().st_uid == uid and module.encode() in words:
                    return int(path.name)
            except OSError:
                continue
        return None

    def run_as(self, name, *command, seconds=60, **more):
        """Run a command as somebody does in the terminal of their JupyterLab."""
        pid = wait_for(lambda: self.server_pid(name), f"the server of {name} runs")
        person = pwd.getpwnam(name)
        token = more.pop("token", None) or self.visitor(name).token
        environment = {
            "HOME": person.pw_dir,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "JUPYTERHUB_API_TOKEN": token,
            "JUPYTERHUB_USER": name,
            "KIT_HUB_EXCHANGE": f"{self.base}services/exchange/",
            "KIT_LANG": "en",
            "OMP_NUM_THREADS": "1",
        }
        rights = [f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups"]
        return subprocess.run(
            # Entering the namespace leads to its root folder; so the person's own is entered after it.
            [
                *("nsenter", "--mount", f"--target={pid}"),
                *("env", f"--chdir={person.pw_dir}/bitacora", "setpriv", *rights, *command),
            ],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            **more,
        )

    def start_kernel(self, visitor, name):
        """Start a kernel on somebody's server, as JupyterLab does; return its id."""
        started = visitor.ask(f"user/{name}/api/kernels", data={"name": "python3"}, seconds=120)
        assert started.status == 201, started.text[started.text.find("<h1") :] + self.said()
        return started.json()["id"]

    def run_code(self, visitor, name, kernel, code, seconds=240):
        """Run code in a kernel; return what it printed, or the state of a kernel that went away meanwhile."""
        return asyncio.run(asyncio.wait_for(self._run_code(visitor, name, kernel, code), seconds))

    async def _run_code(self, visitor, name, kernel, code):
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        address = self.base.replace("http", "ws", 1)
        session, asked = uuid.uuid4().hex, uuid.uuid4().hex
        url = f"{address}user/{name}/api/kernels/{kernel}/channels?session_id={session}"
        connection = await websocket_connect(
            HTTPRequest(url, headers={"Authorization": f"token {visitor.token}"})
        )
        header = {"msg_id": asked, "msg_type": "execute_request", "session": session}
        header |= {"username": name, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": False}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}}
        await connection.write_message(json.dumps(message | {"content": content}))
        printed = []
        outcome = None
        while outcome is None:
            outcome = self._read_answer(json.loads(await connection.read_message()), asked, printed)
        connection.close()
        while await connection.read_message() is not None:
            pass
        return outcome

    @staticmethod
    def _read_answer(told, asked, printed):
        kind, content = told["msg_type"], told["content"]
        if kind == "status" and content["execution_state"] in ("restarting", "dead"):
            return content["execution_state"]
        if told["parent_header"].get("msg_id") != asked:
            return None
        if kind == "stream":
            printed.append(content["text"])
        if kind == "execute_reply":
            assert content["status"] == "ok", content
        # What was printed comes on another channel than the reply; this comes last on it.
        is_over = kind == "status" and content["execution_state"] == "idle"
        return "".join(printed) if is_over else None

    def answer(self, name, solved=True):
        """Write somebody's answer to the practice assignment into their folder, as they would."""
        person = pwd.getpwnam(name)
        path = Path(person.pw_dir, "bitacora", "assignments", "practice", "practice.ipynb")
        notebook = nbformat.read(path, as_version=4)
        source = nbformat.read(REPO / "assignments/practice/practice.ipynb", as_version=4)
        solutions = {cell.id: cell.source for cell in source.cells}
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution") and cell.cell_type == "code" and solved:
                cell.source = solutions[cell.id]
            elif about.get("solution") and cell.cell_type == "markdown":
                cell.source = f"The sea off Peru swings by some degrees. Written by {name}."
        nbformat.write(notebook, path)
        os.chown(path, person.pw_uid, person.pw_gid)

    def assignment(self, visitor, course=COURSE, name=None):
        """Return how somebody stands in an assignment: the practice, or the one of the attacks."""
        name = name or (ARENA if course == ARENA else "practice")
        answer = visitor.ask("services/exchange/api/me")
        assert answer.status == 200, answer.text + self.said()
        standing = answer.json()
        rows = next(each for each in standing["courses"] if each["name"] == course)["assignments"]
        return next(row for row in rows if row["name"] == name)

    def wait_for_mark(self, visitor, course=COURSE, seconds=90):
        def judged():
            row = self.assignment(visitor, course)
            return row if row["state"] in ("graded", "mentor", "failed") else None

        return wait_for(judged, lambda: f"the submission is graded ({self.said()})", seconds)

    def stop(self):
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGTERM)
            self.supervisor.wait(60)


def remove_users(names):
    for name in names:
        try:
            uid = pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
        for _attempt in range(50):
            left = [int(path.name) for path in Path("/proc").glob("[0-9]*") if owner(path) == uid]
            if not left:
                break
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.1)
        subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)


def owner(path):
    try:
        return path.stat().st_uid
    except OSError:
        return None
