"""The history of a kernel: there for those who run cells, and no work for those who do not."""

import sqlite3
import time

import pytest


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


@pytest.fixture
def begin(start, environment, tmp_path):
    def begin():
        kernel = start(env=environment | {"IPYTHONDIR": str(tmp_path)})
        assert kernel.is_warm
        return kernel

    return begin


def read(folder, query):
    with sqlite3.connect(folder / "profile_default" / "history.sqlite") as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


SESSIONS = "select session, end is not null, num_cmds from sessions order by session"
LINES = "select session, line, source from history order by session, line"


def test_what_was_run_is_kept_with_its_session(begin, tmp_path):
    kernel = begin()
    kernel.run("a = 1")
    kernel.run("a + 1")
    kernel.close()
    assert read(tmp_path, LINES) == [(1, 1, "a = 1"), (1, 2, "a + 1")]
    assert read(tmp_path, SESSIONS) == [(1, 1, 2)]


def test_a_kernel_that_ran_nothing_leaves_nothing(begin, tmp_path):
    begin().close()
    assert read(tmp_path, SESSIONS) == []


def test_two_kernels_at_once_have_a_session_each(begin, tmp_path):
    first, second = begin(), begin()
    second.run("'second'")
    first.run("'first'")
    first.close()
    second.close()
    assert sorted(source for _, _, source in read(tmp_path, LINES)) == ["'first'", "'second'"]
    assert [row[0] for row in read(tmp_path, SESSIONS)] == [1, 2]


def test_a_cell_reads_the_history_of_its_own_session_and_of_the_one_before(begin):
    before = begin()
    before.run("old = 1")
    before.close()
    kernel = begin()
    kernel.run("new = 2")
    got = kernel.run("%history -n\n%history ~1/1")
    assert "new = 2" in got.text and "old = 1" in got.text


def test_a_database_that_can_not_be_written_costs_the_history_and_nothing_else(begin, tmp_path):
    kernel = begin()
    with sqlite3.connect(tmp_path / "profile_default" / "history.sqlite") as database:
        database.execute("drop table sessions")
    database.close()
    assert kernel.run("print(1)").text == "1\n"
    kept = "print(get_ipython().history_manager.hist_file)"
    deadline = time.monotonic() + 60
    while kernel.run(kept).text != ":memory:\n":
        assert time.monotonic() < deadline
    assert "print(1)" in kernel.run("%history").text
    process = kernel.manager.provisioner.process
    kernel.close()
    assert process.poll() == 0
