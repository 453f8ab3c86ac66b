"""Landlock: which files a process can open, without namespaces and without rights."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from kit.sandbox import syscalls

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_GET_VERSION = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << n for n in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (
    1 << n for n in range(6, 13)
)
REFER, TRUNCATE, IOCTL_DEV = (1 << n for n in range(13, 16))
_NET_BIND_AND_CONNECT_TCP = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3

READ = READ_FILE | READ_DIR | EXECUTE
USE_DEVICE = READ_FILE | WRITE_FILE
# Everything but devices.
WRITE = (
    READ
    | WRITE_FILE
    | REMOVE_DIR
    | REMOVE_FILE
    | MAKE_DIR
    | MAKE_REG
    | MAKE_SOCK
    | MAKE_FIFO
    | MAKE_SYM
    | REFER
    | TRUNCATE
)
# Sockets may be made and removed in a folder for sockets; files would fill the disk.
SOCKETS = READ_FILE | READ_DIR | MAKE_SOCK | REMOVE_FILE
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

# The version that keeps signals and abstract sockets in.
SCOPES_SINCE = 6


def find_version() -> int:
    """Return the version of Landlock that the kernel offers, 0 for none."""
    try:
        return syscalls.call(_CREATE_RULESET, None, 0, _GET_VERSION, what="landlock")
    except OSError:
        return 0


def _handled(version: int) -> int:
    handled = (1 << 13) - 1
    if version >= 2:
        handled |= REFER
    if version >= 3:
        handled |= TRUNCATE
    if version >= 5:
        handled |= IOCTL_DEV
    return handled


def restrict_self(rules: Iterable[tuple[str, int]]) -> int:
    """Give up the right to everything on disk but some paths, TCP, and signals to others.

    Parameters
    ----------
    rules
        Paths, and what may be done at and below them. Paths that are not there are passed over.

    Returns
    -------
    int
        The version of Landlock in force.

    Raises
    ------
    OSError
        If the kernel has no Landlock, or it is switched off.
    """
    version = find_version()
    if not version:
        raise OSError("this kernel offers no Landlock")
    handled = _handled(version)
    attributes = struct.pack("=Q", handled)
    if version >= 4:
        attributes += struct.pack("=Q", _NET_BIND_AND_CONNECT_TCP)
    if version >= SCOPES_SINCE:
        attributes += struct.pack("=Q", _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS)
    ruleset = syscalls.call(
        _CREATE_RULESET, ctypes.c_char_p(attributes), len(attributes), 0, what="landlock"
    )
    try:
        for path, access in rules:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                _add_rule(ruleset, path, access & handled)
        syscalls.forbid_new_privileges()
        syscalls.call(_RESTRICT_SELF, ruleset, 0, what="landlock")
    finally:
        os.close(ruleset)
    return version


def _add_rule(ruleset: int, path: str, access: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _FOR_FILES
        rule = struct.pack("=Qi", access, descriptor)
        syscalls.call(
            _ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0, what="landlock"
        )
    finally:
        os.close(descriptor)
