"""Who may come in, and what the desk refuses: strangers, other sites, forms without their token."""

import pytest
from desk_examples import NAME, serving

from kit.desk.access import Person, TokenAccess
from kit.errors import KitError

ANSWER = f"a/{NAME}/q/{NAME}/why/s/s-01"


class AsStudent(TokenAccess):
    """Stands where the hub stands: it says that whoever comes is this student."""

    student = "s-01"

    async def identify(self, handler):
        return Person(self.student, "student")


def test_nobody_comes_in_without_a_token(desk):
    stranger = desk.visit(None)
    for path in ("", f"a/{NAME}/", ANSWER, f"a/{NAME}/feedback", "?token=wrong"):
        status, _heads, text = stranger.get(path)
        assert status == 403
        assert "s-01" not in text


def test_the_token_leaves_the_address_and_becomes_a_cookie_that_scripts_can_not_read(desk):
    import http.client
    from urllib.parse import urlparse

    place = urlparse(desk.url)
    asked = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    asked.request("GET", f"/a/{NAME}/?reason=late&token={desk.tokens['ana']}")
    answer = asked.getresponse()
    asked.close()
    assert answer.status == 302
    assert answer.getheader("Location") == "./?reason=late"
    cookie = answer.getheader("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_proxy_may_send_the_token_in_a_header(desk):
    status, _heads, text = desk.visit(None).get(
        f"a/{NAME}/", Authorization=f"token {desk.tokens['ben']}"
    )
    assert status == 200
    assert "ben" in text


def test_a_form_without_its_token_or_from_another_site_changes_nothing(desk):
    mentor = desk.visit()
    data = {"points:why": "3", "version": mentor.version(ANSWER)}
    assert mentor.ask(ANSWER, data)[0] == 403
    assert mentor.ask(ANSWER, {**data, "_xsrf": "1" * 32})[0] == 403
    good = {**data, "_xsrf": mentor.xsrf}
    assert mentor.ask(ANSWER, good, Sec_Fetch_Site="cross-site")[0] == 403
    assert desk.classroom.room(NAME).records.log == {}
    assert mentor.ask(ANSWER, good, Sec_Fetch_Site="same-origin")[0] == 200
    assert len(desk.classroom.room(NAME).records.log) == 1


def test_every_page_forbids_what_it_does_not_need(desk):
    mentor = desk.visit()
    for path in (
        "",
        f"a/{NAME}/",
        ANSWER,
        f"a/{NAME}/class",
        f"a/{NAME}/s/s-01/preview",
        "nothing",
    ):
        _status, heads, _text = mentor.get(path)
        policy = heads["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'unsafe-inline'" not in policy
        assert heads["X-Content-Type-Options"] == "nosniff"
        assert heads["Referrer-Policy"] == "no-referrer"


def test_an_address_that_is_none_is_told_so(desk):
    mentor = desk.visit()
    for path in (
        "x",
        "a/none/",
        f"a/{NAME}/s/nobody",
        f"a/{NAME}/q/{NAME}/none/first",
        "a/..%2f..%2fetc/",
    ):
        status, _heads, text = mentor.get(path)
        assert status == 404, path
        assert "There is no such page" in text


def test_a_mark_with_an_old_version_is_refused_in_words(desk):
    ana, ben = desk.visit("ana"), desk.visit("ben")
    old = ben.version(ANSWER)
    status, said = ana.post(ANSWER, points__why="2", version=ana.version(ANSWER))
    assert (status, said["ok"], said["left"]) == (200, True, 4)
    status, said = ben.post(ANSWER, points__why="1", version=old)
    assert status == 409
    assert "changed while you looked" in said["error"]


def test_all_acts_of_a_mentor_work_without_a_script(desk):
    mentor = desk.visit()
    version = mentor.version(ANSWER)
    form = {
        "_xsrf": mentor.xsrf,
        "version": version,
        "points:why": "1,5",
        "own": "So so.",
        "phrases": "",
    }
    status, _heads, text = mentor.ask(ANSWER, form)
    assert status == 200
    assert "s-02" in text
    status, said = mentor.post(f"a/{NAME}/q/{NAME}/why/comments", text="Name the Moon.")
    assert said["phrase"] == 1
    assert mentor.post(f"{ANSWER}/flag", on="1")[1]["flagged"]
    assert "flagged" in mentor.get(f"a/{NAME}/?reason=flagged")[2]
    assert mentor.post(f"a/{NAME}/s/s-06/seen", on="1")[0] == 200
    assert "ana has looked at it" in mentor.get(f"a/{NAME}/")[2]
    status, said = mentor.post(f"a/{NAME}/feedback", student="s-01")
    assert status == 200
    assert "up to date" in mentor.get(f"a/{NAME}/feedback")[2]


def test_a_student_sees_only_their_own_feedback_and_may_appeal(course):
    with serving(course, AsStudent({})) as desk:
        student = desk.visit(None)
        for path in (f"a/{NAME}/", ANSWER, f"a/{NAME}/feedback", f"a/{NAME}/class"):
            assert student.get(path)[0] == 403
        assert "no feedback for you yet" in student.get("mine")[2]
        assert student.get(f"mine/{NAME}")[0] == 404
        appeal = {"question": f"{NAME}/why", "text": "I said <b>Moon</b>."}
        assert student.post(f"mine/{NAME}/appeal", **appeal)[0] == 404
        page = desk.classroom.feedback_file(NAME, "s-01")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<p>Your page</p>")
        status, heads, text = student.get(f"mine/{NAME}")
        assert (status, text) == (200, "<p>Your page</p>")
        assert "sandbox" in heads["Content-Security-Policy"]
        student.get("mine")
        assert student.post(f"mine/{NAME}/appeal", **appeal)[0] == 200
        assert student.post(f"mine/{NAME}/appeal", **appeal)[0] == 400
        assert "I said &lt;b&gt;Moon&lt;/b&gt;." in student.get("mine")[2]
        (one,) = desk.classroom.room(NAME).records.appeals
        assert (one.student, one.filed_by, one.is_open) == ("s-01", "s-01", True)


def test_an_appeal_is_answered_once_with_or_without_other_points(desk):
    ana, ben = desk.visit("ana"), desk.visit("ben")
    ana.post(ANSWER, points__why="1", version=ana.version(ANSWER))
    ana.post(f"a/{NAME}/appeals", student="s-01", question=f"{NAME}/why", text="Read again.")
    page = f"a/{NAME}/appeals"
    version = ben.version(page)
    status, said = ben.post(
        page, appeal="1", answer="You are right.", points__why="3", version=version
    )
    assert status == 200, said
    room = desk.classroom.room(NAME)
    assert room.results["s-01"].score == 6
    assert (
        room.note(room.question(NAME, "why"), "s-01").composed
        == "Answer to your appeal: You are right."
    )
    last = room.records.log["s-01"][-1]
    assert (last.mentor, last.before, last.after, last.reason) == (
        "ben",
        1,
        3,
        "Appeal 1: You are right.",
    )
    assert ana.post(page, appeal="1", answer="Too late.", version=ana.version(ANSWER))[0] == 400


def test_a_second_mark_is_blind_and_changes_no_score(desk):
    ana, ben = desk.visit("ana"), desk.visit("ben")
    for student, points in (("s-01", "1"), ("s-02", "0"), ("s-03", "3")):
        path = f"a/{NAME}/q/{NAME}/why/s/{student}"
        ana.post(path, points__why=points, version=ana.version(path), own="UNSEEN")
    start = f"a/{NAME}/q/{NAME}/why/second"
    ben.get(start)
    status, said = ben.post(start, size="3")
    assert status == 200
    place = said["next"].replace("../", "")
    for _answer in range(3):
        _status, _heads, text = ben.get(place)
        assert "UNSEEN" not in text
        assert "chosen" not in text
        assert "second marking" in text
        assert "Agreement" not in ben.get(start)[2]
        status, said = ben.post(place, points__why="1")
        assert status == 200
        place = said["next"].replace("../", "")
    assert place == start
    text = ben.get(start)[2]
    assert "Weighted kappa" in text
    assert "33 %" in text
    assert [result.score for result in desk.classroom.room(NAME).results.values()][:3] == [4, 0, 6]
    assert ana.post(start, size="3")[0] == 400


def test_a_course_that_was_never_graded_says_what_to_do(tmp_path):
    from kit.desk import make_app
    from kit.grading.course import load_course

    (tmp_path / "source" / "x").mkdir(parents=True)
    with pytest.raises(KitError, match="kit grade"):
        make_app(load_course(tmp_path), TokenAccess.for_names(["ana"]))
