# ruff: noqa
"""Tries, from wherever it runs, what untrusted code would try; prints one JSON object of what it reached.

Imports nothing but the standard library. Everything tried is harmless where it succeeds: the targets are
made for it.
"""

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
targets = json.loads(sys.argv[1])
found = {}


def attempt(name):
    """Run a function at once; note True where it got through, else the name of the error."""

    def note(function):
        try:
            result = function()
            found[name] = True if result is None else result
        except OSError as error:
            found[name] = errno.errorcode.get(error.errno, type(error).__name__)
        except Exception as error:
            found[name] = type(error).__name__
        return function

    return note


def call(number, *arguments):
    """Make a system call; refused (EPERM, ENOSYS) or, whatever else came of it, let through."""
    result = libc.syscall(number, *[ctypes.c_long(a) for a in arguments])
    code = ctypes.get_errno()
    if result < 0 and code in (errno.EPERM, errno.ENOSYS, errno.EACCES):
        raise OSError(code, "refused")


def in_child(function):
    """Run a function in a child; return its exit code, negative for a signal."""
    pid = os.fork()
    if not pid:
        try:
            os._exit(function() or 0)
        except BaseException:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def reach(family, kind, protocol, address):
    with socket.socket(family, kind, protocol) as client:
        client.settimeout(2)
        if kind == socket.SOCK_DGRAM:
            client.sendto(b"hello", address)
        else:
            client.connect(address)


# --- the network
loopback = ("127.0.0.1", targets["tcp"])
attempt("tcp")(lambda: reach(socket.AF_INET, socket.SOCK_STREAM, 0, loopback))
attempt("mptcp")(lambda: reach(socket.AF_INET, socket.SOCK_STREAM, 262, loopback))
attempt("udp")(lambda: reach(socket.AF_INET, socket.SOCK_DGRAM, 0, ("127.0.0.1", targets["udp"])))
attempt("udp6")(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close())
attempt("vsock")(lambda: socket.socket(40, socket.SOCK_STREAM).close())
attempt("crypto-socket")(lambda: socket.socket(38, socket.SOCK_SEQPACKET).close())
attempt("netfilter-socket")(lambda: socket.socket(16, socket.SOCK_RAW, 12).close())
attempt("unix-abstract")(
    lambda: reach(socket.AF_UNIX, socket.SOCK_STREAM, 0, "\0" + targets["abstract"])
)
attempt("unix-path")(lambda: reach(socket.AF_UNIX, socket.SOCK_STREAM, 0, targets["socket"]))
attempt("unix-datagram")(lambda: reach(socket.AF_UNIX, socket.SOCK_DGRAM, 0, targets["datagram"]))


# --- files
def read(path):
    with open(path, "rb") as file:
        file.read(100)


def write(path):
    with open(path, "w") as file:
        file.write("was here")


attempt("read-home")(lambda: read(targets["home"] + "/secret"))
attempt("read-course")(lambda: read(targets["course"] + "/hidden.ipynb"))
attempt("read-shadow")(lambda: read("/etc/shadow"))
attempt("read-accounts")(lambda: None if b"root" in open("/etc/passwd", "rb").read() else "own")
attempt("read-through-proc-root")(
    lambda: read("/proc/self/root" + targets["course"] + "/hidden.ipynb")
)
attempt("write-outside")(lambda: write(targets["outside"] + "/written"))
attempt("truncate-outside")(lambda: os.truncate(targets["outside"] + "/mine", 0))
attempt("delete-outside")(lambda: os.unlink(targets["outside"] + "/doomed"))
attempt("rename-outside")(
    lambda: os.rename(targets["outside"] + "/moved", targets["outside"] + "/elsewhere")
)
attempt("write-usr")(lambda: write("/usr/kit-walls-test"))
attempt("write-environment")(lambda: write(sys.prefix + "/kit-walls-test"))
attempt("write-root")(lambda: write("/kit-walls-test"))
attempt("link-to-secret")(
    lambda: os.link(targets["course"] + "/hidden.ipynb", "stolen") or read("stolen")
)
attempt("symlink-to-secret")(
    lambda: os.symlink(targets["course"] + "/hidden.ipynb", "link") or read("link")
)
# Whether it had an effect is seen from outside.
attempt("chmod-outside")(lambda: os.chmod(targets["outside"] + "/mine", 0o777))
attempt("touch-outside")(lambda: os.utime(targets["outside"] + "/mine", (1, 1)))
attempt("watch-outside")(
    lambda: (
        call(
            {"x86_64": 254, "aarch64": 27}[platform.machine()],
            libc.inotify_init1(0),
            ctypes.cast(ctypes.c_char_p(targets["course"].encode()), ctypes.c_void_p).value,
            0x100,
        )
        if os.path.isdir(targets["course"]) or targets["without"]
        else "ENOENT"
    )
)
attempt("disk-device")(lambda: read("/dev/" + targets["disk"]))
attempt("kernel-log")(lambda: os.close(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)))
attempt("make-device")(lambda: os.mknod("device", 0o600 | 0o020000, os.makedev(1, 5)))
attempt("core-pattern")(lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)))


# --- other processes
def search_environments():
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if b"in-the-environment" in file.read():
                        return None
            except OSError:
                pass
    return "not found"


def read_first():
    with open("/proc/1/environ", "rb") as file:
        return None if file.read() else "empty"


