"""Which cells are an answer: the cell itself, and what its author put beside it."""

from desk_examples import NAME
from nbformat.v4 import new_code_cell, new_markdown_cell

from kit.desk.answers import Shelf, count_words, find_cells, render_answer
from kit.notebooks import find_cell


def sources(notebook, question):
    return [cell.source for cell in find_cells(notebook, question)]


def test_cells_of_ones_own_beside_an_answer_belong_to_it_and_the_authors_texts_do_not(classroom):
    room = classroom.room(NAME)
    work = Shelf(classroom.course).read(NAME, "s-01", NAME)
    why, hours = room.question(NAME, "why"), room.question(NAME, "hours")
    assert sources(work, why) == ["Because the **Moon** moves."]
    work.cells.insert(
        work.cells.index(find_cell(work, "why")) + 1, new_markdown_cell("And the Earth turns.")
    )
    work.cells.insert(
        work.cells.index(find_cell(work, "hours")), new_code_cell("def helper(): ...")
    )
    assert sources(work, why) == ["Because the **Moon** moves.", "And the Earth turns."]
    assert sources(work, hours) == ["def helper(): ...", "def hours():\n    return 12.42"]
    assert count_words(work, why) == 4


def test_an_answer_that_is_missing_or_unreadable_is_said_to_be(classroom):
    why = classroom.room(NAME).question(NAME, "why")
    shelf = Shelf(classroom.course)
    assert "no notebook that could be shown" in render_answer(shelf.read(NAME, "nobody", NAME), why)
    work = shelf.read(NAME, "s-01", NAME)
    work.cells.remove(find_cell(work, "why"))
    assert "not in the notebook" in render_answer(work, why)
    path = classroom.course.folder("autograded", NAME, "s-02") / f"{NAME}.ipynb"
    path.chmod(0o644)
    path.write_text('{"cells": 3}')
    assert shelf.read(NAME, "s-02", NAME) is None
