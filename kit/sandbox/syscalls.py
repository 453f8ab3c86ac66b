"""Linux system calls that Python 3.11 has no function for, through ctypes.

Each function raises `OSError` where the kernel refuses. Nothing here decides anything. The module imports
nothing of `kit`, so that it can be used behind the walls, too.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100
_LAST_CAPABILITY = 40
_CAPABILITY_VERSION_3 = 0x20080522

# Since Linux 5.3 new calls have the same number on every architecture.
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulong,
    ctypes.c_char_p,
)
_libc.syscall.restype = ctypes.c_long


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def call(number: int, *arguments: object, what: str = "syscall") -> int:
    """Make a system call by its number."""
    ready = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _check(_libc.syscall(ctypes.c_long(number), *ready), what)


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(
    source: str | None, target: str, kind: str | None = None, flags: int = 0, data: str = ""
) -> None:
    """Mount a file system, bind a folder, or change how a mount spreads."""
    result = _libc.mount(
        None if source is None else os.fsencode(source),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        flags,
        data.encode() or None,
    )
    _check(result, f"mount {target}")


def bind(source: str, target: str) -> None:
    """Show a file or folder, with what is mounted below it, in a second place."""
    mount(source, target, flags=MS_BIND | MS_REC)


def unmount(target: str) -> None:
    """Take a mount away, at once for names and later for what is open."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def set_mount_attributes(target: str, attributes: int, *, recursive: bool = True) -> None:
    """Add attributes such as read-only to a mount; those that it has already stay (Linux 5.12)."""
    struct_attr = struct.pack("=QQQQ", attributes, 0, 0, 0)
    call(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(os.fsencode(target)),
        _AT_RECURSIVE if recursive else 0,
        ctypes.c_char_p(struct_attr),
        len(struct_attr),
        what=f"mount_setattr {target}",
    )


def make_mounts_private() -> None:
    """Keep what is mounted from now on from other mount namespaces, and theirs from here."""
    mount(None, "/", flags=MS_REC | MS_PRIVATE)


def change_root(new_root: str) -> None:
    """Make a mount the root, and take the old root away."""
    os.chdir(new_root)
    dot = ctypes.c_char_p(b".")
    call(_PIVOT_ROOT[platform.machine()], dot, dot, what="pivot_root")
    # Old and new root now lie on top of each other; the old one is the upper.
    unmount(".")
    os.chdir("/")


def _prctl(option: int, argument: int, what: str) -> None:
    unused = ctypes.c_ulong(0)
    result = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(argument), unused, unused, unused)
    _check(result, what)


def forbid_new_privileges() -> None:
    """Make set-user-id programs powerless for this process and all that follow from it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")


def set_dumpable(dumpable: bool) -> None:
    """Open or close this process's memory and `/proc` files to others of the same user."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable), "dumpable")


def become_subreaper() -> None:
    """Become the parent of every descendant whose own parent has ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1, "subreaper")


def die_with_parent(signal_number: int = 9) -> None:
    """Get a signal when the parent's thread ends."""
    _prctl(_PR_SET_PDEATHSIG, signal_number, "pdeathsig")


def drop_capabilities() -> None:
    """Give up every capability, also those that a program could bring back."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            _prctl(_PR_CAPBSET_DROP, capability, "capability bounding set")
        except OSError:
            # An older kernel has fewer; without the right to drop them, there is nothing to drop.
            break
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    _check(_libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def install_filter(program: bytes) -> None:
    """Put a seccomp filter (an array of `struct sock_filter`) before every system call from now on."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filters", ctypes.c_void_p))

    buffer = ctypes.create_string_buffer(program, len(program))
    what = Program(len(program) // 8, ctypes.addressof(buffer))
    result = _libc.prctl(
        ctypes.c_int(_PR_SET_SECCOMP),
        ctypes.c_ulong(_SECCOMP_MODE_FILTER),
        ctypes.byref(what),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )
    _check(result, "seccomp")


def map_user(inside_uid: int, inside_gid: int, outside_uid: int, outside_gid: int) -> None:
    """Say who this process is inside the user namespace that it has just made."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside_uid} {outside_uid} 1"),
        ("gid_map", f"{inside_gid} {outside_gid} 1"),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
