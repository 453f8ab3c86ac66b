"""Folders are copied without following what lies in them, and never too much."""

import os

import pytest

from kit.sandbox.transfer import copy_folder, measure_folder


@pytest.fixture
def folders(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    return source, target


def copy(folders, **limits):
    source, target = map(str, folders)
    return copy_folder(source, target, **({"max_files": 100, "max_bytes": 10_000} | limits))


def test_files_and_folders_are_copied(folders):
    source, target = folders
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "c.txt").write_text("text")
    done = copy(folders)
    assert (target / "a" / "b" / "c.txt").read_text() == "text"
    assert (done.files, done.size, done.left_out) == (3, 4, [])


def test_links_pipes_and_sockets_are_left_out_and_listed(folders, tmp_path):
    source, target = folders
    (tmp_path / "secret").write_text("secret")
    (source / "file").symlink_to(tmp_path / "secret")
    (source / "folder").symlink_to(tmp_path)
    os.mkfifo(source / "pipe")
    assert sorted(copy(folders).left_out) == ["file", "folder", "pipe"]
    assert list(target.iterdir()) == []


def test_a_link_in_the_target_is_not_written_through(folders, tmp_path):
    source, target = folders
    (tmp_path / "victim").write_text("before")
    (target / "f").symlink_to(tmp_path / "victim")
    (source / "f").write_text("after")
    assert copy(folders).left_out == ["f"]
    assert (tmp_path / "victim").read_text() == "before"


def test_no_more_than_allowed(folders):
    source, _ = folders
    for n in range(5):
        (source / f"f{n}").write_bytes(b"x" * 1000)
    assert copy(folders, max_bytes=2500).size == 2000
    for file in folders[1].iterdir():
        file.unlink()
    assert copy(folders, max_files=3).files == 3


def test_a_file_with_holes_counts_as_long_as_it_is(folders):
    source, target = folders
    with (source / "holes").open("wb") as file:
        file.truncate(1 << 40)
    assert copy(folders).left_out == ["holes"]
    assert list(target.iterdir()) == []


def test_no_deeper_than_a_person_would_nest(folders):
    source, _ = folders
    (source / "/".join("d" * 80)).mkdir(parents=True)
    assert len(copy(folders).left_out) == 1


def test_set_user_id_is_not_copied(folders):
    source, target = folders
    (source / "tool").write_text("#!/bin/sh")
    (source / "tool").chmod(0o4755)
    copy(folders)
    assert (target / "tool").stat().st_mode & 0o7777 == 0o755


def test_a_source_that_is_a_link_is_refused(folders, tmp_path):
    (tmp_path / "link").symlink_to(folders[0])
    with pytest.raises(OSError):
        copy_folder(str(tmp_path / "link"), str(folders[1]), max_files=1, max_bytes=1)


def test_a_folder_is_measured_up_to_a_number(folders):
    source, _ = folders
    for n in range(20):
        (source / f"f{n}").write_bytes(b"x" * 5000)
    size, entries = measure_folder(str(source), max_files=100)
    assert entries == 20 and size >= 100_000
    assert measure_folder(str(source), max_files=5)[1] == 6
