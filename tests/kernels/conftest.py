"""One place for servers, one kernelspec and one preload list for all tests of warm kernels."""

import contextlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

# All at once, so that the tests share one server.
PRELOAD = (
    "ipywidgets",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "numpy",
    "pandas",
    "sklearn",
    "threadpoolctl",
    "torch",
)
NAME = "python3-warm"


@dataclass
class Outcome:
    """What one cell gave."""

    status: str
    text: str = ""
    data: list[dict] = field(default_factory=list)
    error: str = ""


class Session:
    """A kernel, and a client that waits for each cell."""

    def __init__(self, **launch):
        from jupyter_client import KernelManager

        self.manager = KernelManager(kernel_name=launch.pop("kernel_name", NAME))
        # ipykernel leaves the descriptors of output alone where it believes that it is inside pytest.
        env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        self.manager.start_kernel(**{"env": env} | launch)
        self.connect()

    def connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self):
        return self.manager.provisioner.pid

    @property
    def is_warm(self):
        return self.manager.provisioner.is_warm

    def run(self, code, timeout=60, **options) -> Outcome:
        outcome = Outcome("")

        def take(message):
            content = message["content"]
            outcome.text += content.get("text", "")
            if "data" in content:
                outcome.data.append(content["data"])

        reply = self.client.execute_interactive(code, output_hook=take, timeout=timeout, **options)[
            "content"
        ]
        outcome.status, outcome.error = reply["status"], reply.get("ename", "")
        return outcome

    def close(self, now=False):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=now)
        self.manager.cleanup_resources()


def stop_servers(folder: Path):
    from kit.kernels import client

    for path in client.list_servers(folder):
        client.ask_server(path, client.KILL)
        client.wait_until_stopped(path, 5)


@contextlib.contextmanager
def make_place(preload):
    """A folder short enough for sockets, with a kernelspec; its servers end with it."""
    folder = Path(tempfile.mkdtemp(prefix="kk-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, folder)
        from kit.kernels.specs import install_spec, make_spec

        install_spec(make_spec(preload=preload), prefix=str(folder / "prefix"))
    yield folder
    stop_servers(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def heavy_place():
    with make_place(PRELOAD) as folder:
        yield folder


@pytest.fixture(scope="session")
def light_place():
    """For tests that end servers."""
    with make_place(()) as folder:
        yield folder


@pytest.fixture(scope="module")
def place(heavy_place):
    return heavy_place


def set_environment(patch, folder):
    patch.setenv("KIT_KERNELS_DIR", str(folder))
    patch.setenv("KIT_KERNELS_SHARED", str(folder / "no-operator"))
    patch.setenv("KIT_KERNELS_IDLE", "120")
    patch.setenv("JUPYTER_PATH", str(folder / "prefix" / "share" / "jupyter"))
    patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
    patch.setenv("IPYTHONDIR", str(folder / "ipython"))
    # jupyter_core warns otherwise that its folders will move.
    patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    patch.delenv("MPLBACKEND", raising=False)
    patch.delenv("PYTEST_CURRENT_TEST", raising=False)
    for name in ("KIT_KERNELS_COLD", "OMP_NUM_THREADS", "PYTHONHASHSEED"):
        patch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def preload():
    return PRELOAD


@pytest.fixture(scope="module", autouse=True)
def environment(place):
    """The environment of whoever asks for kernels; for the module, since a unittest class starts one early."""
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, place)
        yield dict(os.environ)


@pytest.fixture
def start():
    """Start kernels that end with the test."""
    sessions = []

    def begin(**launch):
        session = Session(**launch)
        sessions.append(session)
        return session

    yield begin
    for session in sessions:
        session.close(now=True)


@pytest.fixture(scope="module")
def kernel(environment):
    """A warm kernel for tests that leave it as they found it."""
    session = Session()
    assert session.is_warm, session.manager.provisioner.cold_reason
    yield session
    session.close()
