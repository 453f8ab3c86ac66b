"""Merging an author's corrections into a learner's notebook."""

import copy

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.notebooks import cell_key
from kit.notebooks.merge import merge_notebooks


def notebook(**cells):
    """A notebook of code cells, id=source; underscores in ids stand for dashes."""
    return new_notebook(
        cells=[new_code_cell(source, id=key.replace("_", "-")) for key, source in cells.items()]
    )


def texts(merged):
    return [(cell.id, cell.source) for cell in merged.notebook.cells]


def test_an_author_change_reaches_a_cell_that_the_learner_left_alone():
    merged = merge_notebooks(
        notebook(a="1", b="2"), notebook(a="1", b="mine"), notebook(a="9", b="2")
    )
    assert texts(merged) == [("a", "9"), ("b", "mine")]
    assert (merged.changed, merged.conflicts) == (("a",), ())


def test_a_conflict_keeps_the_learner_cell_and_puts_the_author_version_after_it_as_text():
    merged = merge_notebooks(
        notebook(a="1", b="2"), notebook(a="mine", b="2"), notebook(a="9", b="2")
    )
    first, second, third = merged.notebook.cells
    assert (first.source, third.source) == ("mine", "2")
    assert second.cell_type == "markdown" and "```python\n9\n```" in second.source
    assert second.source.splitlines()[0].startswith("> **The authors changed the cell above.")
    assert merged.conflicts == ("a",)


def test_a_cell_the_learner_added_stays_behind_the_cell_it_followed():
    merged = merge_notebooks(
        notebook(a="1", b="2"), notebook(a="1", note="x = 3", b="2"), notebook(a="9", c="0", b="2")
    )
    assert [cell.id for cell in merged.notebook.cells] == ["a", "c", "note", "b"]


def test_a_new_cell_comes_after_the_cell_it_follows_in_the_new_version():
    merged = merge_notebooks(
        notebook(a="1", b="2"), notebook(a="1", b="2"), notebook(a="1", n="0", b="2")
    )
    assert [cell.id for cell in merged.notebook.cells] == ["a", "n", "b"]
    assert merged.added == ("n",)


def test_a_cell_the_author_removed_goes_only_if_the_learner_did_not_touch_it():
    new = notebook(c="3")
    merged = merge_notebooks(notebook(a="1", b="2", c="3"), notebook(a="1", b="mine", c="3"), new)
    assert [cell.id for cell in merged.notebook.cells] == ["b", "c"]
    assert merged.removed == ("a",)


def test_a_cell_the_learner_deleted_stays_deleted_unless_the_author_changed_it():
    base = notebook(a="1", b="2", c="3")
    merged = merge_notebooks(base, notebook(c="3"), notebook(a="1", b="9", c="3"))
    assert [cell.id for cell in merged.notebook.cells] == ["b", "c"]


def test_cells_follow_the_author_when_the_author_moved_them():
    base, new = notebook(a="1", b="2", c="3"), notebook(c="3", a="1", b="2")
    merged = merge_notebooks(base, notebook(a="1", mine="x", b="2", c="3"), new)
    assert [cell.id for cell in merged.notebook.cells] == ["c", "a", "mine", "b"]


def test_the_learner_order_stays_when_the_author_moved_nothing():
    base = notebook(a="1", b="2", c="3")
    merged = merge_notebooks(base, notebook(b="2", a="1", c="3"), notebook(a="9", b="2", c="3"))
    assert [cell.id for cell in merged.notebook.cells] == ["b", "a", "c"]


def test_outputs_stay_with_code_that_did_not_change_and_go_with_code_that_did():
    base = notebook(a="1", b="2")
    theirs = copy.deepcopy(base)
    for cell in theirs.cells:
        cell.outputs = [new_output("stream", text="old")]
        cell.execution_count = 3
    merged = merge_notebooks(base, theirs, notebook(a="1", b="9"))
    assert [len(cell.outputs) for cell in merged.notebook.cells] == [1, 0]


def graded(key, source, cell_id=None):
    cell = new_code_cell(source, id=cell_id or key)
    cell.metadata["nbgrader"] = {"grade_id": key, "grade": True, "points": 1}
    return cell


def test_a_graded_cell_is_matched_by_its_grade_id_and_a_copy_of_it_is_kept():
    base = new_notebook(cells=[graded("q1", "1", "aaaa")])
    theirs = new_notebook(cells=[graded("q1", "mine", "aaaa"), graded("q1", "try", "bbbb")])
    merged = merge_notebooks(base, theirs, new_notebook(cells=[graded("q1", "1", "cccc")]))
    assert [cell.source for cell in merged.notebook.cells] == ["mine", "try"]


def test_the_note_of_a_conflict_is_not_a_graded_cell():
    base, new = (new_notebook(cells=[graded("q1", text)]) for text in ("1", "9"))
    theirs = new_notebook(cells=[graded("q1", "mine")])
    theirs.cells[0].metadata["nbgrader"]["points"] = 5
    own, note = merge_notebooks(base, theirs, new).notebook.cells
    assert "nbgrader" not in note.metadata
    assert own.metadata["nbgrader"]["points"] == 5  # the author did not change the points


