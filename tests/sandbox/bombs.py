"""Commands that want more than they may have, each with the limit that must stop it."""

CHILDREN = """
import os, signal, sys, time
def spread(n, work):
    for _ in range(n):
        if not os.fork():
            work()
            os._exit(0)
    for _ in range(n):
        os.wait()
"""
SPIN = """
import signal
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
def spin():
    while True:
        pass
"""
HOLD = """
def hold(mb, seconds=30):
    import time
    data = bytearray()
    for _ in range(mb):
        data += b"x" * 1_000_000
    time.sleep(seconds)
"""

#: name: code, limits
BOMBS = {
    "sleep": ("import time; time.sleep(60)", {"wall_seconds": 1}),
    "spin": (SPIN + "spin()", {"cpu_seconds": 0.5}),
    "spin-in-children": (CHILDREN + SPIN + "spread(3, spin)", {"cpu_seconds": 0.5}),
    "memory": (HOLD + "hold(2000)", {"memory_mb": 120}),
    "memory-in-children": (
        CHILDREN + HOLD + "spread(4, lambda: hold(60))",
        {"memory_mb": 150},
    ),
    "memory-without-a-process": (
        # Memory that belongs to a descriptor and to no process.
        "import os, sys\n"
        "try:\n"
        "    fds = [os.memfd_create('x') for _ in range(8)]\n"
        "except OSError:\n"
        "    print('refused'); sys.exit(0)\n"
        "for fd in fds:\n"
        "    for _ in range(60):\n"
        "        os.write(fd, b'x' * 1_000_000)\n"
        "print('held 480 MB')",
        {"memory_mb": 120},
    ),
    "forks": (
        "import os, time\n"
        "made = 0\n"
        "try:\n"
        "    while made < 300:\n"
        "        if not os.fork():\n"
        "            time.sleep(30); os._exit(0)\n"
        "        made += 1\n"
        "except OSError:\n"
        "    pass\n"
        "time.sleep(2)\n"
        "print(made)",
        {"processes": 20},
    ),
    "threads": (
        "import threading, time\n"
        "made = 0\n"
        "try:\n"
        "    while made < 300:\n"
        "        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n"
        "        made += 1\n"
        "except RuntimeError:\n"
        "    pass\n"
        "time.sleep(2)\n"
        "import os; os.write(1, str(made).encode()); os._exit(0)",
        {"processes": 20},
    ),
    "fork-bomb": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        {"wall_seconds": 1, "processes": 20},
    ),
    "long-file": (
        "written = 0\n"
        "try:\n"
        "    with open('long', 'wb', buffering=0) as f:\n"
        "        while written < 50_000_000:\n"
        "            written += f.write(b'x' * 100_000)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
        "print(written)",
        {"file_mb": 4},
    ),
    "disk": (
        "import time\n"
        "written = 0\n"
        "try:\n"
        "    for n in range(50):\n"
        "        with open(f'f{n}', 'wb', buffering=0) as f:\n"
        "            written += f.write(b'x' * 1_000_000)\n"
        "        time.sleep(0.02)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
        "print(written)",
        {"disk_mb": 8},
    ),
    "shared-memory": (
        "written = 0\n"
        "try:\n"
        "    with open('/dev/shm/x', 'wb', buffering=0) as f:\n"
        "        while written < 50_000_000:\n"
        "            written += f.write(b'x' * 100_000)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
        "print(written)",
        {"disk_mb": 8},
    ),
    "many-files": (
        "import os, time\n"
        "made = 0\n"
        "try:\n"
        "    while made < 3000:\n"
        "        open(f'{made}', 'w').close(); made += 1\n"
        "        if made % 20 == 0: time.sleep(0.01)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
        "print(made)",
        {"files": 200},
    ),
    "output": ("while True: print('x' * 10_000)", {"output_mb": 0.5}),
    "errors": ("import sys\nwhile True: sys.stderr.write('x' * 10_000)", {"output_mb": 0.5}),
    "daemon": (
        "import os, time\n"
        "for _ in range(3):\n"
        "    if not os.fork():\n"
        "        os.setsid()\n"
        "        if os.fork(): os._exit(0)\n"
        "        for fd in range(3): os.close(fd)\n"
        "        time.sleep(60); os._exit(0)\n"
        "for _ in range(3): os.wait()\n"
        "print('done')",
        {},
    ),
    "crash": ("import ctypes; ctypes.string_at(0)", {}),
    "exit": ("import sys; sys.exit(3)", {}),
    "kill-self": ("import os; os.kill(os.getpid(), 9)", {}),
}
USUAL = {"wall_seconds": 20, "cpu_seconds": 20, "memory_mb": 400, "processes": 40, "disk_mb": 64}
