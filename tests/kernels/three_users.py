"""Run as root: an operator's server, three users who ask it for kernels, and one of them who tries more.

Prints one JSON object that tests/kernels/test_shared.py reads. It is a program of its own because it needs a
mount namespace of its own, in which an interpreter below somebody's closed home can be read by others.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
USERS = (71001, 71002, 71003)
CLIENT = """
import asyncio, json, os, sys
from kit.kernels import WarmKernelManager

CODE = '''
import json, os, resource, sys
open("made-by-kernel", "w").close()
print(json.dumps({
    "uids": os.getresuid(), "gids": os.getresgid(), "groups": os.getgroups(), "cwd": os.getcwd(),
    "home": os.environ["HOME"], "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    "loaded": "numpy" in sys.modules, "own_proc": os.access("/proc/self/mem", os.R_OK),
    "root_again": [], "umask": os.umask(0o022), "pid": os.getpid(), "parent": os.getppid(),
}))
try:
    os.setuid(0)
    print(json.dumps("became root"))
except PermissionError:
    print(json.dumps("stayed"))
'''

async def main():
    manager = WarmKernelManager.with_preload(["numpy"])(kernel_name="python3")
    await manager.start_kernel(cwd=os.environ["HOME"])
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    lines = []
    await client.execute_interactive(
        CODE, timeout=60, output_hook=lambda m: lines.append(m["content"].get("text", ""))
    )
    first, second = "".join(lines).split("\\n")[:2]
    said = json.loads(first) | {"cold": manager.cold_reason, "tried": json.loads(second), "ip": manager.ip}
    print(json.dumps(said), flush=True)
    sys.stdin.readline()
    client.stop_channels()
    await manager.shutdown_kernel()

asyncio.run(main())
"""
INTRUDER = """
import json, os, signal, socket, sys
from pathlib import Path
from kit.kernels import client, places
other = json.loads(sys.argv[1])
found = {}

def attempt(name, action):
    try:
        found[name] = action()
    except Exception as error:
        found[name] = type(error).__name__

def connect(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(path)
        s.sendall(client.HEADER.pack(client.MAGIC, client.STATUS, b"0" * 32))
        return s.recv(100).decode() or "nothing"

shared = next(places.shared_folder().glob("*.sock"))
attempt("kernel's sockets", lambda: connect(other["ip"] + "-1"))
attempt("signal", lambda: os.kill(other["pid"], signal.SIGTERM))
attempt("stop", lambda: client.ask_server(shared, client.STOP, owner=0).get("refused"))
attempt("kernels seen", lambda: len(client.ask_server(shared, client.STATUS, owner=0)["kernels"]))
attempt("other's server", lambda: connect(str(next(Path(sys.argv[2]).glob("*.sock")))))
attempt("other's server, folder open", lambda: connect(sys.argv[3]))
attempt("false server", lambda: client.ask_server(Path(sys.argv[3]), client.STATUS))
print(json.dumps(found))
"""


def open_paths():
    """Let others read the interpreter, in this mount namespace only."""
    closed = set()
    needed = [Path(sys.base_prefix), Path(sys.prefix), REPOSITORY]
    for path in needed:
        closed |= {parent for parent in path.parents if not parent.stat().st_mode & 0o001}
    for top in sorted(closed, key=lambda path: len(path.parts))[:1]:
        inside = [path for path in needed if path.is_relative_to(top)]
        stash = Path(tempfile.mkdtemp())
        for number, path in enumerate(inside):
            (stash / str(number)).mkdir()
            subprocess.run(["mount", "--bind", path, stash / str(number)], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", top], check=True)
        for number, path in enumerate(inside):
            path.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", stash / str(number), path], check=True)


def make_user(base, uid, shared):
    home = base / str(uid)
    (home / "s").mkdir(parents=True)
    for path in (home, home / "s"):
        os.chown(path, uid, uid)
        path.chmod(0o700)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "USER": f"user{uid}",
        "KIT_KERNELS_DIR": str(home / "s"),
        "KIT_KERNELS_SHARED": shared,
        "KIT_KERNELS_IDLE": "60",
        "PYTHONPATH": str(REPOSITORY),
    }


def as_user(uid, code, env, *arguments, **more):
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        user=uid,
        group=uid,
        extra_groups=[uid + 100],
        env=env,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **more,
    )


def main():
    open_paths()
    base = Path(tempfile.mkdtemp(prefix="ku-", dir="/tmp"))
    base.chmod(0o755)
    shared = str(base / "shared")
    env = dict(os.environ) | {
        "KIT_KERNELS_SHARED": shared,
        "PYTHONPATH": str(REPOSITORY),
        "SECRET": "of root",
    }
    command = [sys.executable, "-m", "kit", "kernels", "serve", "--preload", "numpy"]
    server = subprocess.Popen(command, env=env)
    started = []
    try:
        while not list(Path(shared).glob("*.sock")):
            assert server.poll() is None, "the server has ended"
            time.sleep(0.02)
        envs = {uid: make_user(base, uid, shared) for uid in USERS}
        # The third has less than the others, and less than the server.
        limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
        started = [
            as_user(uid, (limit if uid == USERS[2] else "") + CLIENT, envs[uid]) for uid in USERS
        ]
        kernels = [json.loads(client.stdout.readline()) for client in started]
        owners = [(base / str(uid) / "made-by-kernel").stat().st_uid for uid in USERS]

        own = envs[USERS[0]] | {"KIT_KERNELS_SHARED": "/nowhere"}
        started.append(as_user(USERS[0], CLIENT.replace('["numpy"]', "[]"), own))
        kernels.append(json.loads(started[-1].stdout.readline()))
        # As if somebody had opened the folder by mistake: the server still looks at who comes.
        socket = next((base / str(USERS[0]) / "s").glob("*.sock"))
        mistake = base / "open.sock"
        os.link(socket, mistake)
        mistake.chmod(0o666)
        told = (json.dumps(kernels[0]), str(socket.parent), str(mistake))
        intruder = as_user(USERS[1], INTRUDER, envs[USERS[1]], *told)
        found = json.loads(intruder.communicate(timeout=60)[0])

        killed = started[1]
        killed.kill()
        killed.wait()
        pid = kernels[1]["pid"]
        deadline = time.monotonic() + 20
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        print(
            json.dumps(
                {
                    "server": server.pid,
                    "kernels": kernels,
                    "owners": owners,
                    "intruder": found,
                    "left": Path(f"/proc/{pid}").exists(),
                }
            ),
            flush=True,
        )
    finally:
        for client in started:
            if client.poll() is None:
                client.communicate("\n", timeout=30)
        for path in base.glob("*/s/*.sock"):
            subprocess.run(
                [sys.executable, "-m", "kit", "kernels", "stop", "--kill"],
                env=make_env_for_stop(path.parent),
                user=path.parent.stat().st_uid,
                check=False,
                stdout=subprocess.DEVNULL,
            )
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
        shutil.rmtree(base, ignore_errors=True)


def make_env_for_stop(folder):
    return dict(os.environ) | {
        "KIT_KERNELS_DIR": str(folder),
        "PYTHONPATH": str(REPOSITORY),
        "HOME": "/",
    }


if __name__ == "__main__":
    main()