def test_an_author_change_of_points_reaches_a_cell_that_the_learner_wrote_in():
    base, new = (new_notebook(cells=[graded("q1", "1")]) for _ in range(2))
    new.cells[0].metadata["nbgrader"]["points"] = 2
    theirs = new_notebook(cells=[graded("q1", "mine")])
    merged = merge_notebooks(base, theirs, new).notebook.cells[0]
    assert (merged.source, merged.metadata["nbgrader"]["points"]) == ("mine", 2)


def test_the_notebook_metadata_of_jupyterlab_stays_and_the_lesson_follows_the_author():
    base, theirs, new = notebook(a="1"), notebook(a="1"), notebook(a="1")
    base.metadata["lesson"], new.metadata["lesson"] = {"minutes": 30}, {"minutes": 40}
    theirs.metadata["lesson"], theirs.metadata["language_info"] = (
        {"minutes": 30},
        {"name": "python"},
    )
    merged = merge_notebooks(base, theirs, new).notebook.metadata
    assert merged == {"lesson": {"minutes": 40}, "language_info": {"name": "python"}}


def test_code_with_backticks_stays_inside_its_fence_in_a_conflict():
    new = notebook(a="'''```'''")
    note = merge_notebooks(notebook(a="1"), notebook(a="2"), new).notebook.cells[1]
    assert note.source.endswith("````python\n'''```'''\n````")


KEYS = ["a", "b", "c", "d", "e"]
# Words, so that finding a cell's text inside another one means that it is there.
SOURCES = st.sampled_from(["alpha", "beta", "gamma", "delta", "", "two\nlines", "`tick` ```"])
CELLS = st.builds(
    lambda key, source, markdown, grade: (new_markdown_cell if markdown else new_code_cell)(
        source, id=key, metadata={"nbgrader": {"grade_id": key}} if grade else {}
    ),
    st.sampled_from(KEYS),
    SOURCES,
    st.booleans(),
    st.booleans(),
)
NOTEBOOKS = st.lists(CELLS, max_size=5, unique_by=lambda cell: cell.id).map(
    lambda cells: new_notebook(cells=cells)
)


@st.composite
def learner_versions(draw, base):
    """What a learner may do to a notebook: write, delete, move, copy a cell, add a cell."""
    cells = [copy.deepcopy(cell) for cell in base.cells if draw(st.integers(0, 4))]
    for cell in cells:
        if draw(st.booleans()):
            cell.source = draw(SOURCES)
    if cells and draw(st.booleans()):
        twin = copy.deepcopy(draw(st.sampled_from(cells)))
        twin.id = "twin"
        cells.append(twin)
    if draw(st.booleans()):
        cells.append(new_code_cell(draw(SOURCES), id=draw(st.sampled_from(["own", "a", "e"]))))
    unique = {cell.id: cell for cell in draw(st.permutations(cells))}
    return new_notebook(cells=list(unique.values()))


@st.composite
def three_versions(draw):
    base = draw(NOTEBOOKS)
    return base, draw(learner_versions(base)), draw(NOTEBOOKS)


def untouched(cell, base):
    return any(
        cell_key(cell) == cell_key(old)
        and (cell.cell_type, cell.source) == (old.cell_type, old.source)
        for old in base.cells
    )


@settings(max_examples=300, deadline=None)
@given(three_versions())
def test_no_text_is_ever_lost_and_the_result_is_a_valid_notebook(versions):
    base, theirs, new = versions
    before = copy.deepcopy(versions)
    merged = merge_notebooks(base, theirs, new)
    assert versions == before, "an argument was changed"
    nbformat.validate(merged.notebook)
    left = [(cell.cell_type, cell.source) for cell in merged.notebook.cells]
    for cell in theirs.cells:
        if not untouched(cell, base):
            assert (cell.cell_type, cell.source) in left
            left.remove((cell.cell_type, cell.source))
    for cell in new.cells:
        if not untouched(cell, base):
            assert any(cell.source in each.source for each in merged.notebook.cells)


@settings(max_examples=200, deadline=None)
@given(three_versions())
def test_merging_again_changes_nothing(versions):
    base, theirs, new = versions
    once = merge_notebooks(base, theirs, new).notebook
    assert merge_notebooks(base, once, new).notebook.cells == once.cells
    assert merge_notebooks(new, once, new).notebook.cells == once.cells


@settings(max_examples=100, deadline=None)
@given(NOTEBOOKS, NOTEBOOKS)
def test_without_work_of_the_learner_the_result_is_the_new_version(base, new):
    assert merge_notebooks(base, base, new).notebook.cells == new.cells


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_without_changes_of_the_author_the_result_is_the_learner_version(data):
    base = data.draw(NOTEBOOKS)
    theirs = data.draw(learner_versions(base))
    merged = merge_notebooks(base, theirs, base)
    assert not merged.is_changed
    assert [(c.id, c.source) for c in merged.notebook.cells] == [
        (c.id, c.source) for c in theirs.cells
    ]
