"""One real hub for the whole run, and a real Chromium that looks at it."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))
sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))

from running_hub import (
    HOSTILE,
    MENTOR,
    PARIS,
    PASSWORD,
    REPO,
    SANTIAGO,
    SERVED,
    RunningHub,
    remove_users,
    why_not,
)

# Screenshots are kept here so that a person can look at them after a run; git ignores the folder.
SEEN = REPO / "test-results"


@pytest.fixture(scope="session")
def database_server():
    """The folder with the socket of a PostgreSQL server; None where none is installed."""
    from postgresql import postgresql_server

    with contextlib.ExitStack() as opened:
        try:
            folder = opened.enter_context(postgresql_server())
        except pytest.skip.Exception:
            folder = None
        yield folder


@pytest.fixture(scope="session")
def hub(request):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="kh-", dir="/tmp"))
    root.chmod(0o755)
    running = RunningHub(root)
    running.write_settings(make_gradebooks(running, request.getfixturevalue("database_server")))
    try:
        running.start()
        yield running
    finally:
        running.stop()
        remove_users([MENTOR, PARIS, SANTIAGO, HOSTILE, running.account])
        shutil.rmtree(root, ignore_errors=True)


def make_gradebooks(running, folder):
    """Return course → address of its gradebook: one that knows the hub's account, one with a password."""
    if folder is None:
        return {}
    from postgresql import new_database, new_role

    new_role(folder, running.account)
    new_role(folder, "marks", PASSWORD)
    served = new_database(folder, SERVED, "marks").replace("marks@", f"marks:{PASSWORD}@")
    return {"second": new_database(folder, "second", running.account), SERVED: served}


@pytest.fixture
def gradebooks(hub):
    """The addresses of the gradebooks on a server."""
    if not hub.gradebooks:
        pytest.skip("no PostgreSQL: install it with `sudo apt-get install postgresql`")
    return hub.gradebooks


class People:
    """Windows of people who are logged in; each logs in once for a module."""

    def __init__(self, browser, hub):
        self.browser, self.hub = browser, hub
        self.windows = {}

    def window(self, name, first="hub/login"):
        """Return somebody's window, as they left it."""
        if name not in self.windows:
            context = self.browser.new_context(viewport={"width": 1366, "height": 900})
            window = context.new_page()
            window.outside = []
            window.on("request", lambda asked: self.note(window, asked.url))
            window.goto(f"{self.hub.base}{first}")
            window.fill("#username_input", name)
            window.fill("#password_input", self.hub.code(name))
            window.click("#login_submit")
            self.windows[name] = window
        return self.windows[name]

    @staticmethod
    def note(window, address):
        """Remember what was asked of another machine."""
        if not address.startswith(("http://127.0.0.1", "data:", "blob:", "ws:")):
            window.outside.append(address)


@pytest.fixture(scope="module")
def everybody(browser, hub):
    people = People(browser, hub)
    yield people
    for window in people.windows.values():
        window.context.close()


@pytest.fixture
def people(everybody, request):
    """People at their windows; what these show at the end of the test is kept as pictures."""
    yield everybody
    SEEN.mkdir(exist_ok=True)
    for name, window in everybody.windows.items():
        window.screenshot(path=SEEN / f"{request.node.name}-{name.partition('-')[2]}.png")
