"""What a fork server loads, when it is replaced, whom it refuses, and what happens then."""

import ast
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from kit.kernels import client
from kit.kernels.provisioner import ColdKernelWarning
from kit.kernels.specs import install_spec, make_spec

LIBRARY = "value = 1\n"
THREADED = "import threading, time\nthreading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()\n"


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


@pytest.fixture(scope="session")
def other_environment(tmp_path_factory):
    """An environment of its own, with links to the packages of this one, and with some of its own."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    site = (
        folder
        / "lib"
        / f"python{sys.version_info.major}.{sys.version_info.minor}"
        / "site-packages"
    )
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        # The editable installation of kit itself is a line in such a file.
        if entry.suffix != ".pth" and not entry.name.startswith(("bitacora", "__pycache__")):
            (site / entry.name).symlink_to(entry)
    edited = folder / "edited-in-place"
    edited.mkdir()
    (edited / "edited.py").write_text(LIBRARY)
    (site / "edited.pth").write_text(f"{edited}\n")
    for name, text in {"small": LIBRARY, "threaded": THREADED, "broken": "1 / 0\n"}.items():
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(text)
    return folder


@pytest.fixture
def other(other_environment, place, start):
    """Start kernels of the other environment; of its servers, this one's are told by its path."""

    def begin(preload=(), **launch):
        python = str(other_environment / "bin" / "python")
        install_spec(make_spec(python, preload=preload), name="other", prefix=str(place / "prefix"))
        return start(kernel_name="other", **launch)

    yield begin
    for path in client.list_servers(place):
        if client.ask_server(path, client.STATUS)["python"].startswith(str(other_environment)):
            client.ask_server(path, client.STOP)


def server_of(kernel, place):
    for path in client.list_servers(place):
        said = client.ask_server(path, client.STATUS)
        if kernel.pid in [one["pid"] for one in said["kernels"]]:
            return said
    raise AssertionError("no server keeps this kernel")


def test_a_kernel_of_another_environment_has_that_environments_libraries(other, other_environment):
    kernel = other(["small"])
    assert kernel.is_warm
    got = kernel.run("import sys, small; print(sys.prefix, small.__file__.startswith(sys.prefix))")
    assert got.text.split() == [str(other_environment), "True"]


def test_a_server_is_replaced_when_what_it_has_loaded_changes_on_disk(
    other, other_environment, place
):
    old = other(["small"])
    first = server_of(old, place)["pid"]
    source = next(other_environment.glob("lib/*/site-packages/small/__init__.py"))
    source.write_text("value = 22\n")
    try:
        new = other(["small"])
        assert new.is_warm and server_of(new, place)["pid"] != first
        assert new.run("import small; print(small.value)").text == "22\n"
        assert old.run("import small; print(small.value)").text == "1\n"
    finally:
        source.write_text(LIBRARY)


def test_a_server_is_replaced_when_a_package_is_installed(other, other_environment, place):
    first = server_of(other(), place)["pid"]
    site = next(other_environment.glob("lib/*/site-packages"))
    (site / "new-1.0.dist-info").mkdir()
    try:
        assert server_of(other(), place)["pid"] != first
    finally:
        (site / "new-1.0.dist-info").rmdir()


def test_a_library_that_starts_a_thread_is_left_out_and_said_so(other, place):
    kernel = other(["small", "threaded"])
    assert kernel.is_warm
    said = server_of(kernel, place)
    assert said["loaded"] == ["small"]
    assert "thread" in said["failed"]["threaded"]
    assert (
        kernel.run("import threaded, threading; print(threading.active_count() > 1)").text
        == "True\n"
    )


def test_a_library_that_can_not_be_imported_is_left_to_the_cell_that_imports_it(other, place):
    kernel = other(["broken", "small"])
    assert kernel.is_warm
    assert server_of(kernel, place)["failed"] == {"broken": "ZeroDivisionError: division by zero"}
    assert kernel.run("import broken").error == "ZeroDivisionError"


def test_what_is_edited_in_place_is_never_loaded_beforehand(other, place, other_environment):
    kernel = other(["edited"])
    assert list(server_of(kernel, place)["failed"]) == ["edited"]
    source = other_environment / "edited-in-place" / "edited.py"
    source.write_text("value = 333\n")
    assert kernel.run("import edited; print(edited.value)").text == "333\n"


def test_a_kernel_is_forked_from_a_server_that_has_loaded_more_than_is_asked(other, place):
    rich = server_of(other(["small"]), place)["pid"]
    assert server_of(other([]), place)["pid"] == rich


def test_kernels_with_another_hash_seed_come_from_another_server(start, environment, place):
    env = environment | {"PYTHONHASHSEED": "0"}
    seeded, plain = start(env=env), start()
    assert seeded.is_warm and server_of(seeded, place)["pid"] != server_of(plain, place)["pid"]
    cold = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert seeded.run("print(hash('a'))").text == cold.stdout


def cold_kernel(start, why, **launch):
    """Start a kernel that is cold, with a warning that says why, and works."""
    with pytest.warns(ColdKernelWarning, match=why):
        kernel = start(**launch)
    assert not kernel.is_warm
    assert kernel.run("print(1 + 1)").text == "2\n"
    return kernel


