"""Warm kernels against cold ones, in one run: time to start, time to stop, memory, share of a curriculum.

    python benchmarks/kernels.py                       # the table, in a few minutes
    python benchmarks/kernels.py --rounds 3 --no-curriculum
    python benchmarks/kernels.py --write docs/warm-kernels.md

Cold and warm take turns, so that what else the machine does falls on both. A figure is a median with its
smallest and largest value. Both kinds are waited for with the same client, which counts a kernel as ready when
it has answered; Jupyter's own client waits 0.2 s longer for either.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from kit.kernels import WarmKernelManager, client, preload_for
from kit.kernels.manager import PromptKernelClient

REPOSITORY = Path(__file__).parent.parent
LIBRARIES = ("torch", "sklearn", "pandas", "xarray")
MARKS = ("<!-- benchmark: begin -->", "<!-- benchmark: end -->")


class ColdKernelManager(AsyncKernelManager):
    """Jupyter's own manager, with the client that warm kernels are measured with."""

    client_class = "kit.kernels.manager.PromptKernelClient"
    client_factory = PromptKernelClient


class Kernel:
    """One kernel and the seconds that it took."""

    async def start(self, manager_class):
        began = time.perf_counter()
        self.manager = manager_class(kernel_name="python3")
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=120)
        self.ready = time.perf_counter() - began
        return self

    @property
    def pid(self):
        return self.manager.provisioner.pid

    async def run(self, code):
        began = time.perf_counter()
        reply = await self.client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        return time.perf_counter() - began

    async def stop(self):
        self.client.stop_channels()
        began = time.perf_counter()
        await self.manager.shutdown_kernel()
        return time.perf_counter() - began


def spread(values, unit="s", digits=3):
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} {unit} ({low:.{digits}f}–{high:.{digits}f})"


def memory(pid):
    """Return private and proportional memory of a process in MiB, and the private part by kind of mapping."""
    private, proportional, kinds, kind = 0, 0, Counter(), ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if "-" in fields[0] and not fields[0].endswith(":"):
            name = fields[5] if len(fields) > 5 else ""
            kind = (
                "C heap" if name == "[heap]"
                else "data of shared libraries" if name.startswith("/")
                else "main stack" if name == "[stack]"
                else "Python objects, arenas and thread stacks"
            )  # fmt: skip
        elif fields[0] in ("Private_Dirty:", "Private_Clean:"):
            private += int(fields[1])
            kinds[kind] += int(fields[1])
        elif fields[0] == "Pss:":
            proportional += int(fields[1])
    return private / 1024, proportional / 1024, {name: size / 1024 for name, size in kinds.items()}


async def measure_starts(rounds, code, warm):
    """Time kernels that import everything, and empty ones from the same server, cold and warm in turns."""
    found = defaultdict(list)
    for _ in range(rounds):
        for kind, manager in (("cold", ColdKernelManager), ("warm", warm)):
            kernel = await Kernel().start(manager)
            if kind == "warm":
                assert kernel.manager.cold_reason is None, kernel.manager.cold_reason
            found[kind].append(kernel.ready + await kernel.run(code))
            found[f"{kind} stop after"].append(await kernel.stop())
            empty = await Kernel().start(manager)
            found[f"{kind} empty"].append(empty.ready)
            found[f"{kind} stop"].append(await empty.stop())
    return found


async def measure_first(rounds, code, warm, folder):
    """Time the first kernel of a server that was started, as JupyterLab does it, some time before."""
    found = []
    for _ in range(rounds):
        stop_servers(folder)
        await asyncio.to_thread(start_server_and_wait, warm)
        kernel = await Kernel().start(warm)
        found.append(kernel.ready + await kernel.run(code))
        await kernel.stop()
    return found


def start_server_and_wait(warm):
    wanted = client.Request(
        python=sys.executable,
        options=(),
        program="ipykernel_launcher",
        argv=(),
        env=dict(os.environ),
        cwd="/",
        sockets="",
        preload=tuple(warm().preload),
    )
    # It answers when it has loaded everything.
    return client.ask_server(client.start_server(wanted), client.STATUS)


async def measure_memory(code, warm, folder, count):
    """Return private MiB of each of `count` idle kernels, all PSS with the server's, and a breakdown.

    The breakdown is that of one kernel's private memory by kind, and what all of them have together.
    """
    kernels = [await Kernel().start(warm) for _ in range(count)]
    for kernel in kernels:
        await kernel.run(code)
    await asyncio.sleep(1)
    measured = [memory(kernel.pid) for kernel in kernels]
    servers = [
        client.ask_server(path, client.STATUS)["pid"] for path in client.list_servers(folder)
    ]
    total = sum(pss for _, pss, _ in measured) + sum(memory(pid)[1] for pid in servers)
    # What a server of its own would be charged with, were there no kernels.
    once = total - sum(private for private, _, _ in measured)
    for kernel in kernels:
        await kernel.stop()
    return [private for private, _, _ in measured], total, (measured[0][2], once)


async def measure_cold_memory(code):
    kernel = await Kernel().start(ColdKernelManager)
    await kernel.run(code)
    private, _, _ = memory(kernel.pid)
    await kernel.stop()
    return private


