"""A course about tides: an answer in code with two tests, two written answers, and a class that handed in."""

import asyncio
import http.cookiejar
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import replace

from grading_examples import answer, cell, notebook, test_cell, written

from kit.desk.marking import Act, answer_version
from kit.grading.answers import Answers, fill_answers
from kit.grading.course import load_course
from kit.grading.publication import publish_assignment
from kit.grading.release import make_release_version
from kit.grading.results import read_result
from kit.grading.writer import Entry, write_results
from kit.notebooks import find_cell, read_notebook, write_notebook

NAME = "tides"
SOURCE = notebook(
    cell("# Tides", kind="markdown"),
    cell("## 1. Twice a day\n\nReturn the hours between two high waters.", kind="markdown"),
    answer("hours", "def hours():\n    ### BEGIN SOLUTION\n    return 12.42\n    ### END SOLUTION"),
    test_cell("test-visible", "assert hours() > 12, 'the Moon moves on meanwhile'"),
    test_cell(
        "test-hidden",
        "### BEGIN HIDDEN TESTS\nassert abs(hours() - 12.42) < 0.01\n### END HIDDEN TESTS",
        points=2,
    ),
    cell("## 2. Why?\n\nSay why it is not twelve hours.", kind="markdown"),
    written("why", "The Moon moves on while the Earth turns.", points=3),
    cell("## 3. Where?", kind="markdown"),
    written("where", "In the open sea.", points=2),
)
RELEASE = make_release_version(SOURCE)
RUBRIC = """# Rubric: tides

Read it twice.

## why

| Level | Points | What the text does | Example |
|---|---|---|---|
| 0 | 0 | It gives no reason. | "It is so." |
| 1 | 1 | It names the Moon. | "The Moon." |
| 2 | 2 | It says that the Moon moves. | "The Moon moves." |
| 3 | 3 | It says that the Earth turns meanwhile. | "The Moon moves on." |

The Sun is no part of this.

## Questions to ask face to face

1. And on Mars?
"""
SETTINGS = """
timezone: America/Santiago
assignments:
  tides:
    due: "2027-03-01 12:00"
    late: {per_day: 0.5}
"""
RIGHT = "def hours():\n    return 12.42"
WRONG = "def hours():\n    return 12.0"
# Student -> (code, why); whoever is not here is special.
WORK = {
    "s-01": (RIGHT, "Because the **Moon** moves."),
    "s-02": (WRONG, "It is so."),
    "s-03": (RIGHT, "The Moon moves on while the Earth turns."),
    "s-04": (RIGHT, "The Sun."),
}
LATE = {"s-04": "2027-03-02 10:00:00 UTC"}


def hand_in(root, student, code=None, why=None, *, change=None):
    cells = {} if code is None else {"hours": code, "why": why, "where": "In the sea."}
    made = fill_answers(RELEASE, Answers("", cells))
    if change:
        change(made)
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    write_notebook(made, folder / f"{NAME}.ipynb")
    if student in LATE:
        (folder / "timestamp.txt").write_text(LATE[student])
    return folder


def change_a_test(made):
    find_cell(made, "test-hidden").source = "assert True"


def grade_class(root):
    """Make the course, hand in, and let `kit grade` grade it."""
    write_notebook(SOURCE, root / "source" / NAME / f"{NAME}.ipynb")
    (root / "kit.yaml").write_text(SETTINGS)
    groups = {**dict.fromkeys([*WORK, "s-05"], "Paris"), "s-06": "Santiago", "s-99": "Santiago"}
    lines = [
        f"{student},{group},{'fr' if student == 's-02' else ''}"
        for student, group in groups.items()
    ]
    (root / "groups.csv").write_text("\n".join(["id,group,language", *lines]) + "\n")
    course = load_course(root)
    publish_assignment(course, NAME)
    course.rubric_path(NAME).parent.mkdir(parents=True, exist_ok=True)
    course.rubric_path(NAME).write_text(RUBRIC)
    for student, (code, why) in WORK.items():
        hand_in(root, student, code, why)
    hand_in(root, "s-05")
    hand_in(root, "s-06", WRONG, "The Moon.", change=change_a_test)
    (hand_in(root, "s-07", RIGHT, "x") / f"{NAME}.ipynb").write_text("no notebook")
    command = [sys.executable, "-m", "kit", "grade", NAME, "--course", str(root), "--jobs", "1"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "KIT_LANG": "en"})


