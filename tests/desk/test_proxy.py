"""The desk behind jupyter-server-proxy: a mentor with a Jupyter server, and no port of their own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from desk_examples import NAME
from test_desk_browser import points, press_and_wait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

OWN, DESK = "token-of-the-jupyter-server", "token-of-the-desk"


@contextmanager
def jupyter_server(course, home):
    """A Jupyter server that starts the desk when somebody asks for it, as docs/desk.md has it."""
    command = [sys.executable, "-m", "kit", "desk", "--course", str(course.root), "--no-browser"]
    settings = {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_server_proxy": True, "kit.kernels.extension": False},
            "root_dir": str(home),
        },
        "IdentityProvider": {"token": OWN},
        "ServerProxy": {
            "servers": {
                "desk": {
                    "command": [*command, "--port", "{port}"],
                    "environment": {"KIT_DESK_TOKEN": DESK},
                    "request_headers_override": {"Authorization": f"token {DESK}"},
                    "timeout": 60,
                }
            }
        },
    }
    (home / "jupyter_server_config.json").write_text(json.dumps(settings))
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)}
    words = ["--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *words],
            env=environment | {"JUPYTER_RUNTIME_DIR": str(home / "runtime")},
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}/"
    try:
        for _attempt in range(600):
            try:
                urllib.request.urlopen(f"{url}api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def test_a_mentor_marks_through_the_proxy_and_nobody_else_comes_in(browser, course, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with jupyter_server(course, home) as url:
        context = browser.new_context()
        tab = context.new_page()
        tab.set_default_timeout(60_000)
        outside = []
        tab.on("request", lambda one: outside.append(one.url) if url not in one.url else None)
        tab.goto(f"{url}desk/?token={OWN}")
        tab.get_by_role("link", name=NAME, exact=True).click()
        tab.wait_for_url("**/desk/a/*/")
        tab.locator("html[data-ready]").wait_for()
        tab.keyboard.press("m")
        tab.wait_for_url("**/desk/a/**/s/*")
        press_and_wait(tab, "2")
        tab.locator("html[data-ready]").wait_for()
        assert points(course)["s-01"] == 2
        assert outside == []
        context.close()
        with urllib.request.urlopen(f"{url}desk/", timeout=60) as answer:
            assert "/login" in answer.url
