"""Whatever a learner's folder holds is read, or becomes a sentence."""

import json
import os

import nbformat
import pytest
from grading_examples import doubles

from kit.errors import KitError
from kit.grading.submission import digest_folder, parse_submission, read_submission
from kit.notebooks import write_notebook


def text(**changes):
    data = json.loads(nbformat.writes(doubles()))
    return json.dumps(data | changes)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "submitted" / "intern-01" / "doubles"
    folder.mkdir(parents=True)
    return folder


def test_a_sound_submission_is_read_without_a_word(folder):
    write_notebook(doubles(), folder / "doubles.ipynb")
    (folder / "data").mkdir()
    (folder / "data" / "a.csv").write_text("1,2")
    (folder / ".ipynb_checkpoints").mkdir()
    write_notebook(doubles(), folder / ".ipynb_checkpoints" / "doubles-checkpoint.ipynb")
    (folder / "timestamp.txt").write_text("2027-03-01 12:00:00 UTC")
    read = read_submission(folder, "intern-01")
    assert list(read.notebooks) == ["doubles"]
    assert list(read.files) == ["data/a.csv"]
    assert (read.faults, read.repairs) == ({}, ())
    assert read.submitted_at.isoformat() == "2027-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe binary", "not UTF-8"),
        (b"print('not JSON')", "not JSON"),
        (b"{}", "no 'nbformat' number"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 2, "worksheets": []}', "format 2, and only format 4"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not a notebook"),
    ],
)
def test_what_is_no_notebook_becomes_a_sentence_that_names_the_file(folder, content, said):
    (folder / "doubles.ipynb").write_bytes(content)
    read = read_submission(folder, "intern-01")
    assert read.notebooks == {}
    assert said in read.faults["doubles"]
    assert "doubles.ipynb" in read.faults["doubles"]
    assert str(folder) not in read.faults["doubles"]


def test_sixty_megabytes_are_refused_without_being_parsed(folder):
    with (folder / "doubles.ipynb").open("wb") as stream:
        stream.write(b'{"nbformat": 4, "cells": [')
        stream.truncate(60_000_000)
    assert "60 MB, and the limit is 50 MB" in read_submission(folder, "a").faults["doubles"]


def test_links_and_pipes_are_not_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.txt").write_text("secret")
    write_notebook(doubles(), secret / "doubles.ipynb")
    (folder / "doubles.ipynb").symlink_to(secret / "doubles.ipynb")
    (folder / "key.txt").symlink_to(secret / "key.txt")
    (folder / "all").symlink_to(secret, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    read = read_submission(folder, "intern-01")
    assert (read.notebooks, read.files) == ({}, {})
    assert "not a regular file" in read.faults["doubles"]
    assert len(read.repairs) == 4
    linked = tmp_path / "link"
    linked.symlink_to(secret, target_is_directory=True)
    assert "links are not followed" in read_submission(linked, "x").repairs[0]
    assert read_submission(linked, "x").notebooks == {}


def test_lost_metadata_ids_and_outputs_are_mended():
    cells = json.loads(text())["cells"]
    cells[2]["id"] = cells[3]["id"]
    del cells[4]["metadata"]
    cells[1]["metadata"]["collapsed"] = "yes"
    cells[2]["outputs"] = [{"output_type": "nonsense"}]
    del cells[3]["outputs"], cells[3]["execution_count"]
    cells[5]["outputs"] = []
    cells.append({"cell_type": "code", "source": 17})
    cells.append({"cell_type": "heading", "source": ["a", "b"], "id": "not allowed!"})
    raw = text(cells=cells, nbformat_minor="x", metadata={"widgets": 1, "kernelspec": 3}, extra=[])
    notebook, repairs = parse_submission(raw, name="doubles.ipynb")
    nbformat.validate(notebook)
    assert len(notebook.cells) == len(cells) - 1
    assert [sentence.startswith("doubles.ipynb: ") for sentence in repairs] == [True] * 3
    assert "no metadata: 5, 10" in repairs[1]
    assert all(cell.get("outputs", []) == [] for cell in notebook.cells)


def test_half_a_surrogate_pair_can_be_written_again(tmp_path):
    cells = json.loads(text())["cells"]
    cells[0]["source"] = "\ud800"
    notebook, _ = parse_submission(text(cells=cells), name="a.ipynb")
    write_notebook(notebook, tmp_path / "a.ipynb")


def test_an_old_minor_format_without_ids_is_read():
    cells = json.loads(text())["cells"]
    for cell in cells:
        del cell["id"]
    notebook, repairs = parse_submission(text(cells=cells, nbformat_minor=2), name="a")
    assert repairs == ()
    assert all(cell["id"] for cell in notebook.cells)


def test_a_notebook_of_another_format_is_refused_with_what_to_do():
    with pytest.raises(KitError, match="nbconvert"):
        parse_submission('{"nbformat": 3, "cells": []}', name="a.ipynb")


def test_the_digest_changes_with_the_content_and_not_with_the_time(folder):
    (folder / "a.txt").write_text("1")
    first = digest_folder(folder)
    (folder / "timestamp.txt").write_text("2027-03-01 12:00:00 UTC")
    os.utime(folder / "a.txt", (1, 1))
    assert digest_folder(folder) == first
    (folder / "a.txt").write_text("2")
    second = digest_folder(folder)
    (folder / "a.txt").rename(folder / "b.txt")
    assert len({first, second, digest_folder(folder)}) == 3


@pytest.mark.parametrize("name", ["timestamp.txt", "doubles.ipynb", "data.csv"])
def test_a_pipe_in_the_place_of_a_file_is_waited_for_by_nobody(tmp_path, name):
    os.mkfifo(tmp_path / name)
    submission = read_submission(tmp_path, "intern-07")
    assert (submission.submitted_at, submission.notebooks) == (None, {})
