"""Parts of a real hub are killed in the middle of things: nobody's work and no mark is lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
from pathlib import Path

import pytest
from running_hub import COURSE, HOSTILE, PARIS, SERVED, wait_for
from test_hostile import hand_in, notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]


@pytest.fixture(autouse=True)
def hub_is_up(hub):
    """Begin with a whole hub, whatever the test before has left."""
    wait_for(hub.is_up, "the hub is up", seconds=120)


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid), f"{pid} ends")


def is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def kept(hub, name=HOSTILE):
    """Return every attempt of somebody as it lies on the disk."""
    folder = hub.root / "inbox" / COURSE / "practice" / name
    return sorted(
        (str(path.relative_to(folder)), path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    )


def wait_for_another(hub, part, old):
    wait_for(lambda: hub.pid(part) != old and Path(f"/proc/{hub.pid(part)}").exists(), part)


def test_the_grader_is_killed_while_it_grades(hub):
    visitor = hub.visitor(HOSTILE)
    before = len(hub.assignment(visitor)["attempts"])
    assert hand_in(visitor, {"practice.ipynb": notebook()}).status == 201
    wait_for(lambda: hub.assignment(visitor)["state"] == "handed-in", "it waits")
    old = hub.pid("grader")
    kill(old)
    wait_for_another(hub, "grader", old)
    row = hub.wait_for_mark(visitor)
    assert (row["score"], len(row["attempts"])) == (3, before + 1)
    gradebook = hub.root / "courses" / COURSE / "gradebook.db"
    with sqlite3.connect(gradebook) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_server_of_a_gradebook_is_killed_while_a_submission_is_graded(
    hub, gradebooks, database_server
):
    from postgresql import end_server, start_server

    first, second = hub.visitor(HOSTILE), hub.visitor(PARIS)
    assert hand_in(first, {"practice.ipynb": notebook()}, course=SERVED).status == 201
    end_server(database_server)
    try:
        # Whoever hands in meanwhile is heard, too.
        work = notebook(text="It was calm.")
        assert hand_in(second, {"practice.ipynb": work}, course=SERVED).status == 201
    finally:
        start_server(database_server)
    assert hub.wait_for_mark(first, SERVED, seconds=180)["score"] == 3
    # Points that a mentor gave earlier come on top.
    assert hub.wait_for_mark(second, SERVED, seconds=180)["score"] >= 3
    assert marks_of(gradebooks[SERVED]) >= {HOSTILE, PARIS}


def marks_of(address):
    """Return who has a mark in a gradebook on a server."""
    import psycopg

    with psycopg.connect(address) as database:
        found = database.execute(
            "SELECT DISTINCT submitted_assignment.student_id FROM grade"
            " JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id"
            " JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id"
            " WHERE grade.auto_score > 0"
        )
        return {row[0] for row in found}


def test_the_exchange_is_killed_while_an_attempt_arrives(hub):
    visitor = hub.visitor(HOSTILE)
    before = kept(hub)
    old = hub.pid("exchange")
    port = json.loads((hub.root / "state" / "ports.json").read_text())["exchange"]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            f"POST /services/exchange/api/hand-in/{COURSE}/practice HTTP/1.1\r\nHost: h\r\n"
            f"Authorization: token {visitor.token}\r\nContent-Length: 5000\r\n\r\nhalf".encode()
        )
        kill(old)
    wait_for_another(hub, "exchange", old)
    wait_for(lambda: visitor.ask("services/exchange/api/me").status == 200, "the exchange is back")
    assert kept(hub) == before
    assert not list((hub.root / "inbox").glob(".incoming-*"))
    assert hand_in(visitor, {"practice.ipynb": notebook()}).status == 201
    assert len(kept(hub)) > len(before)
    hub.wait_for_mark(visitor)


def test_the_hub_is_killed_and_people_go_on_in_the_servers_that_they_have(hub):
    visitor = hub.visitor(PARIS)
    server, old = hub.server_pid(PARIS), hub.pid("hub")
    started = visitor.ask(f"user/{PARIS}/api/kernels", data={"name": "python3"})
    assert started.status == 201
    kill(old)
    wait_for_another(hub, "hub", old)
    wait_for(hub.is_up, "the hub is back", seconds=120)
    wait_for(lambda: visitor.ask(f"user/{PARIS}/api/kernels").status == 200, "the way is back")
    kernels = visitor.ask(f"user/{PARIS}/api/kernels").json()
    assert started.json()["id"] in [kernel["id"] for kernel in kernels]
    assert hub.server_pid(PARIS) == server
    for kernel in kernels:
        visitor.ask(f"user/{PARIS}/api/kernels/{kernel['id']}", method="DELETE")


def test_the_proxy_is_killed_and_the_hub_starts_another(hub):
    visitor = hub.visitor(PARIS)
    server = hub.server_pid(PARIS)
    old = int((hub.root / "state" / "proxy.pid").read_text().splitlines()[0])
    kill(old)

    def is_back():
        try:
            return visitor.ask(f"user/{PARIS}/lab", seconds=10).status == 200
        except Exception:
            return False

    wait_for(is_back, "the proxy is back")
    assert hub.server_pid(PARIS) == server


def test_a_server_is_killed_and_what_was_saved_is_in_the_next(hub):
    visitor = hub.visitor(PARIS)
    path = f"user/{PARIS}/api/contents/diary.txt"
    note = {"type": "file", "format": "text", "content": "the tide is out"}
    assert visitor.ask(path, method="PUT", data=note).status in (200, 201)
    kill(hub.server_pid(PARIS))
    operator = hub.operator()
    wait_for(
        lambda: not operator.ask(f"hub/api/users/{PARIS}").json().get("servers"), "the hub notices"
    )
    again = hub.visitor(PARIS)
    assert again.ask(path).json()["content"] == "the tide is out"


def test_without_the_nursery_people_still_have_servers(hub):
    old = hub.pid("nursery")
    kill(old)
    visitor = hub.visitor(HOSTILE)
    assert visitor.ask(f"user/{HOSTILE}/lab").status == 200
    wait_for_another(hub, "nursery", old)


def test_everything_is_killed_at_once_and_starts_again_with_what_there_was(hub):
    visitor = hub.visitor(HOSTILE)
    if not kept(hub):
        assert hand_in(visitor, {"practice.ipynb": notebook()}).status == 201
    hub.wait_for_mark(visitor)
    assert (
        hand_in(visitor, {"practice.ipynb": notebook(code="def swing(*a): return 0")}).status == 201
    )
    attempts, server = kept(hub), hub.server_pid(HOSTILE)
    parts = [hub.pid(part) for part in ("hub", "grader", "exchange")]
    hub.supervisor.kill()
    hub.supervisor.wait()
    for pid in parts:
        wait_for(lambda pid=pid: not Path(f"/proc/{pid}").exists(), f"{pid} ends with it")
    hub.start()
    assert kept(hub) == attempts
    assert hub.server_pid(HOSTILE) == server
    row = hub.wait_for_mark(hub.visitor(HOSTILE))
    assert row["score"] == 0
