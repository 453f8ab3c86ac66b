"""What all tests share: fork servers of their own, which end with the run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# Nothing of Chromium's own talks to the network.
CHROMIUM_FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Sockets need a short path, so this is not below pytest's own folders. Workers of one run share the servers.
# The first process of the run chooses the folder and hands it to the workers through the environment.
SERVERS = Path(os.environ.get("KIT_TEST_SERVERS") or tempfile.mkdtemp(prefix="kit-test-"))


def pytest_configure():
    """Point every kernel of this run to the run's own servers, before anything starts one."""
    os.environ["KIT_TEST_SERVERS"] = str(SERVERS)
    os.environ["KIT_KERNELS_DIR"] = str(SERVERS)
    os.environ["KIT_KERNELS_IDLE"] = "120"
    os.environ["OMP_NUM_THREADS"] = "1"
    # A learner's language must not change what a test reads.
    os.environ["KIT_LANG"] = "en"


def pytest_sessionfinish(session):
    """Let the servers go when the last test of the run is done (a worker's end is not the run's)."""
    if not hasattr(session.config, "workerinput"):
        command = [sys.executable, "-m", "kit", "kernels", "stop"]
        subprocess.run(command, check=False, capture_output=True)
        shutil.rmtree(SERVERS, ignore_errors=True)


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, Debian's own: nothing is downloaded.

    For one module only: while Playwright is open, an event loop runs in this process, and a test of
    another module that starts its own would fail.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("no Chromium: install it with `sudo apt-get install chromium`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()
