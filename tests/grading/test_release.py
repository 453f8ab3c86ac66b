"""What learners get is what nbgrader would give them, and never a solution because of a typing error."""

import copy
import json

import nbformat
import pytest
from grading_examples import (
    answer,
    cell,
    doubles,
    nbgrader,
    notebook,
    test_cell,
    written,
)

from kit.errors import KitErrors
from kit.grading.leaks import find_leaks
from kit.grading.release import hidden_text, make_gradebook_version, make_release_version
from kit.grading.rules import Region, ReleaseRules
from kit.notebooks import find_cell, read_notebook


def without_ids(notebook):
    """A notebook as plain data, without what differs only because one of two has format 4.0."""
    data = json.loads(nbformat.writes(notebook))
    data["nbformat_minor"] = 5
    for item in data["cells"]:
        item.pop("id", None)
    return data


def plain(notebook):
    return json.loads(nbformat.writes(notebook))


@pytest.mark.parametrize("name", ["ps1/problem1", "ps1/problem2", "doubles/doubles"])
def test_the_release_equals_that_of_nbgrader(nbgrader_course, name):
    source = read_notebook(nbgrader_course / f"source/{name}.ipynb")
    header = read_notebook(nbgrader_course / "source/header.ipynb")
    theirs = read_notebook(nbgrader_course / f"release/{name}.ipynb")
    ours = make_release_version(source, header=header)
    assert without_ids(ours) == without_ids(theirs)


def test_what_grading_restores_from_equals_what_nbgrader_keeps_in_its_gradebook(nbgrader_course):
    from nbgrader.api import Gradebook

    ours = make_gradebook_version(doubles())
    with Gradebook(f"sqlite:///{nbgrader_course / 'gradebook.db'}") as gradebook:
        for theirs in gradebook.find_notebook("doubles", "doubles").source_cells:
            mine = find_cell(ours, theirs.name)
            assert (mine.source, mine.cell_type) == (theirs.source, theirs.cell_type)
            if theirs.checksum:
                assert mine.metadata.nbgrader.checksum == theirs.checksum


def test_own_delimiters_and_stubs_are_respected():
    rules = ReleaseRules(
        solution=Region("solution", "# <answer>", "# </answer>"),
        code_stub={"python": "...  # yours"},
    )
    source = notebook(answer("f", "def f():\n    # <answer>\n    return 1\n    # </answer>"))
    assert (
        find_cell(make_release_version(source, rules=rules), "f").source
        == "def f():\n    ...  # yours"
    )


def test_the_source_is_not_changed():
    source = doubles()
    before = copy.deepcopy(source)
    make_release_version(source)
    assert plain(source) == plain(before)


BODY = "def f():\n    {}\n    return 'the answer itself'\n    {}"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("### begin solution", "### end solution"),
        ("### Begin Solution", "### End Solution"),
        ("### BEGIN  SOLUTION", "### END  SOLUTION"),
        ("### BEGIN_SOLUTION", "### END_SOLUTION"),
        ("### BEGINSOLUTION", "### ENDSOLUTION"),
        ("### BEGIN SOULTION", "### END SOULTION"),
        ("### BEGIN SOLUTIONS", "### END SOLUTOIN"),
        ("### BEGIN SOULTION", "### END SOLUTION"),
        ("### BEGIN SOLUTION", "### END SOULTION"),
        ("### SOLUTION BEGIN", "### SOLUTION END"),
        ("### BEGIN SOLUTION", "pass"),
        ("pass", "### END SOLUTION"),
    ],
)
def test_a_misspelt_or_lonely_delimiter_is_refused(begin, end):
    if "SOLUTIONS" in begin:  # contains the right text, so nbgrader and we take it
        assert "the answer" not in str(
            make_release_version(notebook(answer("f", BODY.format(begin, "### END SOLUTION"))))
        )
        return
    with pytest.raises(KitErrors, match=r"cell 1 \(f\), line \d") as caught:
        make_release_version(notebook(answer("f", BODY.format(begin, end))), where="a.ipynb")
    assert "the answer itself" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "### begin hidden tests",
        "### BEGIN HIDDEN TEST",
        "### HIDDEN TESTS START",
        "# Begin hiden tests",
    ],
)
def test_a_misspelt_hidden_test_is_refused(line):
    with pytest.raises(KitErrors, match="nearly a delimiter"):
        make_release_version(
            notebook(test_cell("t", f"{line}\nassert f(3) == 9\n### END HIDDEN TESTS"))
        )


