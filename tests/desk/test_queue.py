"""The queue: who needs a look, why, and what looking at it ends."""

from desk_examples import NAME

from kit.desk.queue import filter_queue, make_queue
from kit.desk.records import now


def queue(classroom):
    return {entry.student: entry for entry in make_queue(classroom.room(NAME))}


def test_each_reason_is_told_and_the_most_urgent_come_first(classroom):
    kinds = {student: entry.kinds for student, entry in queue(classroom).items()}
    assert kinds["s-06"] == ("tampering", "waiting")
    assert kinds["s-07"] == ("failed",)
    assert kinds["s-05"] == ("empty",)
    assert kinds["s-04"] == ("late", "waiting")
    assert kinds["s-01"] == ("waiting",)
    assert list(kinds) == ["s-06", "s-07", "s-05", "s-04", "s-01", "s-02", "s-03"]


def test_looking_ends_a_reason_until_the_work_is_graded_anew(classroom):
    room = classroom.room(NAME)
    with classroom.records.writing() as db:
        for student, key in (("s-06", room.automatic["s-06"].key), ("s-07", "an older result")):
            db.execute("INSERT INTO seen VALUES (?, ?, ?, 'ana', ?)", (NAME, student, key, now()))
    entries = queue(classroom)
    assert (entries["s-06"].kinds, entries["s-06"].seen_by) == (("waiting",), "ana")
    assert (entries["s-07"].kinds, entries["s-07"].seen_by) == (("failed",), "")


def test_filters_narrow_it(classroom):
    entries = make_queue(classroom.room(NAME))
    groups = dict(classroom.room(NAME).people.groups)

    def found(**wanted):
        return [entry.student for entry in filter_queue(entries, groups=groups, **wanted)]

    assert found(reason="late") == ["s-04"]
    assert found(group="Santiago") == ["s-06"]
    assert found(text="S-0", reason="failed") == ["s-07"]
    assert found(reason="none") == []
    assert len(found(reason="any")) == 7


def test_the_next_answer_goes_around_the_class_and_ends(classroom):
    room = classroom.room(NAME)
    why = room.question(NAME, "why")
    assert room.waiting(why) == ("s-01", "s-02", "s-03", "s-04", "s-06")
    assert room.next_waiting(why, "s-04") == "s-06"
    assert room.next_waiting(why, "s-06") == "s-01"
    assert room.next_waiting(room.question(NAME, "hours")) is None
