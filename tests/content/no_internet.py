"""Runs in a lesson's kernel before its first cell, and keeps it from the internet (see conftest.py).

Python code that asks for an internet socket or looks up a name gets a PermissionError, and is written down:
a cell that goes on without the network would otherwise be green here and wait for its time-out elsewhere.
What gets past Python (a C library, a program that the cell starts) is ended by the system, except in a
lesson that runs commands of the kit: their walls ask for a socket while they cut the network off.
"""

import os
import socket
import struct
import sys
from pathlib import Path


def _refuse(event, arguments):
    if event == "socket.__new__":
        asked = arguments[1] in (socket.AF_INET, socket.AF_INET6)
    else:
        asked = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
    if asked:
        with Path(os.environ["KIT_TEST_INTERNET"]).open("a", encoding="utf-8") as record:
            record.write(f"{event} {arguments[1:] if event == 'socket.__new__' else arguments}\n")
        raise PermissionError("a lesson must run without the internet")


def _filter():
    """Return a seccomp filter: whoever calls socket() for IPv4 or IPv6 is killed."""
    import platform

    from kit.sandbox.syscall_numbers import ARCHITECTURES, NUMBERS

    column = list(ARCHITECTURES).index(platform.machine())
    kill, allow = 0x80000000, 0x7FFF0000
    steps = [
        (0x20, 0, 0, 0),  # load the number of the call
        (0x15, 0, 4, NUMBERS["socket"][column]),  # another call: allow
        (0x20, 0, 0, 16),  # load its first argument, the address family
        (0x15, 1, 0, socket.AF_INET),
        (0x15, 0, 1, socket.AF_INET6),
        (0x06, 0, 0, kill),
        (0x06, 0, 0, allow),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


if sys.platform == "linux" and "KIT_TEST_COMMANDS" not in os.environ:
    from kit.sandbox import syscalls

    syscalls.forbid_new_privileges()
    syscalls.install_filter(_filter())
sys.addaudithook(_refuse)
del _refuse, _filter
