"""The inbox: what a course allows, and that a name of a file leads nowhere."""

from datetime import UTC, datetime, timedelta

import nbformat.v4
import pytest

from kit.errors import KitError
from kit.grading.course import load_course
from kit.grading.mentor_marks import MentorMark
from kit.hub.inbox import Job, list_attempts, read_queue, take_in
from kit.hub.people import Person
from kit.hub.place import Place
from kit.hub.settings import CourseSettings

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
PARIS = Person("par-01", "student", "Paris")
NOTEBOOK = nbformat.writes(
    nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="a")])
).encode()


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    for folder in (
        place.queue,
        place.course("ai") / "release" / "tides",
        place.course("ai") / "source",
    ):
        folder.mkdir(parents=True)
    return place


def take(place, minutes=0, files=None, person=PARIS, assignment="tides", **policy):
    files = {"tides.ipynb": NOTEBOOK} if files is None else files
    course = CourseSettings("ai", title="AI", **policy)
    now = NOW + timedelta(minutes=minutes)
    return take_in(place, course, person, assignment, files, now=now)


def test_every_attempt_is_kept_with_its_receipt_and_the_grader_knows(place):
    first, second = take(place), take(place, minutes=5)
    attempts = list_attempts(place, "ai", "tides", "par-01")
    assert [attempt.submitted_at for attempt in attempts] == [
        first.submitted_at,
        second.submitted_at,
    ]
    assert (attempts[0].folder / "tides.ipynb").read_bytes() == NOTEBOOK
    assert read_queue(place) == [Job("ai", "tides", "par-01")]


def test_of_two_attempts_in_one_second_the_later_one_is_the_newest(place):
    changed = NOTEBOOK.replace(b"{", b"{ ", 1)
    first, second = take(place), take(place, files={"tides.ipynb": changed})
    assert second.submitted_at > first.submitted_at
    newest = list_attempts(place, "ai", "tides", "par-01")[-1]
    assert (newest.folder / "tides.ipynb").read_bytes() == changed


def test_nothing_of_what_was_half_received_is_left(place):
    take(place)
    assert not list(place.inbox.glob(".incoming-*"))


def test_no_more_attempts_than_the_course_allows(place):
    take(place, most_attempts=2)
    take(place, minutes=1, most_attempts=2)
    with pytest.raises(KitError, match="2 times"):
        take(place, minutes=2, most_attempts=2)
    assert len(list_attempts(place, "ai", "tides", "par-01")) == 2


def test_two_attempts_need_the_pause_that_the_course_asks_for(place):
    take(place, wait_seconds=120)
    with pytest.raises(KitError, match="Wait 61 seconds"):
        take(place, minutes=1, wait_seconds=120)
    take(place, minutes=2, wait_seconds=120)


def test_after_the_due_date_the_course_may_take_nothing_and_who_has_more_time_still_may(place):
    (place.course("ai") / "kit.yaml").write_text(
        'assignments: {tides: {due: "2027-03-01 11:00+00:00", '
        'extensions: {scl-01: "2027-03-02 11:00+00:00"}}}'
    )
    with pytest.raises(KitError, match="2027-03-01 11:00 UTC"):
        take(place, after_due=False)
    take(place, after_due=False, person=Person("scl-01", "student"))
    take(place, after_due=True)


def test_what_is_not_released_can_not_be_handed_in(place):
    with pytest.raises(KitError, match="tides"):
        take(place, assignment="../../state")


def test_who_is_not_in_the_course_can_not_hand_in(place):
    with pytest.raises(KitError, match="not in the course"):
        take(place, person=Person("par-01", "student", courses=("ocean",)))


@pytest.mark.parametrize(
    "name",
    [
        "../par-02/tides.ipynb",
        "/etc/cron.d/x.ipynb",
        "a/../../b.ipynb",
        "./tides.ipynb",
        "a//b.ipynb",
        ".hidden.ipynb",
        "a\\b.ipynb",
        "a\nb.ipynb",
        "",
        "receipt.json",
        "/".join("abcdefghi") + ".ipynb",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_kept(place, name):
    with pytest.raises(KitError):
        take(place, files={name: NOTEBOOK, "tides.ipynb": NOTEBOOK})
    assert list_attempts(place, "ai", "tides", "par-01") == ()
    assert read_queue(place) == []


def test_without_a_notebook_nothing_is_taken(place):
    with pytest.raises(KitError, match="no notebook"):
        take(place, files={"notes.txt": b"x"})
    with pytest.raises(KitError, match="between 1 and"):
        take(place, files={})


def test_while_a_gradebook_on_a_server_is_away_people_see_what_was_known(place, monkeypatch):
    from kit.hub.standing import GradebookReader

    course = place.course("ai")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'postgresql:///none?host=/nowhere'\n"
    )
    (course / "kit.yaml").write_text('assignments: {tides: {due: "2027-03-01 11:00+00:00"}}')
    opened = load_course(course)
    reader = GradebookReader()
    assert reader.read_due(opened, "tides", "par-01") == datetime(2027, 3, 1, 11, 0, tzinfo=UTC)
    assert reader.read_due(opened, "salt", "par-01") is None
    assert reader.read_marks(opened, "tides", "par-01", 1.0) == {}
    given = {"par-01": {("tides", "why"): MentorMark(2.5)}}
    monkeypatch.setattr("kit.hub.standing.read_mentor_marks", lambda *_: given)
    assert reader.read_marks(opened, "tides", "par-01", 2.0) == given["par-01"]
    monkeypatch.undo()
    assert reader.read_marks(opened, "tides", "par-01", 3.0) == given["par-01"]
