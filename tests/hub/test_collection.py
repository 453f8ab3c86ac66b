"""Some published attacks of each class, handed in over the hub and graded on arrival, beside honest work."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from arena import ANSWERS, ATTACKED, EXPECTED, HIDDEN, HONEST_PART, make_handed_in
from attacks import ATTACKS, make_attack
from running_hub import ARENA, PARIS, RUN, wait_for
from test_hostile import hand_in

from kit.hub.grader import choose_batch
from kit.hub.inbox import Job

# Needs the running hub only, no browser: but it is as slow as what does.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]

CHOSEN = (
    "forging-equals-everything",
    "forging-database-written",
    "forging-results-written",
    "reading-source-on-disk",
    "reading-other-submissions",
    "reading-gradebook",
    "hurting-endless-loop",
    "hurting-memory",
    "hurting-signal-to-all",
    "leaving-tcp",
    "leaving-files-outside",
    "leaving-sockets-of-the-grader",
)
BY_STUDENT = {
    f"{RUN}-a{number:02}": next(attack for attack in ATTACKS if attack.student == chosen)
    for number, chosen in enumerate(CHOSEN)
}
ATTACKERS = tuple(BY_STUDENT)
OTHERS = "WOMBAT-9042"
SECRETS = (HIDDEN, *EXPECTED, "OCELOT-3385", OTHERS)


def honest():
    book = make_handed_in(ANSWERS)
    book.cells[0].source += f"\n\nBy somebody honest, {OTHERS}."
    return nbformat.writes(book).encode()


@pytest.fixture(scope="module")
def in_the_roster(hub):
    """Let the exchange know the attackers while they are needed; it asks for no account of the machine."""
    roster = hub.root / "roster.csv"
    before = roster.read_text()
    lines = [f"{name},student,Santiago,en,America/Santiago,{ARENA}" for name in ATTACKERS]
    roster.write_text(before + "\n".join(lines) + "\n")
    yield
    roster.write_text(before)


@pytest.fixture(scope="module")
def outcome(hub, in_the_roster):
    """What became of everybody, after they handed in at the same time, the honest student last."""
    course = hub.root / "courses" / ARENA
    reached = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=note_visits, args=(server, reached))
        thread.start()
        places = {
            "COURSE": str(course),
            "HOME": str(course / "private"),
            "TCP": str(server.getsockname()[1]),
            "MARK": f"{hub.root.name}-mark",
        }
        visitors = {name: hub.token(name) for name in (*ATTACKERS, PARIS)}

        def attack(name):
            book = nbformat.writes(make_attack(BY_STUDENT[name], places)).encode()
            return hand_in(visitors[name], {"arena.ipynb": book}, ARENA, ARENA).status

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(attack, ATTACKERS)) == {201}
        assert hand_in(visitors[PARIS], {"arena.ipynb": honest()}, ARENA, ARENA).status == 201
        rows = {PARIS: hub.wait_for_mark(visitors[PARIS], ARENA, seconds=300)}
        rows |= {name: hub.wait_for_mark(visitors[name], ARENA, seconds=300) for name in ATTACKERS}
        with socket.create_connection(server.getsockname()) as last:
            last.sendall(b"the end")
        thread.join()
    return {"rows": rows, "visitors": visitors, "reached": reached, "course": course}


def note_visits(server, reached):
    while True:
        connection, _address = server.accept()
        with connection:
            if connection.recv(100) == b"the end":
                return
        reached.append("tcp")


@pytest.mark.parametrize("name", ATTACKERS, ids=CHOSEN)
def test_an_attack_earns_nothing_and_shows_nothing(outcome, name):
    path = outcome["course"] / ".kit" / "results" / ARENA / f"{name}.json"
    points = {mark["key"]: mark["points"] or 0 for mark in json.loads(path.read_text())["marks"]}
    assert {key: points[key] for key in ATTACKED if points[key]} == {}
    if BY_STUDENT[name].kind == "hurting":
        # It costs the question that it is in, and no other.
        assert points[HONEST_PART] == 1
    page = outcome["visitors"][name].ask(f"services/exchange/api/feedback/{ARENA}/{ARENA}")
    assert page.status == 200
    shown = page.text + shown_by_code(outcome["course"], name)
    assert [secret for secret in SECRETS if secret in shown] == []
    assert "REACHED" not in shown_by_code(outcome["course"], name)


def shown_by_code(course, name):
    """Return the outputs of somebody's work, without what a failed test says of itself."""
    path = course / "autograded" / name / ARENA / "arena.ipynb"
    if not path.is_file():
        return ""
    return "\n".join(
        json.dumps(output)
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if not (cell.metadata.get("nbgrader", {}).get("grade") and output.output_type == "error")
    )


def test_honest_work_that_came_last_has_all_its_points(outcome):
    row = outcome["rows"][PARIS]
    assert (row["state"], row["score"]) == ("graded", row["max_score"])
    assert row["max_score"] == sum(ATTACKED.values()) + 1


def test_nothing_outside_was_reached_or_changed_and_nothing_is_left(outcome, hub):
    assert outcome["reached"] == []
    assert (outcome["course"] / "private" / "secret.txt").read_text() == "the mentor's OCELOT-3385"
    assert sorted(path.name for path in (outcome["course"] / "private").iterdir()) == ["secret.txt"]
    assert not list(outcome["course"].rglob("forged.json"))
    assert not list(outcome["course"].rglob("new.txt"))
    mark = f"{hub.root.name}-mark".encode()
    wait_for(lambda: not [path for path in Path("/proc").glob("[0-9]*") if has(path, mark)], "gone")
    assert hub.is_up()


def has(process, mark):
    try:
        return mark in (process / "cmdline").read_bytes()
    except OSError:
        return False


def test_whoever_took_long_before_waits_behind_the_others_of_all_courses():
    loop, other = Job("ai", "tides", "s-1"), Job("ai", "tides", "s-2")
    quick, elsewhere = Job("ai", "tides", "s-3"), Job("sea", "salt", "s-4")
    queue = [loop, other, quick, elsewhere]
    assert choose_batch(queue, {loop, other}) == [quick]
    assert choose_batch([loop, elsewhere], {loop}) == [elsewhere]
    assert choose_batch([loop, other], {loop, other}) == [loop, other]
    assert choose_batch([loop, other], ()) == [loop, other]
