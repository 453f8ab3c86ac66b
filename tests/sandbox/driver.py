"""Runs commands behind walls as root or as an ordinary user, on machines that allow or refuse namespaces.

Started by the tests, as root, with one JSON object as its argument; prints one JSON object.
"""

import base64
import contextlib
import ctypes
import importlib
import json
import os
import socket
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from readable import make_environment_readable


def make_targets(folder, without):
    """Make what a survey tries to reach: files, sockets and a process of the same user."""
    folder = Path(folder)
    for name in ("home", "course", "outside"):
        (folder / name).mkdir()
    (folder / "home" / "secret").write_text("secret")
    (folder / "course" / "hidden.ipynb").write_text("hidden tests")
    for name in ("mine", "doomed", "moved"):
        (folder / "outside" / name).write_text("here before")
        (folder / "outside" / name).chmod(0o600)
    kept = []

    def listen(family, kind, address):
        server = socket.socket(family, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        kept.append(server)
        return server.getsockname()

    secret = ctypes.create_string_buffer(b"in memory")
    abstract = f"kit-walls-test-{os.getpid()}"
    listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)
    shm_key = os.getpid()
    shm = ctypes.CDLL(None).shmget(shm_key, 4096, 0o1600)
    environment = {"KIT_TEST_SECRET": "in-the-environment"}
    process = subprocess.Popen(["victim", "60"], executable="/bin/sleep", env=environment)
    victim = process.pid
    kept.append(process)
    kept.append(secret)
    disks = [name for name in ("vda", "sda", "nvme0n1") if Path("/dev", name).exists()]
    targets = {
        "tcp": listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))[1],
        "udp": listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))[1],
        "abstract": abstract,
        "socket": listen(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "s")),
        "datagram": listen(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "d")),
        **{name: str(folder / name) for name in ("home", "course", "outside")},
        "victim": victim,
        "parent": os.getpid(),
        "address": ctypes.addressof(secret),
        "shm_key": shm_key,
        "shm": shm,
        "disk": (disks or ["none"])[0],
        "without": without,
    }
    return targets, kept


def take_survey(request):
    """Let a survey try what it can, behind walls or without any."""
    folder = Path(request["folder"])
    targets, _kept = make_targets(folder, request["tier"] == "none")
    (folder / "given").mkdir()
    (folder / "given" / "given.txt").write_text("given")
    (folder / "given" / "sneaky").symlink_to(folder / "course")
    (folder / "collected").mkdir()
    try:
        result = work(
            {
                "code": request["survey"],
                "arguments": [json.dumps(targets)],
                "tier": request["tier"],
                "options": {
                    "workdir": str(folder / "given"),
                    "collect": str(folder / "collected"),
                },
            }
        )
        try:
            os.kill(targets["victim"], 0)
            ended = os.waitpid(targets["victim"], os.WNOHANG)[0]
        except OSError:
            ended = True
        mine = folder / "outside" / "mine"
        result |= {
            "victim": "dead" if ended else "alive",
            "mine": [mine.read_text(), mine.stat().st_mode & 0o777, mine.stat().st_mtime > 1000],
            "outside": sorted(path.name for path in (folder / "outside").iterdir()),
            "collected": sorted(path.name for path in (folder / "collected").iterdir()),
            "links": [path.name for path in (folder / "collected").iterdir() if path.is_symlink()],
        }
        return result
    finally:
        with contextlib.suppress(OSError):
            os.kill(targets["victim"], 9)
            os.waitpid(targets["victim"], 0)
        ctypes.CDLL(None).shmctl(targets["shm"], 0, None)


def work(job):
    from kit.errors import KitError
    from kit.sandbox import Limits, run
    from kit.sandbox.tiers import make_walls

    options = dict(job.get("options", {}))
    for name in ("workdir", "collect"):
        if name in options:
            options[name] = Path(options[name])
    options["read_only"] = [Path(path) for path in options.get("read_only", [])]
    try:
        done = run(
            [sys.executable, "-I", "-S", "-c", job["code"], *job.get("arguments", [])],
            walls=make_walls(job["tier"]),
            limits=Limits(**job.get("limits", {})),
            **options,
        )
    except KitError as error:
        return {"error": str(error)}
    outcome = done.outcome
    return {
        "returncode": outcome.returncode,
        "hits": {hit.name: hit.fatal for hit in outcome.hits},
        "hit": outcome.hit.name if outcome.hit else None,
        "seconds": outcome.seconds,
        "label": outcome.label,
        "left_out": list(outcome.left_out),
        "stdout": done.stdout[:20000].decode("utf-8", "replace"),
        "stderr": done.stderr[-2000:].decode("utf-8", "replace"),
        "printed": len(done.stdout) + len(done.stderr),
    }


