"""How long people wait on a hub, and what each of them needs: cold and warm in one run, on a real hub.

    sudo .venv/bin/python benchmarks/hub.py [--people 30] [--write docs/hub.md]

Makes a hub with Unix users of its own below /tmp, and removes both. 'Warm' is a hub as `kit hub start` runs
it. 'Cold' is the same hub without its nursery and its server of kernels: each person's JupyterLab and each
kernel are started and import everything anew, as JupyterHub does it by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pwd
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests" / "hub"))

import running_hub as real  # noqa: E402

from kit.hub.accounts import make_account  # noqa: E402
from kit.hub.visitor import Visitor  # noqa: E402

IMPORTS = "import torch, sklearn.linear_model, pandas, xarray, matplotlib.pyplot"
MARKS = ("<!-- benchmark: begin -->", "<!-- benchmark: end -->")
COURSE = real.COURSE


class Bench(real.RunningHub):
    """A hub with as many people as the measurement needs."""

    def __init__(self, root: Path, people: int) -> None:
        super().__init__(root)
        self.names = [f"{real.RUN}-p{number:02d}" for number in range(people)]

    def write_settings(self) -> None:
        settings = {
            "port": self.port,
            "account": self.account,
            "courses": {COURSE: {"title": "First steps", "assignments": ["practice"]}},
            "memory_mb": 0,
        }
        (self.root / "hub.yaml").write_text(json.dumps(settings))
        lines = [f"{name},student,Paris,fr,Europe/Paris" for name in self.names]
        text = "\n".join(["id,role,site,language,timezone", *lines]) + "\n"
        (self.root / "roster.csv").write_text(text)

    def tokens(self) -> dict[str, Visitor]:
        """Return everybody with a token of their own; nobody's server is started."""
        operator = self.operator()
        found = {}
        for name in self.names:
            operator.ask(f"hub/api/users/{name}", method="POST")
            made = operator.ask(f"hub/api/users/{name}/tokens", method="POST", data={}).json()
            found[name] = Visitor(self.base, made["token"])
        return found

    def stop_servers(self) -> None:
        operator = self.operator()
        for name in self.names:
            operator.ask(f"hub/api/users/{name}/server", method="DELETE")

        def all_gone() -> bool:
            users = operator.ask("hub/api/users?state=active").json()
            return not [user for user in users if user["servers"]]

        real.wait_for(all_gone, "every server has stopped", 180)


def run_cell(base: str, name: str, token: str, code: str) -> float:
    """Open the first lesson, start a kernel and run a cell, as JupyterLab does; return the seconds."""
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    visitor = Visitor(base, token)
    began = time.monotonic()
    lesson = "courses/00-start/01-first-steps.ipynb"
    assert visitor.ask(f"user/{name}/api/contents/{lesson}", seconds=300).status == 200
    data = {"name": "python3"}
    kernel = visitor.ask(f"user/{name}/api/kernels", data=data, seconds=300).json()

    async def execute() -> None:
        session = uuid.uuid4().hex
        address = base.replace("http", "ws", 1)
        url = f"{address}user/{name}/api/kernels/{kernel['id']}/channels?session_id={session}"
        request = HTTPRequest(url, headers={"Authorization": f"token {token}"})
        connection = await websocket_connect(request)
        asked = uuid.uuid4().hex
        message = {
            "channel": "shell",
            "header": {
                "msg_id": asked,
                "msg_type": "execute_request",
                "session": session,
                "username": name,
                "version": "5.3",
            },
            "parent_header": {},
            "metadata": {},
            "content": {"code": code, "silent": False, "store_history": False},
        }
        await connection.write_message(json.dumps(message))
        while True:
            answer = await connection.read_message()
            assert answer is not None, "the connection was closed"
            told: dict[str, Any] = json.loads(answer)
            mine = told["parent_header"].get("msg_id") == asked
            if mine and told["msg_type"] == "execute_reply":
                assert told["content"]["status"] == "ok", told["content"]
                connection.close()
                return

    asyncio.run(asyncio.wait_for(execute(), 300))
    return time.monotonic() - began