def measure_curriculum(paths):
    """Execute notebooks one after the other, cold and warm; return wall time and start-up of each kind."""
    found = {}
    warm = WarmKernelManager.with_preload(preload_for(paths))
    start_server_and_wait(warm)
    for kind, manager in (("cold", ColdKernelManager), ("warm", warm)):
        wall = cells = 0.0
        for path in paths:
            notebook = nbformat.read(path, as_version=4)
            imports = "\n".join(f"import {name}" for name in preload_for([path]))
            notebook.cells.insert(0, nbformat.v4.new_code_cell(imports))
            began = time.perf_counter()
            runner = NotebookClient(
                notebook,
                kernel_name="python3",
                kernel_manager_class=manager,
                timeout=600,
                resources={"metadata": {"path": str(path.parent)}},
                allow_errors=True,
            )
            seconds = []
            runner.on_cell_executed = lambda seconds=seconds, **_: seconds.append(
                time.perf_counter()
            )
            runner.execute()
            wall += time.perf_counter() - began
            # The first cell has the imports: what comes after it is the notebook's own work.
            cells += seconds[-1] - seconds[0]
        found[kind] = (wall, wall - cells)
    return found


def stop_servers(folder):
    for path in client.list_servers(folder):
        client.ask_server(path, client.KILL)
        client.wait_until_stopped(path, 10)


def describe_machine():
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    total = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    load = os.getloadavg()[0]
    first = os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR)
    release = ".".join(platform.release().split("-")[0].split(".")[:2])
    return (
        f"{len(os.sched_getaffinity(0))} processors ({model}), {total:.0f} GiB of memory, "
        f"Linux {release}, Python {platform.python_version()}; load when it began: {load:.1f}"
        + (". Run at real-time priority, so that most of that load had to wait" if first else "")
    )


async def measure(options, folder):
    names = [name for name in LIBRARIES if importlib.util.find_spec(name)]
    missing = [name for name in LIBRARIES if name not in names]
    code = "import " + ", ".join(names)
    warm = WarmKernelManager.with_preload(names)
    lines = [f"Machine: {describe_machine()}.", "", f"Each is started {options.rounds} times."]
    if missing:
        lines.append(f"Not installed here, and so not imported: {', '.join(missing)}.")
    start_server_and_wait(warm)
    starts = await measure_starts(options.rounds, code, warm)
    first = await measure_first(max(2, options.rounds // 3), code, warm, folder)
    six, _, (kinds, _) = await measure_memory(code, warm, folder, 6)
    ten, total, shared = await measure_memory(code, warm, folder, 10)
    cold_memory = await measure_cold_memory(code)
    ratio = [cold / hot for cold, hot in zip(starts["cold"], starts["warm"], strict=True)]
    median = statistics.median
    rows = [
        (f"start and `{code}`", spread(starts["cold"]), spread(starts["warm"]),
         f"{median(ratio):.1f} ({min(ratio):.1f}–{max(ratio):.1f})", "< 0.35 s, ratio ≥ 12"),
        ("the same, first kernel of a loaded server", spread(starts["cold"]), spread(first),
         f"{median(starts['cold']) / median(first):.1f}", "< 0.35 s, ratio ≥ 12"),
        ("start of an empty kernel until it is ready",
         spread(starts["cold empty"]), spread(starts["warm empty"]),
         f"{median(starts['cold empty']) / median(starts['warm empty']):.1f}", "< 0.2 s"),
        ("its stop", spread(starts["cold stop"]), spread(starts["warm stop"]),
         f"{median(starts['cold stop']) / median(starts['warm stop']):.1f}", "< 0.05 s"),
        ("stop of a kernel that has run a cell",
         spread(starts["cold stop after"]), spread(starts["warm stop after"]),
         f"{median(starts['cold stop after']) / median(starts['warm stop after']):.1f}", ""),
        ("private memory of one more idle kernel beside five others", f"{cold_memory:.0f} MiB",
         spread(six, "MiB", 1), f"{cold_memory / median(six):.1f}", "< 30 MiB"),
        ("memory for each of ten kernels, one server shared out among them", f"{cold_memory:.0f} MiB",
         f"{total / len(ten):.1f} MiB", f"{cold_memory * len(ten) / total:.1f}", "< 40 MiB"),
    ]  # fmt: skip
    lines += ["", "| what | cold | warm | ratio | aim |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    parts = ", ".join(
        f"{name} {size:.1f} MiB" for name, size in sorted(kinds.items(), key=lambda x: -x[1])
    )
    once = shared[1]
    lines += [
        "",
        f"What the private memory of a warm kernel is: {parts}.",
        f"What ten kernels and their server have together: {once:.0f} MiB, {once / len(ten):.1f} MiB for each; "
        f"private to each kernel: {median(ten):.1f} MiB.",
    ]
    return lines


def curriculum_lines():
    paths = sorted(REPOSITORY.glob("courses/*/*.ipynb"))
    if not paths:
        return []
    found = measure_curriculum(paths)
    share = {
        kind: f"{started:.1f} s of {wall:.1f} s, {100 * started / wall:.0f} %"
        for kind, (wall, started) in found.items()
    }
    return [
        "",
        f"Start-up, imports and stop as a share of the wall time of all {len(paths)} lessons, "
        f"one after the other: cold {share['cold']}; warm {share['warm']} (aim: under 5 %).",
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="starts of each kind (9)")
    parser.add_argument("--no-curriculum", action="store_true", help="leave the lessons out")
    parser.add_argument("--write", type=Path, help="put the result between the marks in this file")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    # A place of its own: what else runs on this machine is neither used nor disturbed.
    os.environ |= {
        "KIT_KERNELS_DIR": str(folder),
        "KIT_KERNELS_SHARED": str(folder / "none"),
        "OMP_NUM_THREADS": "1",
    }
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    try:
        lines = asyncio.run(measure(options, folder))
        if not options.no_curriculum:
            lines += curriculum_lines()
    finally:
        stop_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join(lines)
    print(text)
    if options.write:
        before, _, rest = options.write.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
