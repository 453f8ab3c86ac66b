"""A class with honest learners and attackers, graded by a mentor's commands, and what became of everyone."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from arena import ANSWERS, ASSIGNMENT, EXPECTED, HIDDEN, make_handed_in, make_source
from attacks import Attack, make_attack
from damage import Damage

HERE = Path(__file__).parent
# An ordinary user, whom no account has to be made for.
ORDINARY = 61_777
#: What the learner's code may never see: of the mentor, and of another learner.
MENTORS = "OCELOT-3385"
ANOTHERS = "WOMBAT-9042"
SECRETS = (HIDDEN, *EXPECTED, MENTORS, ANOTHERS)
#: The limits of the class. Honest work needs a hundredth of them on a machine with nothing else to do.
WALL_SECONDS = 8
MEMORY_MB = 512
HONEST = ("honest-1", "mid-honest", "zz-honest")


@dataclass
class Outcome:
    """What became of one class."""

    results: dict[str, dict] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    log: str = ""
    code: int = 0
    seconds: float = 0.0
    reached: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def points(self, student: str) -> dict[str, float]:
        """Return what each test earned."""
        marks = self.results[student]["marks"]
        return {mark["key"]: mark["points"] or 0.0 for mark in marks}

    def leaked(self, student: str) -> list[str]:
        """Return the secrets that the learner's own code showed."""
        return [secret for secret in SECRETS if secret in self.shown.get(student, "")]


