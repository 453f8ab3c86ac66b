"""Mentors mark a class in a real browser: by keyboard, two at once, whatever a student made to harm them."""

import re
from contextlib import contextmanager, suppress

import pytest
from desk_examples import NAME, multiply, serving
from hostile import hostile_notebook
from playwright.sync_api import Error

from kit.desk import answers, handler, pages
from kit.desk.classroom import Classroom
from kit.grading import outputs
from kit.notebooks import find_cell, read_notebook, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

WHY = f"a/{NAME}/q/{NAME}/why"
LAPTOP, TABLET = {"width": 1366, "height": 900}, {"width": 834, "height": 1112}


@contextmanager
def mentor(browser, desk, name="ana", **options):
    """A mentor's browser; everything that is asked of anybody but the desk is noted and refused."""
    context = browser.new_context(**{"viewport": LAPTOP, **options})
    outside = []

    def watch(route):
        if route.request.url.startswith(desk.url):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", watch)
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    tab.faults, tab.outside = [], outside
    tab.on("pageerror", lambda fault: tab.faults.append(str(fault)))
    tab.on("console", lambda line: tab.faults.append(line.text) if line.type == "error" else None)
    tab.goto(desk.address(name))
    yield tab
    context.close()


def student(tab):
    return tab.get_attribute("[data-place]", "data-student")


def press_and_wait(tab, key):
    """Press a key that ends the look at one answer, and wait until another one is there."""
    tab.locator("html[data-ready]").wait_for()
    before = student(tab)
    tab.keyboard.press(key)
    tab.wait_for_function(
        "before => { const here = document.querySelector('[data-place]');"
        " return location.pathname.endsWith('done') || here && here.dataset.student !== before; }",
        arg=before,
    )


def points(course, key="why"):
    """What stands in the gradebook."""
    classroom = Classroom(course)
    room = classroom.room(NAME)
    classroom.close()
    return {who: mark.points for (who, _notebook, what), mark in room.marks.items() if what == key}


def test_forty_answers_take_forty_key_presses(browser, course):
    multiply(course, 35)
    with serving(course) as desk, mentor(browser, desk) as tab:
        tab.goto(f"{desk.url}a/{NAME}/")
        tab.keyboard.press("m")
        tab.wait_for_url("**/s/*")
        given = {}
        for number in range(40):
            who = student(tab)
            assert who not in given
            given[who] = number % 4
            press_and_wait(tab, str(number % 4))
        tab.wait_for_url("**/done")
        assert tab.faults == []
        assert tab.outside == []
        assert tab.text_content("#alerts").strip() == ""
    found = points(course)
    assert {who: found[who] for who in given} == given
    assert found["s-05"] == 0


def test_a_mentor_marks_comments_answers_an_appeal_and_sends_the_feedback(browser, desk):
    with mentor(browser, desk) as tab:
        tab.goto(f"{desk.url}{WHY}/next")
        tab.keyboard.press("c")
        tab.keyboard.type("Name the Moon.")
        tab.keyboard.press("Escape")
        tab.get_by_role("button", name="Keep as reusable comment").click()
        tab.get_by_role("checkbox", name="Name the Moon.").wait_for()
        press_and_wait(tab, "2")
        tab.keyboard.press("a")
        assert tab.get_by_role("checkbox", name="Name the Moon.").is_checked()
        press_and_wait(tab, "0")
        tab.goto(f"{desk.url}a/{NAME}/s/s-02")
        tab.get_by_text("Note an appeal").click()
        tab.get_by_label("Question").select_option(f"{NAME}/why")
        tab.get_by_label("What the student says").fill("I did.")
        tab.get_by_role("button", name="Note it").click()
        tab.get_by_label("Your answer").fill("So you did.")
        tab.get_by_label("New points").fill("1")
        tab.get_by_role("button", name="Answer", exact=True).click()
        tab.get_by_text("answered").first.wait_for()
        tab.goto(f"{desk.url}a/{NAME}/s/s-02/preview")
        tab.frame_locator("iframe").get_by_text("So you did.").wait_for()
        tab.get_by_role("button", name="Write this page").click()
        tab.get_by_text("1 page is written.").wait_for()
        assert tab.faults == []
    page = desk.classroom.feedback_file(NAME, "s-02").read_text()
    assert "Name the Moon." in page
    assert "So you did." in page
    assert points(desk.classroom.course)["s-02"] == 1