def multiply(
    course, count, *, texts=("The Moon.", "It moves.", "It moves on while the Earth turns.")
):
    """Give a course a class of ``count`` more, each with the graded work of s-01 and a text of their own.

    The results and the gradebook are written by what writes them after grading.
    """
    pattern = read_result(course.results_folder(NAME) / "s-01.json")
    executed = read_notebook(course.folder("autograded", NAME, "s-01") / f"{NAME}.ipynb")
    entries = []
    for number in range(count):
        student = f"t-{number:03}"
        result = replace(pattern, student=student, key=f"{pattern.key[:-4]}{number:04}")
        (course.results_folder(NAME) / f"{student}.json").write_text(result.to_json())
        find_cell(executed, "why").source = f"{texts[number % len(texts)]} ({number})"
        write_notebook(executed, course.folder("autograded", NAME, student) / f"{NAME}.ipynb")
        entries.append(Entry(result))
    write_results(course, NAME, entries)


def question(classroom, key="why"):
    return classroom.room(NAME).question(NAME, key)


def act(classroom, student, points=None, *, key="why", mentor="ana", version=None, **more):
    asked = question(classroom, key)
    version = version or answer_version(classroom.room(NAME), asked, student)
    if isinstance(points, int | float):
        points = {key: float(points)}
    return Act(NAME, asked, student, mentor, version, points or {}, **more)


class Served:
    """A desk that runs, and one mentor's way to talk to it without a browser."""

    def __init__(self, app, url, tokens):
        self.app, self.url, self.tokens = app, url, tokens
        self.classroom = app.settings["classroom"]

    def address(self, mentor="ana"):
        return f"{self.url}?token={self.tokens[mentor]}"

    def visit(self, mentor="ana"):
        return Visit(self, mentor)


class Visit:
    """A mentor with cookies."""

    def __init__(self, served, mentor):
        self.served = served
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self.xsrf = ""
        if mentor:
            self.get(f"?token={served.tokens[mentor]}")

    def ask(self, path, data=None, **headers):
        """Return status, headers and text."""
        body = None if data is None else urllib.parse.urlencode(data, doseq=True).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.served.url + path, data=body, headers=headers)
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def get(self, path="", **headers):
        status, heads, text = self.ask(path, **headers)
        if 'data-xsrf="' in text:
            self.xsrf = text.split('data-xsrf="')[1].split('"')[0]
        return status, heads, text

    def post(self, path, **data):
        """Return what the desk's own script would get."""
        data = {name.replace("__", ":"): value for name, value in data.items()}
        status, _heads, text = self.ask(
            path, {"_xsrf": self.xsrf, **data}, Accept="application/json"
        )
        return status, json.loads(text)

    def version(self, path):
        _status, _heads, text = self.get(path)
        return text.split('name="version" value="')[1].split('"')[0]


@contextmanager
def serving(course, access=None):
    """Serve a course on a free port, in a thread with an event loop of its own."""
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets

    from kit.desk import make_app
    from kit.desk.access import TokenAccess

    access = access or TokenAccess.for_names(["ana", "ben"])
    app = make_app(course, access)
    sockets = bind_sockets(0, "127.0.0.1")
    loop = asyncio.new_event_loop()
    started = threading.Event()

    def run():
        asyncio.set_event_loop(loop)

        async def begin():
            server = HTTPServer(app)
            server.add_sockets(sockets)
            return server

        server = loop.run_until_complete(begin())
        started.set()
        loop.run_forever()
        server.stop()
        loop.run_until_complete(server.close_all_connections())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(30)
    try:
        tokens = {name: token for token, name in getattr(access, "mentors", {}).items()}
        yield Served(app, f"http://127.0.0.1:{sockets[0].getsockname()[1]}/", tokens)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        app.settings["classroom"].close()
