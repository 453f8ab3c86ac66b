"""A PostgreSQL server for tests: Debian's own, as an ordinary user, in a folder that is gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

DEADLINE = 60


def find_programs():
    """The newest server that is installed; Debian keeps its programs off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("no PostgreSQL: install it with `sudo apt-get install postgresql`")
    return Path(on_path).resolve().parent


def ordinary_user():
    """The server refuses to run as root, so root lends it the user 'nobody'."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def postgresql_server():
    """Yield the folder with the socket of a server that ends with the block."""
    programs, who = find_programs(), ordinary_user()
    # Sockets need a short path, so this is not below pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="kit-pg-", dir="/tmp"))
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        data = folder / "data"
        options = {"cwd": folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **who}
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "kit",
                "-A",
                "trust",
                "--no-sync",
                "-E",
                "UTF8",
            ],
            check=True,
            capture_output=True,
            **options,
        )
        try:
            start_server(folder)
            yield folder
        finally:
            end_server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Folder → the server that runs in it.
_servers = {}


def start_server(folder):
    """Start the server of a folder, for the first time or again."""
    data, programs = folder / "data", find_programs()
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
    with (folder / "log").open("ab") as log:
        _servers[folder] = subprocess.Popen(
            [programs / "postgres", "-D", data, *(part for s in settings for part in ("-c", s))],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=log,
            stderr=log,
            **ordinary_user(),
        )
    wait_until_ready(folder, _servers[folder])


def end_server(folder):
    """End the server of a folder at once, connections and all, as a crash does."""
    server = _servers.pop(folder, None)
    if server is not None:
        server.send_signal(signal.SIGQUIT)
        server.wait(DEADLINE)


def connect(folder, database="postgres"):
    import psycopg

    return psycopg.connect(host=str(folder), user="kit", dbname=database, autocommit=True)


def wait_until_ready(folder, server):
    import psycopg

    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            connect(folder).close()
            return
        except psycopg.OperationalError as err:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, err
            time.sleep(0.05)


def new_role(folder, name, password=None):
    """Make somebody who may log in: by their account of the machine, or with a password."""
    with connect(folder) as db:
        db.execute(f'CREATE ROLE "{name}" LOGIN' + (f" PASSWORD '{password}'" if password else ""))
    rules = folder / "data" / "pg_hba.conf"
    rest = [line for line in rules.read_text().splitlines() if "trust" not in line]
    how = "scram-sha-256" if password else "peer"
    # Only the tests' own user comes in unasked.
    own = [f'local all "{name}" {how}', "local all kit trust"]
    rules.write_text("\n".join([*own, *rest]) + "\n")
    folder.chmod(0o711)
    with connect(folder) as db:
        db.execute("SELECT pg_reload_conf()")


def new_database(folder, name, owner="kit"):
    """Make an empty database and return its URL as it stands in a course's configuration."""
    with connect(folder) as db:
        db.execute(f'CREATE DATABASE "{name}" OWNER "{owner}"')
    return f"postgresql://{owner}@/{name}?host={folder}"