def test_two_mentors_at_once_lose_no_mark_and_are_told(browser, desk):
    with mentor(browser, desk, "ana") as ana, mentor(browser, desk, "ben") as ben:
        for tab in (ana, ben):
            tab.goto(f"{desk.url}{WHY}/next")
        assert student(ana) == student(ben) == "s-01"
        press_and_wait(ana, "3")
        # Ana's mark is on disk before Ben presses: the number of answers left says so.
        ana.locator("[data-left]", has_text=re.compile("^4$")).wait_for()
        press_and_wait(ben, "0")
        told = ben.locator("#alerts p")
        told.wait_for()
        assert "changed while you looked" in told.text_content()
        told.get_by_role("link", name="s-01").click()
        ben.get_by_text("On record").wait_for()
        ben.keyboard.press("2")
        ben.get_by_label("Reason").fill("It does not name the Earth.")
        ben.keyboard.press("Enter")
        ben.wait_for_function(
            "() => document.querySelector('[data-place]').dataset.student !== 's-01'"
        )
    assert points(desk.classroom.course)["s-01"] == 2
    log = desk.classroom.room(NAME).records.log["s-01"]
    assert [(entry.mentor, entry.after) for entry in log] == [("ana", 3), ("ben", 2)]
    assert log[1].reason == "It does not name the Earth."


def test_a_mark_that_can_not_be_written_is_told_and_not_lost_from_sight(browser, desk, monkeypatch):
    from kit.errors import KitError

    def fail(*_arguments, **_options):
        raise KitError("the disk is full")

    with mentor(browser, desk) as tab:
        tab.goto(f"{desk.url}{WHY}/next")
        monkeypatch.setattr(desk.classroom.gradebook, "write_points", fail)
        press_and_wait(tab, "1")
        tab.locator("#alerts", has_text="the disk is full").get_by_role(
            "link", name="s-01"
        ).wait_for()
    assert points(desk.classroom.course)["s-01"] is None


def test_keys_go_on_after_a_click_into_the_answer(browser, desk):
    with mentor(browser, desk) as tab:
        tab.goto(f"{desk.url}{WHY}/next")
        tab.frame_locator("iframe.student-work").locator("body").click()
        press_and_wait(tab, "1")
        assert student(tab) == "s-02"


def make_hostile(course, who="s-01", without=()):
    """Put everything hostile into the executed work of one student, around both answers."""
    path = course.folder("autograded", NAME, who) / f"{NAME}.ipynb"
    path.chmod(0o644)
    work = read_notebook(path)
    evil = hostile_notebook("http://evil.invalid", without=without)
    for number, one in enumerate(evil.cells):
        one["id"] = f"evil-{number}"
    code = [one for one in evil.cells if one.cell_type == "code"]
    text = [one for one in evil.cells if one.cell_type == "markdown"]
    find_cell(work, "why").source = text[-1].source
    find_cell(work, "hours")["outputs"] = code[0].outputs
    work.cells[3:3] = code
    place = work.cells.index(find_cell(work, "why")) + 1
    work.cells[place:place] = text
    write_notebook(work, path)


HOSTILE_PAGES = [
    f"{WHY}/s/s-01",
    f"a/{NAME}/q/{NAME}/hours/s/s-01",
    f"a/{NAME}/s/s-01",
    f"a/{NAME}/s/s-01/preview",
    f"a/{NAME}/",
    f"a/{NAME}/appeals",
]
EVIL = "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"


def look_at(tab, url):
    """Open a page and give everything in it the time to run; return the titles of all frames.

    What the policy refuses in a frame without a cleaner can keep Chromium from ever calling it loaded, so
    that is waited for only so long.
    """
    tab.goto(url, wait_until="domcontentloaded")
    for _moment in range(30):
        if all(state == "complete" for state, _title in read_frames(tab)):
            break
        tab.wait_for_timeout(100)
    tab.wait_for_timeout(150)
    return [title for _state, title in read_frames(tab)]


def read_frames(tab):
    """Return state and title of every frame; a frame that goes away meanwhile makes it look again."""
    for _attempt in range(20):
        with suppress(Error):
            return [frame.evaluate("[document.readyState, document.title]") for frame in tab.frames]
        tab.wait_for_timeout(50)
    raise AssertionError("the frames of the page never stand still")


@pytest.fixture
def hostile_course(course):
    make_hostile(course)
    classroom = Classroom(course)
    room = classroom.room(NAME)
    from kit.desk.appeals import file_for

    file_for(classroom, room, room.question(NAME, "why"), "s-01", EVIL, "s-01")
    classroom.close()
    return course


def test_nothing_that_a_student_wrote_runs_on_any_page(browser, hostile_course):
    with serving(hostile_course) as desk, mentor(browser, desk) as tab:
        for path in HOSTILE_PAGES:
            assert "pwned" not in "".join(look_at(tab, desk.url + path)), path
            for frame in tab.frames[1:]:
                bad = "script, iframe, object, form, link, img[src^=http], [onerror], [onload]"
                assert frame.locator(bad).count() == 0, path
        assert tab.outside == []


