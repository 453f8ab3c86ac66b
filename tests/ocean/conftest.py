"""No network, a cache of one's own, and the mirror where there is one."""

import os
import socket
from pathlib import Path

import pytest

from kit.ocean import downloads, labels

# Beside a clone of the project there may be a folder with the files of the catalogue.
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"
GIVEN = os.environ.get("KIT_DATA_MIRROR")
MIRROR = Path(GIVEN) if GIVEN else BESIDE
HAS_MIRROR = MIRROR.is_dir() and (MIRROR / "enso_data.csv").is_file()


@pytest.fixture(autouse=True)
def no_network(monkeypatch, tmp_path):
    """Let a test reach this machine only, and nothing that an earlier test left."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connect_here(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1"):
            raise OSError(f"a test reached for the network: {address}")
        return connect(self, address)

    def resolve_here(host, *args, **kwargs):
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise socket.gaierror(f"a test asked for the address of {host}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)
    for name in ("KIT_DATA_MIRROR", "KIT_DATA_OFFLINE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("KIT_DATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KIT_LANG", "en")
    monkeypatch.setattr(downloads, "_no_network_until", 0.0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    labels.forget_opened()
    yield
    labels.forget_opened()


@pytest.fixture
def mirror(monkeypatch):
    """The folder with all files of the catalogue; a test that needs it is skipped without."""
    if not HAS_MIRROR:
        pytest.skip(
            "the files of the catalogue are not here: fetch them with 'kit data mirror DIR' and set "
            "KIT_DATA_MIRROR=DIR"
        )
    monkeypatch.setenv("KIT_DATA_MIRROR", str(MIRROR))
    return MIRROR


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setenv("KIT_DATA_OFFLINE", "1")
