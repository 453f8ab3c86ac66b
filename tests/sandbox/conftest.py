"""Who runs the commands of these tests, and on what kind of machine."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TIERS = ("bubblewrap", "namespaces", "landlock")
# An ordinary user, whom no account has to be made for.
ORDINARY = 61_777
WHO = ("root", "user") if os.getuid() == 0 else ("user",)


def pytest_collection_modifyitems(items):
    if sys.platform != "linux":
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="walls need Linux"))


def run_driver(do, *, who, refuse=False, home="/nonexistent", readable=True, **request):
    """Run the driver as somebody; return what it found out."""
    message = {
        "do": do,
        "uid": ORDINARY if who == "user" and os.getuid() == 0 else None,
        "refuse": refuse,
        "readable": readable,
        "home": str(home),
        **request,
    }
    done = subprocess.run(
        [sys.executable, HERE / "driver.py", base64.b64encode(json.dumps(message).encode())],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def try_directly(tier, who):
    """Return why this machine can't have a tier, found out without any of our code; None if it can."""
    prefix = []
    if who == "user" and os.getuid() == 0:
        prefix = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
    commands = {
        "bubblewrap": ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"],
        "namespaces": ["unshare", "-Urnpfm", "--mount-proc", "true"],
        "landlock": [
            "/usr/bin/env",
            "python3",
            "-c",
            "import ctypes; assert ctypes.CDLL(None).syscall(444, None, 0, 1) > 0",
        ],
    }
    command = [*prefix, *commands[tier]]
    if not shutil.which(command[0]) or (tier == "bubblewrap" and not shutil.which("bwrap")):
        return f"{command[0]} is not installed"
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip() or "refused" if done.returncode else None


@pytest.fixture(
    scope="session", params=[(who, tier) for who in WHO for tier in TIERS], ids="-".join
)
def walls_of(request):
    """Somebody, and a tier that this machine can have for them."""
    who, tier = request.param
    reason = try_directly(tier, who)
    if reason:
        pytest.skip(f"this machine has no {tier} for {who}: {reason}")
    return who, tier


@pytest.fixture(scope="session")
def open_folder():
    """Make folders that everybody can reach, unlike pytest's own."""
    made = []

    def make(owner=None):
        # Short and below /tmp: sockets lie in it.
        folder = Path(tempfile.mkdtemp(prefix="kit-test-", dir="/tmp"))
        folder.chmod(0o700)
        if owner == "user" and os.getuid() == 0:
            os.chown(folder, ORDINARY, ORDINARY)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def drive():
    return run_driver


@pytest.fixture(scope="session", params=WHO)
def who(request):
    return request.param


@pytest.fixture(scope="session")
def direct_reason():
    return try_directly


@pytest.fixture(scope="session")
def remember():
    """Like functools.cache, for failures as well: otherwise each test would wait for the same one again."""

    def decorate(function):
        known = {}

        def look_up(*arguments):
            if arguments not in known:
                try:
                    known[arguments] = function(*arguments), None
                except AssertionError as error:
                    known[arguments] = None, error
            result, error = known[arguments]
            if error is not None:
                raise error
            return result

        return look_up

    return decorate