def without_cleaner(monkeypatch, course):
    from markupsafe import Markup

    # A policy has no word against leaving a page for another: a refresh is the cleaner's alone to stop.
    make_hostile(course, without=("refresh",))

    monkeypatch.setattr(outputs, "render_html", Markup)
    monkeypatch.setattr(outputs, "render_svg", lambda drawing, _prefix: Markup(drawing))
    monkeypatch.setattr(outputs, "render_markdown", Markup)
    monkeypatch.setattr(answers, "render_markdown", Markup)


@pytest.mark.parametrize("kept", ["policy", "sandbox"])
def test_policy_and_sandbox_each_stop_alone_what_a_cleaner_lets_through(
    browser, course, monkeypatch, kept
):
    without_cleaner(monkeypatch, course)
    if kept == "sandbox":
        without_policy(monkeypatch)
    else:
        monkeypatch.setitem(
            pages._environment().globals, "sandbox", "allow-scripts allow-same-origin"
        )
    with serving(course) as desk, mentor(browser, desk) as tab:
        for path in HOSTILE_PAGES[:2]:
            assert "pwned" not in "".join(look_at(tab, desk.url + path))
        if kept == "policy":
            assert tab.outside == []


def without_policy(monkeypatch):
    monkeypatch.setattr(
        answers, "render_frame", lambda inside: pages.render("frame.html", inside=inside, policy="")
    )
    monkeypatch.setattr(handler, "PAGE_POLICY", "script-src * 'unsafe-inline'")


def test_without_all_three_the_same_pages_do_run_it(browser, course, monkeypatch):
    without_cleaner(monkeypatch, course)
    without_policy(monkeypatch)
    monkeypatch.setitem(pages._environment().globals, "sandbox", "allow-scripts allow-same-origin")
    with serving(course) as desk, mentor(browser, desk) as tab:
        assert "pwned" in "".join(look_at(tab, desk.url + HOSTILE_PAGES[0]))
        assert any("evil.invalid" in url for url in tab.outside)


PAGES = {
    "home": "",
    "queue": f"a/{NAME}/",
    "answer": f"{WHY}/s/s-01",
    "code": f"a/{NAME}/q/{NAME}/hours/s/s-02",
    "submission": f"a/{NAME}/s/s-06",
    "class": f"a/{NAME}/class",
    "appeals": f"a/{NAME}/appeals",
    "comments": f"{WHY}/comments",
    "second": f"{WHY}/second",
    "feedback": f"a/{NAME}/feedback",
    "preview": f"a/{NAME}/s/s-01/preview",
    "nothing": "nothing",
}


@pytest.mark.parametrize(("scheme", "size"), [("light", LAPTOP), ("dark", TABLET)])
def test_every_page_passes_an_accessibility_engine_and_fits_its_screen(
    browser, hostile_course, scheme, size
):
    from axe_playwright_python.sync_playwright import Axe

    with (
        serving(hostile_course) as desk,
        mentor(browser, desk, color_scheme=scheme, viewport=size) as tab,
    ):
        faults = []
        for name, path in PAGES.items():
            tab.goto(desk.url + path)
            found = Axe().run(tab)
            faults += [f"{name}: {found.generate_report()}"] if found.violations_count else []
            assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        assert faults == [], "\n".join(faults)
        # The engine can not look into a frame in which nothing runs, so what is in it is opened by itself.
        for path in (f"{WHY}/s/s-02", f"a/{NAME}/s/s-02"):
            tab.goto(desk.url + path)
            inside = tab.locator("iframe.student-work").first.get_attribute("srcdoc")
            alone = tab.context.new_page()
            alone.set_content(re.sub("<meta http-equiv[^>]*>", "", inside))
            # The first three ask for what a whole page has; two cells may well end with an error each.
            left = ("region", "landmark-one-main", "page-has-heading-one", "landmark-unique")
            options = {"rules": {rule: {"enabled": False} for rule in left}}
            found = Axe().run(alone, options=options)
            assert found.violations_count == 0, found.generate_report()
            alone.close()


def test_tabbing_follows_the_page_from_the_link_to_the_content(browser, desk):
    with mentor(browser, desk) as tab:
        tab.goto(f"{desk.url}{WHY}/s/s-01")
        seen = []
        for _step in range(30):
            tab.keyboard.press("Tab")
            seen.append(
                tab.evaluate(
                    "() => { const here = document.activeElement;"
                    " return here.name || here.textContent.trim().slice(0, 20); }"
                )
            )
        assert seen[0] == "Skip to the content"
        assert (
            seen.index("Queue") < seen.index("s-01") < seen.index("points:why") < seen.index("own")
        )
        assert seen.index("own") < seen.index("stay")