def talk_to_kernel(request):
    """Start a kernel behind walls and execute cells in it from outside."""
    import asyncio

    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell, new_notebook

    from kit.sandbox import Limits
    from kit.sandbox.kernel import WalledKernelManager
    from kit.sandbox.tiers import make_walls

    work = Path(request["folder"], "work")
    work.mkdir()
    (work / "given.txt").write_text("given")
    os.environ["KIT_TEST_SECRET"] = "in-the-environment"
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in request["cells"]])
    manager = WalledKernelManager(
        kernel_name="python3",
        walls=make_walls(request["tier"]),
        limits=Limits(memory_mb=400, wall_seconds=60, processes=60),
        connection_file=str(Path(request["folder"], "k.json")),
    )
    client = NotebookClient(notebook, km=manager, allow_errors=True)
    result = {"texts": [], "errors": [], "alive": True}

    async def converse():
        await client.async_start_new_kernel(cwd=str(work), env=dict(os.environ))
        folder = manager.provisioner._folder
        await client.async_start_new_kernel_client()
        for number, cell in enumerate(notebook.cells):
            client.timeout = 1 if "sleep(60)" in cell.source else 30
            client.interrupt_on_timeout = True
            try:
                await client.async_execute_cell(cell, number)
            except (CellTimeoutError, DeadKernelError):
                result["alive"] = await manager.is_alive()
            result["texts"].append(
                "".join(output.get("text", "") for output in cell.outputs if "text" in output)
            )
            errors = [output.ename for output in cell.outputs if output.output_type == "error"]
            result["errors"].append("".join(errors))
        await client._async_cleanup_kernel()
        result["folder_left"] = folder.exists()
        outcome = manager.provisioner.outcome
        result["hit"] = outcome.hit.name if outcome and outcome.hit else None
        result["label"] = manager.label

    asyncio.run(converse())
    return result


def probe():
    from kit.errors import KitError
    from kit.sandbox.tiers import TIERS, choose_tier, probe_tier

    found = {tier: [(p := probe_tier(tier)).holds, p.label, p.reason] for tier in TIERS[:-1]}
    try:
        chosen = choose_tier().tier
    except KitError as error:
        chosen = str(error)
    return {"probes": found, "chosen": chosen}


def main():
    request = json.loads(base64.b64decode(sys.argv[1]))
    warnings.simplefilter("ignore")
    if os.getuid() == 0:
        from kit.sandbox.layout import find_environment

        # Loaded while everything can still be read.
        launcher = importlib.import_module("kit.sandbox.launcher")
        # The package too: a clone below root's own home is as closed as an interpreter there.
        package = str(Path(launcher.__file__).parents[1])
        prefixes = [*find_environment(sys.executable), package]
        if request["readable"]:
            make_environment_readable(prefixes)
    if request.get("mask_proc"):
        from kit.sandbox import syscalls

        # What container runtimes do; from then on the kernel permits no new process table below.
        syscalls.bind("/dev/null", "/proc/kallsyms")
    if request["refuse"]:
        from kit.sandbox import filters, syscalls

        syscalls.forbid_new_privileges()
        syscalls.install_filter(filters.build_refusal())
    if request["uid"]:
        os.setgroups([])
        os.setresgid(*[request["uid"]] * 3)
        os.setresuid(*[request["uid"]] * 3)
        from kit.sandbox import syscalls

        # As it is for somebody who has always been this user.
        syscalls.set_dumpable(True)
    os.environ["HOME"] = request["home"]
    if request["do"] == "survey":
        results = take_survey(request)
    elif request["do"] == "kernel":
        results = talk_to_kernel(request)
    elif request["do"] == "probe":
        results = probe()
    else:
        jobs, size = request["jobs"], request.get("at_once", 4)
        with ThreadPoolExecutor(size) as pool:
            results = list(pool.map(work, jobs))
    print(json.dumps(results))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
