"""A hostile student on a real hub: forging, reading, replacing, harming a mentor, and standing in the way."""

from __future__ import annotations

import base64
import json
import os
import pwd
import socket

import nbformat
import pytest
from running_hub import COURSE, HOSTILE, MENTOR, PARIS, REPO

from kit.hub.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]

PEEK = """
import json, os, sys
found = {}
for path in sys.argv[1:]:
    try:
        found[path] = len(os.listdir(path)) if os.path.isdir(path) else len(open(path, "rb").read(10))
    except OSError as error:
        found[path] = type(error).__name__
for path in sys.argv[1:]:
    try:
        os.makedirs(os.path.join(path, "forged"))
        found[path] = "written"
    except OSError:
        pass
print(json.dumps(found))
"""

# What an answer does while it is graded, and what it says of it.
SPY = """
def swing(*arguments):
    return None

import json, os, pathlib, socket
said = {"environment": sorted(os.environ)}
for path in PATHS:
    try:
        said[path] = sorted(os.listdir(path))[:3] if os.path.isdir(path) else open(path).read(20)
    except OSError as error:
        said[path] = type(error).__name__
for port in PORTS:
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        said[str(port)] = "reached"
    except OSError:
        said[str(port)] = "out of reach"
text = ""
for place in [".", "/tmp", os.path.expanduser("~")]:
    for file in pathlib.Path(place).rglob("*.ipynb"):
        text += file.read_text(errors="replace")
said["hidden tests"] = "HIDDEN TESTS" in text
print("SPY" + json.dumps(said))
"""


def notebook(*, code=None, text=None):
    """Return a submission with another answer in it, as bytes."""
    released = nbformat.read(REPO / "assignments/practice/practice.ipynb", as_version=4)
    for cell in released.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution") and cell.cell_type == "code" and code is not None:
            cell.source = code
        if about.get("solution") and cell.cell_type == "markdown" and text is not None:
            cell.source = text
        if about.get("grade") and not about.get("solution"):
            cell.source = "pass"
    return nbformat.writes(released).encode()


def hand_in(visitor, files, course=COURSE, assignment="practice", **more):
    data = {"files": {name: base64.b64encode(each).decode() for name, each in files.items()}}
    return visitor.ask(f"services/exchange/api/hand-in/{course}/{assignment}", data=data | more)


def test_nobody_hands_in_under_another_name(hub):
    visitor = hub.visitor(HOSTILE)
    paris = hub.visitor(PARIS)
    before = hub.assignment(paris)["attempts"]
    receipt = json.dumps({"student": PARIS, "assignment": "practice"}).encode()
    work = notebook(code="def swing(*a): return 0")
    assert hand_in(visitor, {"practice.ipynb": work, "receipt.json": receipt}).status == 409
    answer = hand_in(visitor, {"practice.ipynb": work}, student=PARIS, user=PARIS)
    assert answer.status == 201
    assert answer.json()["student"] == HOSTILE
    for name in (f"../{PARIS}/practice.ipynb", f"/{PARIS}.ipynb"):
        assert hand_in(visitor, {name: work}).status == 409
    assert hub.assignment(paris)["attempts"] == before


def test_without_a_token_of_the_hub_nothing_is_taken_or_told(hub):
    for token in ("", "0" * 32):
        stranger = Visitor(hub.base, token)
        assert hand_in(stranger, {"practice.ipynb": notebook()}).status in (401, 403)
        assert stranger.ask("services/exchange/api/me").status in (401, 403)


def test_a_student_of_another_course_learns_nothing_of_this_one(hub):
    from running_hub import SANTIAGO

    visitor = hub.visitor(SANTIAGO)
    for path in ("files", "attempts", "feedback"):
        assert visitor.ask(f"services/exchange/api/{path}/second/practice").status == 404
    assert hand_in(visitor, {"practice.ipynb": notebook()}, course="second").status == 404


def test_names_in_addresses_lead_nowhere(hub):
    visitor = hub.visitor(HOSTILE)
    for name in ("..%2F..%2Fstate", "%2Fetc%2Fpasswd", "..", f"practice%2F..%2F{PARIS}"):
        for path in ("files", "attempts", "feedback"):
            answer = visitor.ask(f"services/exchange/api/{path}/{COURSE}/{name}")
            assert answer.status >= 400, (path, name)
            assert "root:" not in answer.text


def test_in_the_terminal_nothing_that_is_not_theirs_can_be_read_or_replaced(hub):
    hub.visitor(PARIS)
    hub.visitor(HOSTILE)
    places = [hub.root / name for name in ("state", "courses", "inbox", "log", "codes.csv")]
    places += [pwd.getpwnam(PARIS).pw_dir, hub.root / "state/check.token", hub.root / "public"]
    # The clone that the hub runs from has the hidden tests in it; here it has none.
    places += [REPO / "assignments"]
    done = hub.run_as(HOSTILE, "python", "-c", PEEK, *map(str, places))
    found = json.loads(done.stdout)
    for path in places[:-2]:
        assert found[str(path)] in ("PermissionError", "FileNotFoundError"), path
    assert found[str(hub.root / "public")] not in ("written", 0)
    assert found[str(REPO / "assignments")] == 0
    assert not (hub.root / "public" / "forged").exists()


