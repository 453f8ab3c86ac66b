"""A real JupyterLab on a learner's folder, and a real Chromium that looks at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
# Screenshots are kept here so that a person can look at them after a run; git ignores the folder.
SEEN = REPO / "test-results"


@pytest.fixture(scope="session")
def learner_folder(tmp_path_factory):
    """What `kit start` makes for a learner on the first day."""
    folder = tmp_path_factory.mktemp("learner") / "bitacora"
    subprocess.run([sys.executable, "-m", "kit", "start", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def lab(learner_folder, tmp_path_factory):
    """The address of JupyterLab, opened as `kit lab` opens it but without a window."""
    home = tmp_path_factory.mktemp("home")
    runtime = home / "runtime"
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "OMP_NUM_THREADS": "1",
    }
    log = (home / "lab.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "kit", "lab", str(learner_folder), "--no-browser"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield _wait_for_address(server, runtime, home / "lab.log")
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for_address(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    for _attempt in range(600):
        for file in runtime.glob("jpserver-*.json"):
            try:
                found = json.loads(file.read_text())
            except json.JSONDecodeError:
                continue  # It is being written.
            return f"{found['url']}lab?token={found['token']}"
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


def listen(page):
    """Return what the page tells from now on: console, errors, answers over 399 and requests that wait."""
    told = {"console": [], "errors": [], "refused": [], "waiting": {}}
    page.on("console", lambda said: told["console"].append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: told["errors"].append(str(error)))
    page.on("request", lambda asked: told["waiting"].update({id(asked): asked.url}))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda asked: told["waiting"].pop(id(asked), None))
    page.on(
        "response",
        lambda answer: answer.status > 399 and told["refused"].append((answer.status, answer.url)),
    )
    return told


@pytest.fixture
def page(browser, request):
    """A page at the width of a laptop; what it shows at the end is kept as a picture."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    opened = context.new_page()
    opened.told = listen(opened)
    opened.outside = []
    opened.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(
                ("http://127.0.0.1", "http://localhost", "data:", "blob:", "ws:")
            )
            else opened.outside.append(asked.url)
        ),
    )
    yield opened
    SEEN.mkdir(exist_ok=True)
    opened.screenshot(path=SEEN / f"{request.node.name}.png")
    context.close()
