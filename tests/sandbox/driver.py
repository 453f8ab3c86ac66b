"""Runs commands behind walls as root or as an ordinary user, on machines that allow or refuse namespaces.

Started by the tests, as root, with one JSON object as its argument; prints one JSON object.
"""

import base64
import contextlib
import importlib
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path


def make_environment_readable(prefixes):
    """Show the interpreter in its own place to everyone, though it may lie below a closed home."""
    from kit.sandbox import syscalls

    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.make_mounts_private()
    closed = {}
    for prefix in prefixes:
        for parent in reversed(Path(prefix).parents):
            if not parent.stat().st_mode & 0o001:
                closed.setdefault(str(parent), []).append(prefix)
                break
    for parent, inside in closed.items():
        kept = []
        for prefix in inside:
            place = tempfile.mkdtemp(dir="/mnt")
            syscalls.bind(prefix, place)
            kept.append((place, prefix))
        syscalls.mount("tmpfs", parent, "tmpfs", 0, "mode=755,size=1m")
        for place, prefix in kept:
            Path(prefix).mkdir(parents=True, exist_ok=True)
            syscalls.bind(place, prefix)
            syscalls.unmount(place)
            Path(place).rmdir()


def work(job):
    from kit.errors import KitError
    from kit.sandbox import Limits, launch
    from kit.sandbox.launcher import PIPE
    from kit.sandbox.tiers import make_walls

    options = dict(job.get("options", {}))
    for name in ("workdir", "collect"):
        if name in options:
            options[name] = Path(options[name])
    if "read_only" in options:
        options["read_only"] = [Path(path) for path in options["read_only"]]
    try:
        return launch(
            [sys.executable, "-I", "-S", "-c", job["code"], *job.get("arguments", [])],
            walls=make_walls(job["tier"]),
            limits=Limits(**job.get("limits", {})),
            stdout=PIPE,
            stderr=PIPE,
            **options,
        )
    except KitError as error:
        return error


def finish(walled):
    if isinstance(walled, Exception):
        return {"error": str(walled)}
    with walled:
        stdout, stderr = walled.stdout.read(), walled.stderr.read()
        try:
            outcome = walled.wait()
        except Exception as error:
            return {"error": str(error)}
    return {
        "returncode": outcome.returncode,
        "hits": {hit.name: hit.fatal for hit in outcome.hits},
        "hit": outcome.hit.name if outcome.hit else None,
        "seconds": outcome.seconds,
        "cpu": outcome.cpu_seconds,
        "memory": outcome.peak_memory_mb,
        "label": outcome.label,
        "left_out": list(outcome.left_out),
        "stdout": stdout[:20000].decode("utf-8", "replace"),
        "stderr": stderr[-2000:].decode("utf-8", "replace"),
        "printed": len(stdout) + len(stderr),
    }


def probe(_job):
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
        importlib.import_module("kit.sandbox.launcher")
        prefixes = find_environment(sys.executable)
        if request["readable"]:
            make_environment_readable(prefixes)
    if request["refuse"]:
        from kit.sandbox import filters, syscalls

        syscalls.forbid_new_privileges()
        syscalls.install_filter(filters.build_refusal())
    if request["uid"]:
        os.setgroups([])
        os.setresgid(*[request["uid"]] * 3)
        os.setresuid(*[request["uid"]] * 3)
    os.environ.update(HOME=request["home"], KIT_TEST_SECRET="in-the-environment")
    if request.get("function"):
        spec = importlib.util.spec_from_file_location("extra", request["module"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        results = getattr(module, request["function"])(request)
    elif request["jobs"] == "probe":
        results = probe(None)
    else:
        started = [work(job) for job in request["jobs"]]
        results = [finish(walled) for walled in started]
    time.sleep(request.get("linger", 0))
    print(json.dumps(results))


if __name__ == "__main__":
    import importlib.util

    with contextlib.suppress(KeyboardInterrupt):
        main()