def bring_up(
    hub: Bench, names: Sequence[str], visitors: dict[str, Visitor]
) -> dict[str, list[float]]:
    """Let people come at the same moment; return how long each waited for a server, and for a first cell."""
    barrier = threading.Barrier(len(names))

    def come(name: str) -> tuple[float, float]:
        operator = hub.operator()
        barrier.wait()
        server = operator.start_server(name, seconds=600)
        began = time.monotonic()
        run_cell(hub.base, name, visitors[name].token, IMPORTS)
        return server, server + time.monotonic() - began

    with ThreadPoolExecutor(len(names)) as pool:
        waited = list(pool.map(come, names))
    return {"server": [each[0] for each in waited], "cell": [each[1] for each in waited]}


def measure_memory(hub: Bench, people: int) -> tuple[float, float]:
    """Return megabytes for each person: their own processes, and with the shared ones shared out."""
    uids = {pwd.getpwnam(name).pw_uid for name in hub.names}
    own = sum(pss(pid) for pid in processes() if owner(pid) in uids)
    shared = sum(pss(hub.pid(part)) for part in ("nursery", "kernels") if alive(hub.pid(part)))
    return own / people, (own + shared) / people


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def pss(pid: int) -> float:
    """Return the megabytes of a process, with what it shares divided among those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def submit_and_wait(hub: Bench, name: str, visitor: Visitor, pause: float = 0.0) -> float:
    """Hand in the reference solution, and return the seconds until the feedback is there."""
    import base64

    import nbformat

    source = nbformat.read(REPO / "assignments/practice/practice.ipynb", as_version=4)
    # Each attempt is another one: what did not change would not be graded again.
    for cell in source.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source += f"\n# {uuid.uuid4()}"
    notebook = nbformat.writes(source).encode()
    time.sleep(pause)
    before = hub.assignment(visitor)["feedback_at"]
    began = time.monotonic()
    files = {"files": {"practice.ipynb": base64.b64encode(notebook).decode()}}
    answer = visitor.ask(f"services/exchange/api/hand-in/{COURSE}/practice", data=files)
    assert answer.status == 201, answer.text
    while time.monotonic() - began < 600:
        row = hub.assignment(visitor)
        if row["state"] in ("graded", "mentor") and row["feedback_at"] != before:
            return time.monotonic() - began
        time.sleep(0.25)
    raise AssertionError(f"{name} has no feedback")


def log_in_and_wait(hub: Bench, name: str) -> float:
    """Log in with a browser; return the seconds from the click to a painted notebook with a ready kernel."""
    import re

    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.goto(f"{hub.base}hub/login")
        page.fill("#username_input", name)
        page.fill("#password_input", hub.code(name))
        began = time.monotonic()
        page.click("#login_submit")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=300_000)
        page.get_by_text(re.compile(r"\| Idle")).first.wait_for(timeout=300_000)
        seconds = time.monotonic() - began
        browser.close()
    return seconds


def spread(values: Sequence[float]) -> str:
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{statistics.median(ordered):.1f} s (95 %: {last:.1f})"


def measure(
    hub: Bench, people: int, repeats: int, say: Callable[[str], None]
) -> list[tuple[str, str, str]]:
    """Return rows: what, figure, aim."""
    rows = []
    visitors = hub.tokens()
    first = hub.names[0]
    logins = []
    for _ in range(repeats):
        hub.stop_servers()
        logins.append(log_in_and_wait(hub, first))
    say(f"log-ins: {logins}")
    rows.append(("ready notebook after log-in, one user, in Chromium", spread(logins), "< 4 s"))
    single = [submit_and_wait(hub, first, visitors[first]) for _ in range(repeats + 1)][1:]
    say(f"single submissions: {single}")
    rows.append(("from submit to feedback, one user", spread(single), "< 5 s"))
    pauses = random.Random(2026)
    crowd = hub.names[: min(40, len(hub.names))]
    while len(crowd) < 40:
        crowd = [*crowd, *hub.names[: 40 - len(crowd)]]
    with ThreadPoolExecutor(40) as pool:
        waits = [pauses.uniform(0, 60) for _ in crowd]
        waited = list(
            pool.map(
                lambda each: submit_and_wait(hub, each[0], visitors[each[0]], each[1]),
                zip(crowd, waits, strict=True),
            )
        )
    say(f"forty: {sorted(waited)}")
    rows.append(("forty who submit in the same minute", spread(waited), "95 %: < 20 s"))
    hub.stop_servers()
    eight = bring_up(hub, hub.names[:8], visitors)
    say(f"eight: {eight}")
    rows.append(("eight at once: server ready", spread(eight["server"]), "median < 8 s"))
    hub.stop_servers()
    if people > 8:
        all_ = bring_up(hub, hub.names[:people], visitors)
        say(f"{people}: {all_}")
        rows.append((f"{people} at once: server ready", spread(all_["server"]), ""))
        rows.append(
            (f"{people} at once: libraries imported in a notebook", spread(all_["cell"]), "")
        )
    else:
        bring_up(hub, hub.names[:people], visitors)
    own, shared = measure_memory(hub, people)
    rows.append(
        (
            f"memory for each of {people}, libraries imported, shared parts shared out",
            f"{shared:.0f} MiB ({own:.0f} of their own)",
            "< 200 MiB",
        )
    )
    return rows


def measure_cold(hub: Bench, people: int, say: Callable[[str], None]) -> list[tuple[str, str, str]]:
    """Return the same figures of start and memory without nursery and warm kernels."""
    # The servers of people outlive a hub.
    hub.stop_servers()
    hub.stop()
    extra = json.loads((hub.root / "hub.yaml").read_text()) | {"extra": "cold.py"}
    (hub.root / "hub.yaml").write_text(json.dumps(extra))
    (hub.root / "cold.py").write_text(
        'c.NurserySpawner.nursery = "/nowhere"\n'
        'c.Spawner.environment.update({"KIT_KERNELS_COLD": "1"})\n'
    )
    hub.start()
    visitors = hub.tokens()
    waited = bring_up(hub, hub.names[:people], visitors)
    say(f"cold {people}: {waited}")
    own, _shared = measure_memory(hub, people)
    return [
        (f"{people} at once, cold: server ready", spread(waited["server"]), ""),
        (f"{people} at once, cold: libraries imported in a notebook", spread(waited["cell"]), ""),
        (f"memory for each of {people}, cold", f"{own:.0f} MiB", ""),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument(
        "--cold", type=int, default=8, help="how many come to the cold hub; 0: none"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", type=Path, help="put the table between the marks of this page")
    options = parser.parse_args()
    reason = real.why_not()
    if reason:
        raise SystemExit(reason)
    root = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    root.chmod(0o755)
    hub = Bench(root, max(options.people, 8))
    load = os.getloadavg()[0]
    try:
        hub.write_settings()
        for name in hub.names:
            make_account(name)
        hub.start()

        def say(text: str) -> None:
            print(text, file=sys.stderr, flush=True)

        rows = measure(hub, options.people, options.repeats, say)
        if options.cold:
            rows += measure_cold(hub, options.cold, say)
    finally:
        hub.stop()
        real.remove_users([*hub.names, hub.account])
        shutil.rmtree(root, ignore_errors=True)
    table = [
        f"Machine: {os.cpu_count()} processors; load when it began: {load:.1f}, when it ended: "
        f"{os.getloadavg()[0]:.1f}. Median, and the 95th percentile in brackets.",
        "",
        "| what | measured | aim |",
        "|---|---|---|",
        *(f"| {what} | {figure} | {aim} |" for what, figure, aim in rows),
    ]
    text = "\n".join(table) + "\n"
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        before, rest = page.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        options.write.write_text(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
