"""A class on a real hub: two sites, a mentor, and the whole way from log-in to feedback."""

from __future__ import annotations

import json
import pwd
import re
import shutil
from pathlib import Path

import pytest
from running_hub import COURSE, HOSTILE, MENTOR, PARIS, REPO, SANTIAGO, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]

ROW = f"[data-assignment='{COURSE}/practice']"


def handed_in(hub, name=SANTIAGO):
    """Return somebody who has handed in, and whose submission was graded."""
    visitor = hub.visitor(name)
    if hub.assignment(visitor)["state"] == "open":
        hub.answer(name)
        done = hub.run_as(name, "kit", "submit", "practice", "--to", f"hub:{COURSE}")
        assert done.returncode == 0, done.stderr
    hub.wait_for_mark(visitor)
    return visitor


def test_a_student_logs_in_to_the_first_lesson_and_runs_it(people):
    page = people.window(PARIS)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.get_by_text(re.compile(r"\| Idle")).first.wait_for(timeout=90_000)
    assert page.url.endswith("courses/00-start/01-first-steps.ipynb")
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("Prêt : 00-start/01-first-steps").first.wait_for(timeout=60_000)
    assert page.outside == []


def test_a_student_sees_courses_assignments_and_due_dates_on_their_own_clock(people):
    page = people.window(SANTIAGO)
    page.wait_for_selector(ROW, timeout=90_000)
    text = page.locator(".kit-hub").inner_text()
    assert "Mis cursos" in text
    assert "Room 12 at noon." in text
    # Four in the afternoon of Greenwich in July is noon in Santiago, and six in Paris.
    assert re.search(r"entrega hasta mar, 14 jul, 12:00", text)
    assert "America/Santiago" in text
    assert "Second course" not in text
    assert "Your first ten minutes" in text


def test_a_student_hands_in_and_the_feedback_arrives_in_the_same_window(people, hub):
    page = people.window(SANTIAGO)
    page.wait_for_selector(ROW, timeout=90_000)
    hub.answer(SANTIAGO)
    page.locator(f"{ROW} .kit-hub-strong").click()
    page.locator(f"{ROW} .kit-hub-mentor").wait_for(timeout=120_000)
    row = hub.assignment(hub.visitor(SANTIAGO))
    assert (row["score"], row["max_score"], len(row["attempts"])) == (3, 6, 1)
    page.locator(f"{ROW} button").nth(2).click()
    frame = page.frame_locator("iframe").first
    frame.get_by_text("de 6 puntos").first.wait_for(timeout=60_000)
    assert SANTIAGO in frame.locator("body").inner_text()
    assert page.outside == []


def test_the_launcher_has_a_card_for_each_course_and_assignment(people):
    page = people.window(SANTIAGO)
    page.wait_for_selector(ROW, timeout=90_000)
    page.locator(".lm-TabBar-addButton:not(.lm-mod-hidden)").first.click()
    page.locator(".jp-LauncherCard", has_text="Practice").first.wait_for(timeout=60_000)
    cards = " ".join(page.locator(".jp-LauncherCard").all_inner_texts())
    assert "Start · 0 %" in cards


def test_a_mentor_opens_the_desk_of_their_course_and_of_no_other(people, hub):
    handed_in(hub)
    page = people.window(MENTOR, f"hub/login?next=%2Fservices%2Fdesk-{COURSE}%2F")
    page.get_by_text("Practice").first.wait_for(timeout=60_000)
    assert page.goto(f"{hub.base}services/desk-second/").status == 403


def test_a_mark_that_a_mentor_gives_comes_back_to_the_student(hub):
    from kit.grading.course import load_course

    visitor = handed_in(hub)
    before = hub.assignment(visitor)["feedback_at"]
    give_points(load_course(hub.root / "courses" / COURSE), SANTIAGO, 2.5)
    wait_for(lambda: hub.assignment(visitor)["feedback_at"] > before, "the feedback is renewed")
    page = visitor.ask(f"services/exchange/api/feedback/{COURSE}/practice").text
    assert "Well measured" in page
    assert "2.5 de 3 puntos" in page


