"""The whole way, with a gradebook in a file and on a server: hand in, a mentor marks, the student reads."""

from __future__ import annotations

import pwd
import re
from pathlib import Path

import pytest
from running_hub import COURSE, HOSTILE, MENTOR, PARIS, PASSWORD, SERVED, wait_for
from test_hostile import hand_in, notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]


@pytest.mark.parametrize("course", [COURSE, SERVED], ids=["SQLite", "PostgreSQL"])
def test_a_mentor_marks_in_the_browser_and_the_student_reads_it(people, hub, course, request):
    if course == SERVED:
        request.getfixturevalue("gradebooks")
    visitor = hub.visitor(PARIS)
    work = notebook(text="It was not calm: in December it was 27.1 °C.")
    assert hand_in(visitor, {"practice.ipynb": work}, course=course).status == 201
    row = hub.wait_for_mark(visitor, course)
    assert (row["state"], row["score"], row["max_score"]) == ("mentor", 3, 6)

    desk = f"services/desk-{course}/a/practice/q/practice/explain/s/{PARIS}"
    page = people.window(MENTOR, f"hub/login?next=%2F{desk.replace('/', '%2F')}")
    page.goto(hub.base + desk)
    page.locator("html[data-ready]").wait_for(timeout=60_000)
    page.keyboard.press("c")
    page.keyboard.type(f"Why was the swing small? ({course})")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.wait_for_url(lambda address: not address.endswith(f"/s/{PARIS}"), timeout=60_000)

    def told():
        text = visitor.ask(f"services/exchange/api/feedback/{course}/practice").text
        return text if f"Why was the swing small? ({course})" in text else None

    shown = re.sub("<[^>]+>", " ", wait_for(told, lambda: f"the mark comes back ({hub.said()})"))
    assert "2 sur 3 points" in shown
    row = hub.assignment(visitor, course)
    assert (row["state"], row["score"]) == ("graded", 5)
    window = people.window(PARIS)
    line = window.locator(f"[data-assignment='{course}/practice']")
    line.get_by_text("noté · 5 / 6").wait_for(timeout=90_000)
    # The first lesson opens by itself, and would cover a page that was opened before it.
    window.locator(".jp-NotebookPanel").first.wait_for(state="attached", timeout=90_000)
    line.locator("button").nth(2).click()
    window.frame_locator("iframe").last.get_by_text(
        f"Why was the swing small? ({course})"
    ).first.wait_for(timeout=60_000)


def test_the_password_of_a_gradebook_is_out_of_reach_of_students(hub, gradebooks):
    hub.visitor(HOSTILE)
    files = [hub.root / "hub.yaml", hub.root / "courses" / SERVED / "nbgrader_config.py"]
    assert all(PASSWORD in path.read_text() for path in files)
    code = "import sys\nfor path in sys.argv[1:]:\n    try:\n        print(open(path).read())\n"
    code += "    except OSError as error:\n        print(type(error).__name__)\n"
    done = hub.run_as(HOSTILE, "python", "-c", code, *map(str, files))
    assert done.stdout.split() == ["PermissionError", "PermissionError"]
    # Nor does it stand where everybody can look: on a command line, or in what a person's server was given.
    people = [pwd.getpwnam(name).pw_uid for name in (HOSTILE, PARIS)]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            shown = (process / "cmdline").read_bytes()
            if process.stat().st_uid in people:
                shown += (process / "environ").read_bytes()
        except OSError:
            continue
        assert PASSWORD.encode() not in shown, process
    for log in (hub.root / "log").glob("*.log"):
        assert PASSWORD not in log.read_text(errors="replace"), log


def test_a_student_does_not_get_into_a_gradebook_on_a_server(hub, gradebooks):
    hub.visitor(HOSTILE)
    code = "import psycopg, sys\npsycopg.connect(sys.argv[1]).close()"
    for address in gradebooks.values():
        plain = address.replace(f":{PASSWORD}", "")
        done = hub.run_as(HOSTILE, "python", "-c", code, plain)
        assert "OperationalError" in done.stderr, done.stdout
