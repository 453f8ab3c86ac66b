"""Shows a Python below a closed home to every user, in a mount namespace of the calling process alone."""

import tempfile
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