def test_a_student_reaches_neither_the_server_nor_the_processes_of_another(hub):
    visitor = hub.visitor(HOSTILE)
    hub.visitor(PARIS)
    for path in ("api/kernels", "api/contents/", "lab", "kit/work"):
        assert visitor.ask(f"user/{PARIS}/{path}").status in (403, 404)
    pid = hub.server_pid(PARIS)
    code = f"import os; os.kill({pid}, 15)"
    assert "PermissionError" in hub.run_as(HOSTILE, "python", "-c", code).stderr
    code = f"print(open('/proc/{pid}/environ').read())"
    assert "PermissionError" in hub.run_as(HOSTILE, "python", "-c", code).stderr
    service = hub.service_pid("kit.hub.exchange")
    code = f"print(open('/proc/{service}/environ').read())"
    assert "PermissionError" in hub.run_as(HOSTILE, "python", "-c", code).stderr


def test_an_answer_sees_nothing_of_the_hub_while_it_is_graded(hub):
    visitor = hub.visitor(HOSTILE)
    paths = [
        hub.root / name for name in ("state", "courses", "inbox", "courses/first-steps/source")
    ]
    paths += ["/etc/shadow", pwd.getpwnam(PARIS).pw_dir, pwd.getpwnam(HOSTILE).pw_dir]
    ports = json.loads((hub.root / "state" / "ports.json").read_text())
    told = f"PATHS = {list(map(str, paths))}\nPORTS = {[hub.port, *ports.values()]}\n"
    assert hand_in(visitor, {"practice.ipynb": notebook(code=told + SPY)}).status == 201
    row = hub.wait_for_mark(visitor)
    assert row["score"] == 0
    folder = hub.root / "courses" / COURSE / "autograded" / HOSTILE / "practice"
    executed = nbformat.read(folder / "practice.ipynb", as_version=4)
    texts = [
        output.get("text", "")
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    line = next(text for text in "".join(texts).splitlines() if text.startswith("SPY"))
    said = json.loads(line.removeprefix("SPY"))
    assert not [name for name in said.pop("environment") if "TOKEN" in name or "HUB" in name]
    assert said.pop("hidden tests") is False
    for place, answer in said.items():
        good = ("FileNotFoundError", "PermissionError", "out of reach", "NotADirectoryError")
        assert answer in good or answer == [], (place, answer)


def test_a_page_that_a_student_prepared_runs_nothing_in_a_mentors_browser(people, hub):
    visitor = hub.visitor(HOSTILE)
    attack = "document.title = 'taken'; fetch('/hub/api/users')"
    code = (
        "from IPython.display import HTML, display, Javascript\n"
        f'display(HTML("<script>{attack}</script><img src=x onerror=\\"{attack}\\">"))\n'
        f'display(Javascript("{attack}"))\n'
        "def swing(*a): return 0\n"
    )
    text = f'Look: <img src=x onerror="{attack}"> <script>{attack}</script>'
    assert hand_in(visitor, {"practice.ipynb": notebook(code=code, text=text)}).status == 201
    hub.wait_for_mark(visitor)
    page = people.window(MENTOR, f"hub/login?next=%2Fservices%2Fdesk-{COURSE}%2F")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{hub.base}services/desk-{COURSE}/a/practice/s/{HOSTILE}")
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    assert page.title() != "taken"
    assert not [url for url in asked if "/hub/api/users" in url]
    told = visitor.ask(f"services/exchange/api/feedback/{COURSE}/practice")
    assert "<script" not in told.text.lower()
    assert "onerror" not in told.text.lower() or "&lt;img" in told.text
    assert "sandbox" in told.headers["content-security-policy"]


def test_what_one_student_sends_keeps_nobody_else_waiting(hub):
    hostile, paris = hub.visitor(HOSTILE), hub.visitor(PARIS)
    ports = json.loads((hub.root / "state" / "ports.json").read_text())
    head = (
        f"POST /services/exchange/api/hand-in/{COURSE}/practice HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: token {hostile.token}\r\nContent-Length: 60000000\r\n\r\n"
    ).encode()
    half_sent = [socket.create_connection(("127.0.0.1", ports["exchange"])) for _ in range(20)]
    try:
        for connection in half_sent:
            connection.sendall(head + os.urandom(1000))
        assert paris.ask("services/exchange/api/me", seconds=30).status == 200
        answer = hand_in(paris, {"practice.ipynb": notebook(code="def swing(*a): return 0")})
        assert answer.status == 201
        too_many = hand_in(hostile, {"practice.ipynb": notebook()})
        assert too_many.status == 429
    finally:
        for connection in half_sent:
            connection.close()
    hub.wait_for_mark(paris)


def test_more_than_the_hub_takes_is_refused_before_it_is_kept(hub):
    visitor = hub.visitor(HOSTILE)
    ports = json.loads((hub.root / "state" / "ports.json").read_text())
    with socket.create_connection(("127.0.0.1", ports["exchange"])) as connection:
        connection.sendall(
            f"POST /services/exchange/api/hand-in/{COURSE}/practice HTTP/1.1\r\nHost: h\r\n"
            f"Authorization: token {visitor.token}\r\nContent-Length: 900000000\r\n\r\n".encode()
        )
        connection.settimeout(60)
        said = connection.recv(200)
    assert not said.startswith(b"HTTP/1.1 2")
    for files in ({"a.ipynb": "not base64"}, ["a"], None):
        path = f"services/exchange/api/hand-in/{COURSE}/practice"
        assert visitor.ask(path, data={"files": files}).status == 409
