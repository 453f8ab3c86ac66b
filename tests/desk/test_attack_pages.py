"""The published attacks on whoever looks at a page: each is executed, graded, and opened at the desk."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk_examples import serving
from test_desk_browser import look_at, mentor

from kit.grading.course import load_course
from kit.grading.publication import publish_assignment
from kit.notebooks import write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

ATTACKS = Path(__file__).parents[1] / "attacks"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A course to which every attack of the kind 'pages' was handed in."""
    sys.path.append(str(ATTACKS))
    arena, attacks = (importlib.import_module(name) for name in ("arena", "attacks"))
    root = tmp_path_factory.mktemp("attacked") / "arena-2027"
    write_notebook(
        arena.make_source(), root / "source" / arena.ASSIGNMENT / f"{arena.ASSIGNMENT}.ipynb"
    )
    publish_assignment(load_course(root), arena.ASSIGNMENT)
    chosen = [attack for attack in attacks.ATTACKS if attack.kind == "pages"]
    assert chosen
    for attack in chosen:
        made = attacks.make_attack(attack, {})
        write_notebook(
            made,
            root / "submitted" / attack.student / arena.ASSIGNMENT / f"{arena.ASSIGNMENT}.ipynb",
        )
    command = [sys.executable, "-m", "kit", "grade", arena.ASSIGNMENT, "--course", str(root)]
    subprocess.run(
        [*command, "--jobs", "2"],
        check=True,
        capture_output=True,
        env={**os.environ, "KIT_LANG": "en"},
    )
    return load_course(root), arena.ASSIGNMENT


def test_no_published_attack_runs_or_asks_for_anything_at_the_desk(browser, attacked):
    course, name = attacked
    with serving(course) as desk, mentor(browser, desk) as tab:
        room = desk.classroom.room(name)
        assert len(room.students) >= 10
        for student in room.students:
            titles = look_at(tab, f"{desk.url}a/{name}/s/{student}")
            assert "pwned" not in "".join(titles), student
            for frame in tab.frames[1:]:
                bad = "script, iframe, object, embed, form, link, base, meta[http-equiv=refresh]"
                assert frame.locator(bad).count() == 0, student
            assert tab.outside == [], student
        assert "pwned" not in "".join(look_at(tab, f"{desk.url}a/{name}/"))
