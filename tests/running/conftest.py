"""Warm kernels for these tests alone: one server in a folder of its own, which ends with them."""

import shutil
import tempfile
from pathlib import Path

import pytest

from kit.running import execution


@pytest.fixture(scope="session", autouse=True)
def kernel_server():
    # A socket's path must be short, and pytest's own folders are not.
    folder = Path(tempfile.mkdtemp(prefix="kr-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_KERNELS_DIR", str(folder))
        patch.setenv("KIT_KERNELS_SHARED", str(folder / "none"))
        patch.setenv("KIT_KERNELS_IDLE", "120")
        patch.delenv("KIT_KERNELS_COLD", raising=False)
        # One list for all of them, so that one server does; the notebooks import the rest themselves.
        patch.setattr(execution, "_libraries_to_preload", lambda _tasks: ())
        yield
    from kit.kernels import client

    for path in client.list_servers(folder):
        client.ask_server(path, client.KILL)
        client.wait_until_stopped(path, 5)
    shutil.rmtree(folder, ignore_errors=True)