victim = targets["victim"]
attempt("environments")(search_environments)
attempt("environment-of-first")(read_first)
attempt("command-line-of-other")(
    lambda: None if b"victim" in open(f"/proc/{victim}/cmdline", "rb").read() else "other"
)
attempt("see-other")(lambda: os.kill(victim, 0))
attempt("ptrace-other")(
    lambda: call({"x86_64": 101, "aarch64": 117}[platform.machine()], 0x4206, victim, 0, 0)
)
attempt("limit-other")(lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (64, 64)) and None)
attempt("slow-other")(lambda: os.setpriority(os.PRIO_PROCESS, victim, 19))


def read_memory_of_other():
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(targets["address"], 8)
    if libc.process_vm_readv(targets["parent"], local, 1, remote, 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")


attempt("memory-of-other")(read_memory_of_other)
attempt("shared-memory-of-other")(
    lambda: None if libc.shmget(targets["shm_key"], 0, 0) >= 0 else "refused"
)


# --- the kernel
def count_descriptors():
    extra = []
    for number in range(3, 256):
        try:
            os.fstat(number)
            extra.append(number)
        except OSError:
            pass
    return None if extra else "none"


NUMBERS = {
    # name: x86_64, aarch64
    "unshare": (272, 97, 0x10000000),
    "setns": (308, 268, 0, 0),
    "mount": (165, 40, 0, 0, 0, 0, 0),
    "chroot": (161, 51, 0),
    "pivot_root": (155, 41, 0, 0),
    "io_uring_setup": (425, 425, 1, 0),
    "bpf": (321, 280, 99, 0, 0),
    "keyctl": (250, 219, 99),
    "add_key": (248, 217, 0, 0, 0, 0, 0),
    "userfaultfd": (323, 282, 1 << 20),
    "perf_event_open": (298, 241, 0, 0, 0, 0, 0),
    "open_by_handle_at": (304, 265, -1, 0, 0),
    "name_to_handle_at": (303, 264, -1, 0, 0, 0, 0),
    "fanotify_init": (300, 262, 1 << 30, 0),
    "memfd_secret": (447, 447, 1 << 20),
    "kcmp": (312, 272, 0, 0, 99, 0, 0),
    "move_pages": (279, 239, 0, 0, 0, 0, 0, 99),
    "fsopen": (430, 430, 0, 0),
    "open_tree": (428, 428, -1, 0, 0),
    "clone3": (435, 435, 0, 0),
    "init_module": (175, 105, 0, 0, 0),
    "personality": (135, 92, 0x0040000),
    "statmount": (457, 457, 0, 0, 0, 0),
    "a-call-of-tomorrow": (999, 999),
}
column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
for name, numbers in NUMBERS.items():
    arguments = numbers[2:]
    if name in ("unshare", "personality"):
        # They would change this process.
        number = numbers[column]
        found[name] = in_child(lambda n=number, a=arguments: call(n, *a)) == 0 or "EPERM"
    else:
        attempt(name)(lambda n=numbers[column], a=arguments: call(n, *a))


def clone_into_namespace():
    # A new user and mount namespace, by the call that fork uses.
    number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    pid = libc.syscall(number, ctypes.c_long(0x10020000 | signal.SIGCHLD), 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "refused")
    os.waitpid(pid, 0)


attempt("clone-namespace")(clone_into_namespace)
# In a child, which is somebody else afterwards.
found["setuid"] = in_child(lambda: os.setuid(0 if os.getuid() else 12345)) == 0 or "EPERM"
attempt("new-privileges")(lambda: None if libc.prctl(39, 0, 0, 0, 0) == 0 else "forbidden")
attempt("raise-limit")(
    lambda: resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)
)
attempt("descriptors")(count_descriptors)
attempt("type-into-terminal")(
    lambda: call({"x86_64": 16, "aarch64": 29}[platform.machine()], 0, 0x5412, 0)
)


def call_as_x32():
    libc.syscall(ctypes.c_long(0x40000000 + 39))


def call_as_i386():
    # mov eax, 20 (getpid); int 0x80; ret
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


if platform.machine() == "x86_64":
    found["x32"] = True if in_child(call_as_x32) == 0 else "killed"
    found["i386"] = True if in_child(call_as_i386) == 0 else "killed"


# --- what must work
def stop_child():
    import subprocess

    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(30)"])
    child.terminate()
    return child.wait()


def count_processes():
    try:
        return sum(name.isdigit() for name in os.listdir("/proc"))
    except OSError:
        return 0


attempt("ok-write")(lambda: write("result.txt"))
attempt("ok-temporary")(lambda: write(os.environ["TMPDIR"] + "/t"))
attempt("ok-home")(lambda: write(os.path.expanduser("~/h")))
pair = socket.socketpair()
attempt("ok-socketpair")(lambda: pair[0].send(b"x") == 1)
attempt("ok-fork")(lambda: in_child(lambda: 5) == 5)
attempt("ok-signal-self")(lambda: in_child(lambda: os.kill(os.getpid(), 9)) == -9)
attempt("ok-signal-child")(lambda: stop_child() == -15)
attempt("ok-random")(lambda: read("/dev/urandom"))
attempt("ok-copy")(lambda: __import__("shutil").copy("result.txt", "copy.txt") and None)
attempt("ok-input")(lambda: read("given.txt"))
# Last: where it gets through, the other process ends.
attempt("signal-other")(lambda: os.kill(victim, signal.SIGUSR1))
if not targets["without"]:
    # Succeeds whomever it reached; that the others live is seen from outside.
    attempt("signal-all")(lambda: os.kill(-1, signal.SIGUSR1))
found["processes"] = count_processes()
found["uid"] = os.getuid()
print(json.dumps(found))