@pytest.mark.parametrize(
    "heading", ["## In solution", "## Old solution", "The solution begins here", "Hidden tests"]
)
def test_a_heading_that_only_resembles_a_delimiter_is_released(heading):
    assert make_release_version(notebook(cell(heading, kind="markdown")))


def test_regions_in_the_wrong_kind_of_cell_are_refused_and_all_problems_come_at_once():
    source = notebook(
        cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        answer("f", "### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS"),
        test_cell("t", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION"),
        test_cell("t", "assert True"),
    )
    with pytest.raises(KitErrors) as caught:
        make_release_version(source)
    text = str(caught.value)
    assert text.count("cell of another kind") == 3
    assert "inside another one" in text
    assert "also that of cell 3" in text


def test_metadata_that_nbgrader_would_refuse_is_refused():
    old = cell("x", {"nbgrader": {"grade_id": "a", "schema_version": 1, "grade": True}})
    pointless = cell("x", nbgrader("b", grade=True))
    spaced = cell("x", nbgrader("c d", solution=True))
    unmarked = cell("x", nbgrader("e", solution=True), kind="markdown")
    with pytest.raises(KitErrors) as caught:
        make_release_version(notebook(old, pointless, spaced, unmarked))
    for part in ("nbgrader update", "number of points", "'c d'", "has to be graded"):
        assert part in str(caught.value)


def test_generated_tests_of_nbgrader_are_not_released_as_they_stand():
    with pytest.raises(KitErrors, match="generate_source_with_tests"):
        make_release_version(notebook(test_cell("t", "### HASHED AUTOTEST squares(3)")))


def test_a_release_of_a_sound_source_leaks_nothing():
    source = doubles()
    assert find_leaks(source, make_release_version(source)) == ()
    assert "    return math.fsum([x, x]) + OFFSET" in hidden_text(find_cell(source, "double"))


@pytest.mark.parametrize("place", ["cell", "output", "metadata", "file"])
def test_a_solution_line_anywhere_in_the_release_is_found(place):
    source = doubles()
    release = make_release_version(source)
    secret = "return math.fsum([x, x]) + OFFSET"
    files = {}
    if place == "cell":
        release.cells[0].source += "\n\n    " + secret
    elif place == "output":
        release.cells[1].outputs = [nbformat.v4.new_output("stream", text=f"a\n{secret}\n")]
    elif place == "metadata":
        release.metadata["note"] = {"old": [secret]}
    else:
        files = {"helper.py": f"def f():\n    {secret}\n"}
    leaks = find_leaks(source, release, files=files)
    assert {(leak.line, leak.taken_from) for leak in leaks} == {(secret, "double")}


def test_hidden_tests_marking_schemes_and_written_solutions_are_searched_too():
    source = doubles()
    release = make_release_version(source)
    release.cells[0].source = (
        'assert double(-7.25) == -14.5, "the secret case of a negative number"\n'
        "Two points for any use whatsoever.\n"
        "Because adding a number to itself doubles it, of course."
    )
    assert {leak.taken_from for leak in find_leaks(source, release)} == {
        "test-hidden",
        "task",
        "why",
    }


def test_a_line_that_the_same_cell_shows_is_no_leak():
    shared = "x = [1.0, 2.0, 3.0, 4.0, 5.0]"
    source = notebook(
        test_cell(
            "t",
            f"{shared}\nassert f(x)\n### BEGIN HIDDEN TESTS\n{shared}\nassert g(x)\n### END HIDDEN TESTS",
        )
    )
    assert find_leaks(source, make_release_version(source)) == ()


COPY = """def f(n):
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    sample = rng.normal(size=n)
    return sample.mean()
    ### END SOLUTION"""


def test_one_everyday_line_is_no_leak_and_two_in_a_row_are():
    setup = cell("def draw(n, seed):\n    rng = np.random.default_rng(seed)\n    return rng")
    source = notebook(setup, answer("f", COPY))
    assert find_leaks(source, make_release_version(source)) == ()
    scratch = cell("rng = np.random.default_rng(seed)\n# then\n\nsample = rng.normal(size=n)")
    source = notebook(scratch, answer("f", COPY))
    assert len(find_leaks(source, make_release_version(source))) == 2


def test_written_answers_get_the_text_stub():
    release = make_release_version(notebook(written("why", "Because.")))
    assert find_cell(release, "why").source == "YOUR ANSWER HERE"