class Classroom:
    """A course below a folder that everybody may enter, and whatever attackers could want to reach."""

    def __init__(self, *, ordinary: bool = False) -> None:
        self.ordinary = ordinary and os.getuid() == 0
        self.root = Path(tempfile.mkdtemp(prefix="kit-attacks-", dir="/tmp"))
        self.course = self.root / "course"
        self.home = self.root / "home"
        self.mark = f"{self.root.name}-mark"
        self._open = contextlib.ExitStack()
        self.reached: list[str] = []
        self.places = self._make_places()
        self._make_course()

    def __enter__(self) -> Classroom:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()
        for folder in self.root.rglob("*"):
            if folder.is_dir() and not folder.is_symlink():
                folder.chmod(0o700)
        shutil.rmtree(self.root, ignore_errors=True)

    # -- what can be reached -----------------------------------------------------------------------------

    def _make_places(self) -> dict[str, str]:
        (self.home / ".ssh").mkdir(parents=True)
        (self.home / "secret.txt").write_text(f"the mentor's {MENTORS}")
        (self.home / ".ssh" / "id_ed25519").write_text(f"a key {MENTORS}")
        tcp = self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        path = str(self.root / "s")
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, path)
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.mark)
        victim = subprocess.Popen(
            [f"{self.mark}-bystander", "3600"],
            executable="/bin/sleep",
            env={"SECRET": MENTORS},
            user=ORDINARY if self.ordinary else None,
            group=ORDINARY if self.ordinary else None,
            extra_groups=[] if self.ordinary else None,
        )
        self._open.callback(victim.wait)
        self._open.callback(victim.kill)
        self.victim = victim
        key = os.getpid() * 10 + len(self.mark)
        libc = ctypes.CDLL(None)
        memory = libc.shmget(key, 4096, 0o1666)
        self._open.callback(libc.shmctl, memory, 0, None)
        return {
            "COURSE": str(self.course),
            "HOME": str(self.home),
            "TCP": str(tcp[1]),
            "UDP": str(udp[1]),
            "SOCKET": path,
            "ABSTRACT": self.mark,
            "VICTIM": str(victim.pid),
            "MARK": self.mark,
            "SHM": str(key),
        }

    def _listen(self, family: int, kind: int, address: object) -> tuple:
        server = self._open.enter_context(socket.socket(family, kind))
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        if isinstance(address, str) and not address.startswith("\0"):
            Path(address).chmod(0o777)
        thread = threading.Thread(target=self._note, args=(server, f"{family!r}, {kind!r}"))
        self._open.callback(thread.join)
        # Ends the thread, which waits for a connection or a packet.
        self._open.callback(_say, family, kind, server.getsockname())
        thread.start()
        return server.getsockname()

    def _note(self, server: socket.socket, name: str) -> None:
        while True:
            if server.type == socket.SOCK_STREAM:
                connection, _address = server.accept()
                with connection:
                    connection.settimeout(5)
                    try:
                        data = connection.recv(100)
                    except OSError:
                        data = b""
            else:
                data = server.recv(100)
            if data == b"the end":
                return
            self.reached.append(name)

    # -- the course --------------------------------------------------------------------------------------

    def _make_course(self) -> None:
        source = self.course / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        nbformat.write(make_source(), source / f"{ASSIGNMENT}.ipynb")
        limits = {"wall_seconds": WALL_SECONDS, "memory_mb": MEMORY_MB}
        settings = {"assignments": {ASSIGNMENT: {"limits": limits}}}
        (self.course / "kit.yaml").write_text(json.dumps(settings))
        for student in HONEST:
            notebook = make_handed_in(ANSWERS)
            notebook.cells[0].source += f"\n\nBy {student}, {ANOTHERS}."
            nbformat.write(notebook, self._folder(student) / f"{ASSIGNMENT}.ipynb")

    def _folder(self, student: str) -> Path:
        folder = self.course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        return folder

    def hand_in(self, attacks: Sequence[Attack | Damage]) -> None:
        """Put attacks into the folders of learners of their names."""
        for attack in attacks:
            folder = self._folder(attack.student)
            if isinstance(attack, Damage):
                attack.put(folder, self.places)
            else:
                notebook = make_attack(attack, self.places)
                nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")

    # -- grading -----------------------------------------------------------------------------------------

    def run(self, *words: str, seconds: float = 900) -> tuple[int, str]:
        """Run one command of the kit as the mentor, with secrets in the environment."""
        environment = {
            **os.environ,
            "HOME": str(self.home),
            "MENTORS_TOKEN": MENTORS,
            "OMP_NUM_THREADS": "1",
            "KIT_LANG": "en",
        }
        command = [sys.executable, "-m", "kit", *words]
        if self.ordinary:
            command = [sys.executable, str(HERE / "ordinary.py"), str(ORDINARY), *command]
        with tempfile.TemporaryFile() as log:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
            log.seek(0)
            return done.returncode, log.read().decode(errors="replace")

    def grade(self, *options: str, jobs: int = 6) -> Outcome:
        """Release, grade and write feedback; return what became of everyone, and what is left of it."""
        if self.ordinary:
            for path in (self.root, *self.root.rglob("*")):
                os.chown(path, ORDINARY, ORDINARY, follow_symlinks=False)
        course = ("--course", str(self.course))
        code, log = self.run("release", ASSIGNMENT, *course)
        assert code == 0, log
        before = self._look_around()
        began = time.monotonic()
        code, log = self.run("grade", ASSIGNMENT, *course, "--jobs", str(jobs), *options)
        outcome = Outcome(code=code, log=log, seconds=time.monotonic() - began)
        outcome.survivors = self._find_survivors()
        outcome.changed = [
            path for path, state in before.items() if self._state(Path(path)) != state
        ]
        outcome.changed += sorted(set(self._look_around()) - set(before))
        outcome.reached = list(self.reached)
        if self.victim.poll() is not None:
            outcome.reached.append("the bystander was ended")
        elif psutil.Process(self.victim.pid).status() == psutil.STATUS_STOPPED:
            outcome.reached.append("the bystander was stopped")
        self.run("feedback", ASSIGNMENT, *course)
        for path in sorted((self.course / ".kit" / "results" / ASSIGNMENT).glob("*.json")):
            outcome.results[path.stem] = json.loads(path.read_text())
        for student in outcome.results:
            outcome.shown[student] = self._shown(student)
            page = self.course / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
            outcome.pages[student] = page.read_text() if page.is_file() else ""
        return outcome

    def _shown(self, student: str) -> str:
        """Return what the learner's code showed: all outputs, without what a failed test says of itself."""
        path = self.course / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        if not path.is_file():
            return ""
        found = []
        for cell in nbformat.read(path, as_version=4).cells:
            test = cell.metadata.get("nbgrader", {}).get("grade")
            for output in cell.get("outputs", []):
                if not (test and output.output_type == "error"):
                    found.append(json.dumps(output))
        return "\n".join(found)

    def _look_around(self) -> dict[str, str]:
        """Return the state of everything that grading has no business with."""
        found = {}
        for folder in (self.home, self.course / "source", self.course / "submitted"):
            for path in sorted(folder.rglob("*")):
                # What the mentor's own tools keep in the home is theirs, apart from what they would run.
                tools = {".cache", ".local", ".ipython", ".config"} & {*path.parts}
                if not tools or ("startup" in path.parts[:-1] and path.name != "README"):
                    found[str(path)] = self._state(path)
        for name in ("kit.yaml", "nbgrader_config.py"):
            found[str(self.course / name)] = self._state(self.course / name)
        return found

    @staticmethod
    def _state(path: Path) -> str:
        try:
            status = path.lstat()
        except OSError:
            return "not there"
        text = f"{status.st_mode} {status.st_size} {status.st_mtime_ns}"
        if path.is_file() and not path.is_symlink() and status.st_size < 10**7:
            text += hashlib.sha256(path.read_bytes()).hexdigest()
        return text

    def _find_survivors(self) -> list[str]:
        """Return processes that an attack has left; the servers of the kit end when nobody asks them."""
        deadline = time.monotonic() + 10
        while True:
            found = [text for text in map(self._describe, psutil.process_iter()) if text]
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def _describe(self, process: psutil.Process) -> str:
        try:
            if process.pid in (self.victim.pid, os.getpid()):
                return ""
            words = [*process.cmdline(), *process.environ().values()]
            if process.status() == psutil.STATUS_ZOMBIE:
                return ""
            return " ".join(words)[:300] if any(self.mark in word for word in words) else ""
        except (psutil.Error, OSError):
            return ""


def _say(family: int, kind: int, address: object) -> None:
    with socket.socket(family, kind) as client:
        client.connect(address)
        client.sendall(b"the end")


@contextlib.contextmanager
def graded(
    attacks: Sequence[Attack | Damage], *options: str, ordinary: bool = False, jobs: int = 6
) -> Iterator[Outcome]:
    """Grade a class of honest learners and these attackers."""
    with Classroom(ordinary=ordinary) as room:
        room.hand_in(attacks)
        yield room.grade(*options, jobs=jobs)
