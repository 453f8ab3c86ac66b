"""The seccomp filters: which system calls untrusted code can't make.

A filter is a program for the kernel's packet filter machine (an array of `struct sock_filter`), assembled
here by hand, so that nothing has to be installed. Known-harmful calls are refused, calls newer than this
table do not exist, and a call made as another architecture ends the process: its numbers mean other calls.
Nothing is imported from `kit` but the table.
"""

from __future__ import annotations

import errno
import platform
import struct

from kit.sandbox.syscall_numbers import ARCHITECTURES, LAST_KNOWN, NUMBERS

_LOAD_WORD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4
_X32_BIT = 0x40000000

_AF_UNIX, _AF_NETLINK = 1, 16
_SOCK_STREAM, _SOCK_SEQPACKET = 1, 5
# Every flag of clone that asks for a namespace.
_NAMESPACE_FLAGS = (
    0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
)
# Both put text into a terminal as if somebody had typed it.
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

_MAKES_NAMESPACES = frozenset(
    [
        "mount",
        "umount2",
        "pivot_root",
        "move_mount",
        "open_tree",
        "mount_setattr",
        "unshare",
        "chroot",
        "sethostname",
    ]
)
_REFUSED = _MAKES_NAMESPACES | frozenset(
    [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "process_madvise",
        "process_mrelease",
        "kcmp",
        "pidfd_getfd",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "keyctl",
        "add_key",
        "request_key",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "setns",
        "statmount",
        "listmount",
        "lsm_set_self_attr",
        "init_module",
        "finit_module",
        "delete_module",
        "create_module",
        "kexec_load",
        "kexec_file_load",
        "reboot",
        "swapon",
        "swapoff",
        "acct",
        "quotactl",
        "quotactl_fd",
        "nfsservctl",
        "setdomainname",
        "settimeofday",
        "clock_settime",
        "adjtimex",
        "clock_adjtime",
        "syslog",
        "lookup_dcookie",
        "open_by_handle_at",
        "name_to_handle_at",
        "fanotify_init",
        "fanotify_mark",
        "vhangup",
        "ioperm",
        "iopl",
        "modify_ldt",
        "uselib",
        "ustat",
        "sysfs",
        "_sysctl",
        "migrate_pages",
        "move_pages",
        "memfd_secret",
        "remap_file_pages",
    ]
)
# "There is no such call" makes programs take the older way, which the filter can look into.
_UNKNOWN = frozenset(["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"])

_HOLDS_MEMORY = frozenset({"memfd_create", "shmget"})

# Without namespaces the processes, sockets and shared memory of the same user are within reach.
_REFUSED_BARE = frozenset(
    [
        "connect",
        "shmget",
        "shmat",
        "shmctl",
        "semget",
        "semop",
        "semctl",
        "semtimedop",
        "msgget",
        "msgsnd",
        "msgrcv",
        "msgctl",
        "mq_open",
        "mq_unlink",
        "inotify_init",
        "inotify_init1",
        "inotify_add_watch",
    ]
)
# Landlock does not rule over these. Programs that copy files use them all the time, and ZeroMQ gives up
# where it can't set how its threads are scheduled; so they succeed and do nothing.
_WITHOUT_EFFECT_BARE = frozenset(
    [
        "sched_setscheduler",
        "sched_setparam",
        "sched_setattr",
        "chmod",
        "fchmod",
        "fchmodat",
        "fchmodat2",
        "chown",
        "fchown",
        "lchown",
        "fchownat",
        "utime",
        "utimes",
        "utimensat",
        "futimesat",
        "setxattr",
        "lsetxattr",
        "fsetxattr",
        "removexattr",
        "lremovexattr",
        "fremovexattr",
    ]
)
_SIGNALS = ("kill", "tgkill")
_OTHER_SIGNALS = ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")