def test_a_folder_that_is_not_ones_own_gives_a_cold_kernel_and_a_warning(
    start, monkeypatch, tmp_path
):
    shared = Path("/tmp") / f"kk-open-{os.getpid()}"
    shared.mkdir()
    shared.chmod(0o755)
    try:
        monkeypatch.setenv("KIT_KERNELS_DIR", str(shared))
        cold_kernel(start, "not yours alone")
    finally:
        shared.rmdir()


def test_a_folder_with_a_long_path_gives_a_cold_kernel_and_a_warning(start, monkeypatch, tmp_path):
    monkeypatch.setenv("KIT_KERNELS_DIR", str(tmp_path / ("x" * 90)))
    cold_kernel(start, "too long")


def test_warm_kernels_can_be_turned_off(start, monkeypatch):
    monkeypatch.setenv("KIT_KERNELS_COLD", "1")
    cold_kernel(start, "KIT_KERNELS_COLD is set")


def test_a_file_that_takes_the_name_of_a_loaded_library_gives_a_cold_kernel(other, tmp_path):
    (tmp_path / "small.py").write_text("value = 'mine'\n")
    with pytest.warns(ColdKernelWarning, match=r"small\.py has the name of a library"):
        kernel = other(["small"], cwd=str(tmp_path))
    assert kernel.run("import small; print(small.value)").text == "mine\n"


def test_an_interpreter_that_can_not_start_gives_a_warning_before_the_error(start, place):
    install_spec(make_spec("/nowhere/python"), name="nowhere", prefix=str(place / "prefix"))
    with pytest.warns(ColdKernelWarning, match="does not start"), pytest.raises(FileNotFoundError):
        start(kernel_name="nowhere")


def test_whoever_sits_behind_walls_gets_no_kernel_from_outside_of_them(start, environment, place):
    start()
    code = (
        "import os, sys\n"
        "from kit.kernels.client import Request, UnavailableError, fork_kernel\n"
        "request = Request(sys.executable, (), 'p', (), dict(os.environ), '/', '')\n"
        "try:\n"
        "    fork_kernel(request)\n"
        "except UnavailableError as error:\n"
        "    print(error)\n"
    )
    no_new_privileges = "ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)"
    walls = f"import ctypes, os, sys; {no_new_privileges}; os.execv(sys.executable, sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", walls, sys.executable, "-c", code],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    # The server outside refuses, and what is inside of the walls can't take its place.
    assert "another NoNewPrivs" in done.stdout


def test_a_server_without_work_ends(start, monkeypatch, environment, place):
    monkeypatch.setenv("KIT_KERNELS_IDLE", "0.2")
    kernel = start(env=environment | {"PYTHONHASHSEED": "77"})
    said = server_of(kernel, place)
    watched = os.pidfd_open(said["pid"])
    kernel.close()
    try:
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        assert poll.poll(20_000)
    finally:
        os.close(watched)


def test_a_server_that_is_terminated_lets_its_kernels_go_on(start, place, environment):
    kernel = start(env=environment | {"PYTHONHASHSEED": "78"})
    said = server_of(kernel, place)
    paths = client.list_servers(place)
    os.kill(said["pid"], signal.SIGTERM)
    mine = [path for path in paths if not path.exists() or client.wait_until_stopped(path, 0.5)]
    assert len(mine) == 1
    assert kernel.run("print('alive')").text == "alive\n"


def test_a_server_outlives_nonsense(start, place):
    kernel = start()
    alive = server_of(kernel, place)["pid"]
    paths = client.list_servers(place)
    path = next(path for path in paths if client.ask_server(path, client.STATUS)["pid"] == alive)
    digest = json.loads(path.with_suffix(".json").read_text())["variables"].encode()
    fork = client.HEADER.pack(client.MAGIC, client.FORK, digest)
    no_request = [fork, fork + b"\xff\xff\xff\xff", fork + b"\0\0\0\2{}", fork + b"\0\0\0\2"]
    for nonsense in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 41, b"\xff" * 5000, *no_request):
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(str(path))
            connection.sendall(nonsense)
    assert client.ask_server(path, client.STATUS)["pid"] == alive
    assert start().is_warm


def test_client_and_server_speak_of_the_same_things():
    import importlib.util

    spec = importlib.util.spec_from_file_location("server_as_a_module", client.SERVER)
    server = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(server)
    for name in ("MAGIC", "FORK", "STATUS", "STOP", "KILL"):
        assert getattr(server, name) == getattr(client, name)
    assert server.HEADER.format == client.HEADER.format


def test_what_the_server_runs_imports_nothing_of_kit():
    text = client.SERVER.read_text()
    loaded = {
        node.args[0].value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_load"
    }
    assert {"child", "identity", "kernel", "libraries", "refresh"} < loaded
    for name in {"server"} | loaded:
        tree = ast.parse(client.SERVER.with_name(f"{name}.py").read_text())
        imported = [
            getattr(node, "module", None) or ",".join(alias.name for alias in node.names)
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert imported and not [module for module in imported if module.startswith("kit")]
