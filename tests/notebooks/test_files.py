"""Reading a notebook gives the notebook or one clear message; writing never leaves half a file."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kit.errors import KitError
from kit.notebooks import parse_notebook, read_notebook, write_notebook


def raw(cells, **changes):
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | changes
    )


def code(source="1", **changes):
    return {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    } | changes


def refuse(tmp_path, content):
    """Return the message with which a file of this content is refused."""
    path = tmp_path / "handed in.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(KitError) as caught:
        read_notebook(path)
    assert caught.value.where == str(path)
    assert caught.value.fix
    return caught.value.what


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(KitError, match=r"nowhere\.ipynb: there is no such file"):
        read_notebook(tmp_path / "nowhere.ipynb")


def test_a_folder_is_not_a_notebook(tmp_path):
    with pytest.raises(KitError, match="this is a folder"):
        read_notebook(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1 is not JSON"),
        ("print('hello')\n", "line 1 is not JSON"),
        ('{"nbformat": 4,\n"cells": [', "line 2 is not JSON"),
        (b"\xff\xfe\x00binary", "byte 0 is not UTF-8"),
        ("[1, 2]", "no 'nbformat' number"),
        ('{"nbformat": "four"}', "no 'nbformat' number"),
        ('{"nbformat": 2, "worksheets": []}', "has format 2, and only format 4 is read"),
        ('{"nbformat": 3, "worksheets": []}', "has format 3"),
        ('{"nbformat": 5, "cells": []}', "has format 5"),
        ('{"nbformat": 4, "metadata": {}}', "no list of cells"),
        (raw(["text"]), "no list of cells"),
        (raw([{"cell_type": "code", "source": "1", "id": "a"}]), "cell 1 has no metadata"),
        (raw([code(), code()]), "the same id: 'a' (cells 1 and 2)"),
        (raw([code(id="two words")]), "breaks the notebook format"),
        (raw([code(cell_type="slide")]), "breaks the notebook format"),
    ],
)
def test_a_file_that_is_no_notebook_of_format_4_is_refused_with_the_reason(
    tmp_path, content, message
):
    assert message in refuse(tmp_path, content)


def test_json_nested_beyond_all_measure_is_refused(tmp_path):
    assert "not a notebook" in refuse(tmp_path, "[" * 200_000)


def test_a_notebook_of_60_mb_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "big.ipynb"
    with path.open("wb") as stream:
        stream.truncate(60_000_000)
    with pytest.raises(KitError, match="60 MB, and the limit is 50 MB"):
        read_notebook(path)


@pytest.mark.parametrize("wrong", [{"id": ["a"]}, {"id": {}}, {"cell_type": 3}, {"cell_type": {}}])
def test_an_id_or_a_type_that_is_no_text_is_refused(wrong):
    with pytest.raises(KitError, match="breaks the notebook format"):
        parse_notebook(raw([code(**wrong)]))


def test_cells_without_an_id_get_the_same_one_at_every_reading():
    text = raw([code("x", id=None), code("x", id=None)], nbformat_minor=2).replace(
        '"id": null, ', ""
    )
    first, second = parse_notebook(text), parse_notebook(text)
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]
    assert len({cell.id for cell in first.cells}) == 2
    assert first.nbformat_minor == 5


def test_what_is_written_reads_back_the_same(tmp_path):
    notebook = new_notebook(
        cells=[new_code_cell("1 + 1", id="sum"), new_markdown_cell("à Valparaíso", id="text")]
    )
    write_notebook(notebook, tmp_path / "new folder" / "a.ipynb")
    assert read_notebook(tmp_path / "new folder" / "a.ipynb") == notebook


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.ipynb"
    write_notebook(new_notebook(cells=[new_code_cell("kept", id="kept")]), path)
    broken = new_notebook(cells=[new_code_cell("lone surrogate \ud800", id="broken")])
    with pytest.raises(UnicodeEncodeError):
        write_notebook(broken, path)
    assert read_notebook(path).cells[0].source == "kept"
    assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]


def test_writing_does_not_change_the_notebook(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("1", id="one")])
    before = nbformat.writes(notebook)
    write_notebook(notebook, tmp_path / "a.ipynb")
    assert nbformat.writes(notebook) == before