def _statement(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _jump(code: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _return(action: int) -> bytes:
    return _statement(_RETURN, action)


def _refuse(number: int) -> bytes:
    return _return(ERRNO | number)


def _load_argument(index: int) -> bytes:
    """Load the lower half of an argument; the calls looked at here take 32-bit numbers."""
    return _statement(_LOAD_WORD, 16 + 8 * index)


def _on(number: int, body: bytes) -> bytes:
    """Run `body`, which must return, when the number of the call is in the accumulator."""
    return _jump(_JUMP_EQUAL, number, 0, len(body) // 8) + body


def _allow_only(index: int, values: tuple[int, ...], error: int = errno.EPERM) -> bytes:
    """Allow the call when an argument is one of some values."""
    body = _load_argument(index)
    for position, value in enumerate(values):
        body += _jump(_JUMP_EQUAL, value, len(values) - position, 0)
    return body + _refuse(error) + _return(ALLOW)


def _refuse_on(index: int, values: tuple[int, ...]) -> bytes:
    body = _load_argument(index)
    for position, value in enumerate(values):
        body += _jump(_JUMP_EQUAL, value, len(values) - position, 0)
    return body + _return(ALLOW) + _refuse(errno.EPERM)


def _refuse_bits(index: int, bits: int) -> bytes:
    return (
        _load_argument(index)
        + _jump(_JUMP_ANY_BIT, bits, 0, 1)
        + _refuse(errno.EPERM)
        + _return(ALLOW)
    )


def _socket_rule(*, bare: bool) -> bytes:
    """Allow local sockets, and the one netlink protocol that lists network interfaces."""
    netlink = (
        _load_argument(2) + _jump(_JUMP_EQUAL, 0, 1, 0) + _refuse(errno.EPERM) + _return(ALLOW)
    )
    local = _return(ALLOW)
    if bare:
        # A datagram can be sent to any socket without connecting to it.
        local = _load_argument(1) + _statement(0x54, 0xF)  # and
        local += _jump(_JUMP_EQUAL, _SOCK_STREAM, 2, 0)
        local += _jump(_JUMP_EQUAL, _SOCK_SEQPACKET, 1, 0)
        local += _refuse(errno.EPERM) + _return(ALLOW)
    return (
        _load_argument(0)
        + _jump(_JUMP_EQUAL, _AF_UNIX, 0, len(local) // 8)
        + local
        + _jump(_JUMP_EQUAL, _AF_NETLINK, 0, len(netlink) // 8)
        + netlink
        + _refuse(errno.EPERM)
    )


def build_filter(
    *,
    nested: bool = False,
    bare: bool = False,
    unmeasured: bool = False,
    signals_from: int | None = None,
    machine: str | None = None,
) -> bytes:
    """Assemble a filter.

    Parameters
    ----------
    nested
        Leave the calls open that make namespaces, for an outer wall in which inner ones are to stand.
    bare
        Close what namespaces would keep apart: other local sockets, shared memory, modes of files, the
        priority of other processes. For walls without namespaces that share their user with others.
    unmeasured
        Close the ways to hold memory that belongs to no process, for where no control group counts it.
    signals_from
        With `bare`, where Landlock can't keep signals in: only this process may send signals, to itself.
    machine
        As in `platform.machine`; by default this one.

    Returns
    -------
    bytes
        An array of `struct sock_filter`, as bubblewrap and the kernel want it.

    Raises
    ------
    OSError
        If the machine is of a kind for which there is no table.
    """
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"there is no seccomp filter for {machine}")
    column = list(ARCHITECTURES).index(machine)

    def numbers(names: frozenset[str] | tuple[str, ...]) -> list[int]:
        found = [NUMBERS[name][column] for name in sorted(names)]
        return [number for number in found if number is not None]

    def number(name: str) -> int:
        found = NUMBERS[name][column]
        assert found is not None
        return found

    program = _statement(_LOAD_WORD, _ARCHITECTURE)
    program += _jump(_JUMP_EQUAL, ARCHITECTURES[machine], 1, 0) + _return(KILL)
    program += _statement(_LOAD_WORD, _NUMBER)
    program += _jump(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1) + _return(KILL)
    program += _jump(_JUMP_GREATER_EQUAL, LAST_KNOWN + 1, 0, 1) + _refuse(errno.ENOSYS)

    refused = _REFUSED - _MAKES_NAMESPACES if nested else _REFUSED
    if bare:
        refused |= _REFUSED_BARE
    if unmeasured:
        refused |= _HOLDS_MEMORY
    for each in numbers(_UNKNOWN):
        program += _on(each, _refuse(errno.ENOSYS))
    for each in numbers(refused):
        program += _on(each, _refuse(errno.EPERM))
    program += _on(number("socket"), _socket_rule(bare=bare))
    program += _on(number("socketpair"), _socket_rule(bare=bare))
    program += _on(number("ioctl"), _refuse_on(1, (_TIOCSTI, _TIOCLINUX)))
    # 0xffffffff asks what the personality is.
    program += _on(number("personality"), _allow_only(0, (0, 0xFFFFFFFF)))
    if not nested:
        program += _on(number("clone"), _refuse_bits(0, _NAMESPACE_FLAGS))
    if bare:
        for each in numbers(_WITHOUT_EFFECT_BARE):
            program += _on(each, _return(ERRNO))
        for name in ("prlimit64", "sched_setaffinity"):
            program += _on(number(name), _allow_only(0, (0,)))
        both_zero = _load_argument(0) + _jump(_JUMP_EQUAL, 0, 1, 0) + _refuse(errno.EPERM)
        program += _on(number("setpriority"), both_zero + _allow_only(1, (0,)))
        program += _on(number("ioprio_set"), _allow_only(1, (0,)))
        if signals_from is not None:
            for each in numbers(_SIGNALS):
                program += _on(each, _allow_only(0, (signals_from,)))
            for each in numbers(_OTHER_SIGNALS):
                program += _on(each, _refuse(errno.EPERM))
    return program + _return(ALLOW)


def build_refusal(machine: str | None = None) -> bytes:
    """Assemble the filter that a container runtime puts up: no new namespace, no mount.

    For trying what happens where namespaces are refused.
    """
    machine = machine or platform.machine()
    column = list(ARCHITECTURES).index(machine)
    program = _statement(_LOAD_WORD, _NUMBER)
    for name in sorted(_MAKES_NAMESPACES | {"setns"}):
        number = NUMBERS[name][column]
        if number is not None:
            program += _on(number, _refuse(errno.EPERM))
    clone, clone3 = NUMBERS["clone"][column], NUMBERS["clone3"][column]
    assert clone is not None and clone3 is not None
    program += _on(clone3, _refuse(errno.ENOSYS))
    program += _on(clone, _refuse_bits(0, _NAMESPACE_FLAGS))
    return program + _return(ALLOW)
