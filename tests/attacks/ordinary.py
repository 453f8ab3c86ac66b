"""Runs a command as an ordinary user, for tests that run as root: `ordinary.py UID WORD...`.

An interpreter below root's closed home is shown to everybody first, in a mount namespace of its own.
"""

import os
import sys
import tempfile
from pathlib import Path


def show_environment(prefixes):
    from kit.sandbox import syscalls

    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.make_mounts_private()
    closed: dict[str, list[str]] = {}
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


def main():
    uid, words = int(sys.argv[1]), sys.argv[2:]
    import kit
    from kit.sandbox.layout import find_environment

    # The package too: a clone below root's own home is as closed as an interpreter there.
    show_environment([*find_environment(sys.executable), str(Path(kit.__file__).parent)])
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(words[0], words)


main()
