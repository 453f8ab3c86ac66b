"""The seccomp filters, run here by a small machine for packet filters, for both architectures."""

import errno
import struct

import pytest

from kit.sandbox.filters import ALLOW, ERRNO, KILL, build_filter, build_refusal
from kit.sandbox.syscall_numbers import ARCHITECTURES, NUMBERS

MACHINES = list(ARCHITECTURES)
VARIANTS = {
    "usual": {},
    "nested": {"nested": True},
    "bare": {"bare": True},
    "bare-unmeasured-lonely": {"bare": True, "unmeasured": True, "signals_from": 4711},
}
EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS


def execute(program, number, arguments=(), machine="x86_64", architecture=None):
    """Return what a filter says to a call."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    architecture = ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("=IIQ6Q", number, architecture, 0, *[a & (1 << 64) - 1 for a in arguments])
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        else:
            test = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += if_true if test else if_false


def number_of(name, machine):
    return NUMBERS[name][MACHINES.index(machine)]


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_jump_stays_inside_and_every_path_ends(machine, variant):
    program = build_filter(machine=machine, **VARIANTS[variant])
    assert len(program) % 8 == 0 and len(program) // 8 < 4096
    for number in {n[MACHINES.index(machine)] for n in NUMBERS.values()} - {None}:
        for argument in (0, 1, 2, 16, 0x10000000, 0x5412, 0xFFFFFFFF):
            assert execute(program, number, [argument] * 6, machine) & 0xFFFF0000 in (
                ALLOW,
                KILL,
                ERRNO,
            )


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("ptrace", [], EPERM),
        ("mount", [], EPERM),
        ("unshare", [], EPERM),
        ("bpf", [], EPERM),
        ("clone3", [], ENOSYS),
        ("io_uring_setup", [], ENOSYS),
        ("clone", [17], ALLOW),
        ("clone", [0x3D0F00], ALLOW),  # What a thread is made with.
        ("clone", [0x10000011], EPERM),
        ("clone", [0x40000011], EPERM),
        ("socket", [1, 1], ALLOW),
        ("socket", [16, 3, 0], ALLOW),
        ("socket", [16, 3, 12], EPERM),
        ("socket", [2, 1], EPERM),
        ("socket", [2, 1, 262], EPERM),
        ("socket", [10, 2], EPERM),
        ("socket", [17, 3], EPERM),
        ("socket", [38, 5], EPERM),
        ("socket", [40, 1], EPERM),
        # The kernel looks at 32 bits only.
        ("socket", [(1 << 32) + 2, 1], EPERM),
        ("ioctl", [0, 0x5412], EPERM),
        ("ioctl", [0, (1 << 32) + 0x5412], EPERM),
        ("ioctl", [0, 0x5413], ALLOW),
        ("personality", [0xFFFFFFFF], ALLOW),
        ("personality", [0x0040000], EPERM),
        ("connect", [], ALLOW),
        ("chmod", [], ALLOW),
        ("kill", [123], ALLOW),
    ],
)
def test_what_the_usual_filter_says(machine, name, arguments, answer):
    number = number_of(name, machine)
    if number is None:
        pytest.skip(f"{machine} has no {name}")
    assert execute(build_filter(machine=machine), number, arguments, machine) == answer


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("connect", [], EPERM),
        ("socket", [1, 1], ALLOW),
        ("socket", [1, 5 | 0o2000000], ALLOW),
        ("socket", [1, 2], EPERM),
        ("socketpair", [1, 2], EPERM),
        ("socketpair", [1, 1], ALLOW),
        ("fchmodat", [], ERRNO),
        ("prlimit64", [0], ALLOW),
        ("prlimit64", [77], EPERM),
        ("setpriority", [0, 0], ALLOW),
        ("setpriority", [0, 77], EPERM),
        ("setpriority", [2, 0], EPERM),
        ("kill", [4711], ALLOW),
        ("kill", [77], EPERM),
        ("kill", [-1], EPERM),
        ("pidfd_send_signal", [3], EPERM),
        ("memfd_create", [], EPERM),
    ],
)
def test_what_is_closed_where_there_are_no_namespaces(machine, name, arguments, answer):
    program = build_filter(machine=machine, **VARIANTS["bare-unmeasured-lonely"])
    assert execute(program, number_of(name, machine), arguments, machine) == answer


def test_the_outer_filter_lets_inner_walls_be_built_and_little_else(machine):
    program = build_filter(machine=machine, nested=True)
    for name in ("unshare", "mount", "umount2"):
        assert execute(program, number_of(name, machine), [0x10000000], machine) == ALLOW
    for name in ("setns", "ptrace", "bpf", "fsopen"):
        assert execute(program, number_of(name, machine), [], machine) == EPERM


def test_a_call_as_another_architecture_ends_the_process(machine):
    program = build_filter(machine=machine)
    assert execute(program, 0, machine=machine, architecture=0x40000003) == KILL
    assert execute(program, 0x40000000, machine=machine) == KILL


def test_a_call_that_nobody_has_looked_at_does_not_exist(machine):
    assert execute(build_filter(machine=machine), 463, machine=machine) == ENOSYS


def test_there_is_no_filter_for_an_unknown_machine():
    with pytest.raises(OSError, match="riscv64"):
        build_filter(machine="riscv64")


def test_the_refusal_is_that_of_a_container(machine):
    program = build_refusal(machine)
    assert execute(program, number_of("unshare", machine), [], machine) == EPERM
    assert execute(program, number_of("clone", machine), [17], machine) == ALLOW
    assert execute(program, number_of("socket", machine), [2], machine) == ALLOW