def give_points(course, student, points):
    """Mark the written answer as nbgrader's formgrader does."""
    from nbgrader.api import Gradebook

    with Gradebook(course.db_url) as gradebook:
        grade = gradebook.find_grade("explain", "practice", "practice", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        comment = gradebook.find_comment("explain", "practice", "practice", student)
        comment.manual_comment = "Well measured."
        gradebook.db.commit()


def test_a_student_hands_in_from_the_terminal_and_has_a_receipt(hub):
    hub.visitor(PARIS)
    hub.answer(PARIS)
    done = hub.run_as(PARIS, "kit", "submit", "practice", "--to", "hub:second")
    assert done.returncode == 0, done.stderr
    assert PARIS in done.stdout
    assert "SHA-256" in done.stdout
    row = hub.wait_for_mark(hub.visitor(PARIS), "second")
    assert row["score"] == 3


def test_a_course_says_when_no_more_attempts_are_allowed(hub):
    visitor = hub.visitor(HOSTILE)
    hub.answer(HOSTILE)
    for _attempt in range(2):
        assert (
            hub.run_as(HOSTILE, "kit", "submit", "practice", "--to", "hub:second").returncode == 0
        )
    third = hub.run_as(HOSTILE, "kit", "submit", "practice", "--to", "hub:second")
    assert third.returncode == 1
    assert "2 times" in third.stderr
    attempts = visitor.ask("services/exchange/api/attempts/second/practice").json()["attempts"]
    assert len(attempts) == 2


def test_people_see_what_their_role_needs_and_nothing_else(hub):
    visitor = hub.visitor(PARIS)
    assert visitor.ask(f"user/{PARIS}/lab").status == 200
    for tool in ("formgrader", "course_list", "assignment_list"):
        assert visitor.ask(f"user/{PARIS}/{tool}").status == 404
    assert visitor.ask(f"services/desk-{COURSE}/a/practice/").status == 403
    # Their own marks at most, once there are any.
    desk = visitor.ask(f"services/desk-{COURSE}/")
    assert desk.status == 403 or desk.url.endswith("/mine")
    assert visitor.ask(f"user/{MENTOR}/lab").status in (403, 404, 424)
    assert visitor.ask("hub/api/users").status == 403
    assert visitor.ask(f"hub/api/users/{MENTOR}").status == 404


def test_the_folder_of_a_person_is_their_own_and_belongs_to_them(hub):
    hub.visitor(PARIS)
    person = pwd.getpwnam(PARIS)
    folder = Path(person.pw_dir, "bitacora")
    assert folder.stat().st_uid == person.pw_uid
    assert folder.stat().st_mode & 0o077 == 0
    assert json.loads((folder / ".kit" / "learner.json").read_text())["id"] == PARIS
    assert (folder / "assignments/practice/practice.ipynb").exists()
    hidden = "BEGIN HIDDEN TESTS"
    for path in folder.rglob("*.ipynb"):
        assert hidden not in path.read_text()


def test_the_operators_check_finds_nothing_wrong(hub):
    from kit.hub.check import check_hub

    findings = list(check_hub(hub.root))
    assert [finding.what for finding in findings if not finding.good] == []
    assert len(findings) > 15


def test_somebody_who_lost_a_code_logs_in_with_a_new_one_and_no_longer_with_the_old(hub):
    from kit.hub.preparation import renew_codes
    from kit.hub.visitor import Visitor

    old = hub.code(HOSTILE)
    assert Visitor(hub.base).log_in(HOSTILE, old)
    new = renew_codes(hub.root, [HOSTILE])[HOSTILE]
    assert not Visitor(hub.base).log_in(HOSTILE, old)
    assert Visitor(hub.base).log_in(HOSTILE, new)


def test_a_correction_that_is_released_is_offered_while_the_hub_runs(hub, tmp_path):
    from kit.hub.preparation import release_again

    visitor = hub.visitor(PARIS)
    before = (hub.root / "public" / "digest").read_text()
    course = hub.root / "courses" / "second"
    corrected = shutil.copytree(REPO / "assignments" / "practice", tmp_path / "practice")
    (corrected / "hint.txt").write_text("Look at the units.\n")
    release_again(hub.root, "second", str(corrected))
    files = visitor.ask("services/exchange/api/files/second/practice").json()["files"]
    assert "hint.txt" in files
    assert (hub.root / "public" / "digest").read_text() != before
    assert course.stat().st_uid == pwd.getpwnam(hub.account).pw_uid
