"""The made-up class: complete, declared by hand, and damaged in the ways it says."""

import json
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from classroom import DAMAGES, load_class, make_files

from kit.errors import KitError
from kit.grading.answers import load_answers
from kit.grading.assignment import load_assignment
from kit.grading.cells import cell_kind, known_cells, max_points
from kit.grading.exchange import check_name
from kit.grading.release import make_release_version
from kit.notebooks import grade_id, parse_notebook

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
CLASS = load_class()
WORKS = [(intern, work) for intern in CLASS.interns for work in intern.works]


@pytest.fixture(scope="module")
def assignments():
    return {name: load_assignment(ASSIGNMENTS / name) for name in CLASS.assignments}


@pytest.fixture(scope="module")
def released(assignments):
    return make_release_version(assignments["error-bars"].source)


def test_forty_interns_in_two_sites_hand_in_two_assignments_each():
    assert len({intern.id for intern in CLASS.interns}) == len(CLASS.interns) == 40
    assert len({intern.name for intern in CLASS.interns}) == 40
    sites = Counter(intern.site for intern in CLASS.interns)
    assert sites.keys() == {"Santiago", "Paris"} and min(sites.values()) >= 5
    assert all(len(intern.works) == 2 for intern in CLASS.interns)
    for intern in CLASS.interns:
        assert check_name(intern.id, "student") == intern.id


def test_every_way_of_going_wrong_is_in_the_class(assignments):
    used = {name for _intern, work in WORKS for name in work.answer} - {"right", "nothing"}
    wrong = {path.stem for name in CLASS.assignments for path in assignments[name].wrong_paths}
    assert used == wrong, "each known wrong answer is handed in by somebody"
    assert {work.damage for _intern, work in WORKS} - {None} == set(DAMAGES)
    assert any(work.answer == ("nothing",) for _intern, work in WORKS)
    assert any(work.only for _intern, work in WORKS)
    assert sum(work.at > due_of(work) for _intern, work in WORKS) >= 5


def due_of(work):
    from datetime import datetime
    from zoneinfo import ZoneInfo

    due = CLASS.course["assignments"][work.assignment]["due"]
    return datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(CLASS.course["timezone"]))


@pytest.mark.parametrize(("intern", "work"), WORKS, ids=lambda value: getattr(value, "id", None))
def test_the_mark_typed_by_hand_is_what_the_known_mistakes_lose(intern, work, assignments):
    assignment = assignments[work.assignment]
    cells = known_cells(assignment.source).values()
    most = sum(max_points(cell) for cell in cells if cell_kind(cell) == "test")
    late = work.at > due_of(work)
    if work.failed or work.answer == ("nothing",):
        assert work.mark == 0
    elif work.answer != ("right",) and not late:
        paths = [assignment.folder / "wrong" / f"{name}.py" for name in work.answer]
        answers = [load_answers(path) for path in paths]
        assert work.mark == most - sum(sum(answer.loses.values()) for answer in answers)
        overlaid = [key for answer in answers for key in answer.cells]
        assert len(overlaid) == len(set(overlaid)), "two mistakes in one cell would hide each other"
    elif work.answer == ("right",) and not late and not work.only:
        assert work.mark == most


def damage(kind, notebook):
    files = DAMAGES[kind](notebook, "error-bars.ipynb")
    return files, next(iter(files.values())).decode()


def ids(text):
    return [key for cell in nbformat.reads(text, as_version=4).cells if (key := grade_id(cell))]


@pytest.mark.parametrize("kind", ["copied-test", "copied-answer"])
def test_a_copied_cell_has_its_id_twice(kind, released):
    counts = Counter(ids(damage(kind, released)[1]))
    assert sorted(counts.values())[-2:] == [1, 2]


def test_a_deleted_test_is_gone(released):
    before = [grade_id(cell) for cell in released.cells if grade_id(cell)]
    assert len(ids(damage("deleted-test", released)[1])) == len(before) - 1


def test_an_edited_test_passes_for_everybody(released):
    assert "assert True" in damage("edited-test", released)[1]


def test_stripped_metadata_leaves_no_id(released):
    assert ids(damage("stripped-metadata", released)[1]) == []


def test_an_id_is_there_twice(released):
    cells = json.loads(damage("duplicate-ids", released)[1])["cells"]
    assert cells[0]["id"] == cells[-1]["id"]


@pytest.mark.parametrize(
    ("kind", "says"), [("not-json", "not JSON"), ("nbformat-2", "format 2"), ("empty-file", "JSON")]
)
def test_what_is_no_notebook_can_not_be_read(kind, says, released):
    with pytest.raises(KitError, match=says):
        parse_notebook(damage(kind, released)[1])


def test_no_notebook_and_a_renamed_one(released):
    assert set(damage("no-notebook", released)[0]) == {"notes.txt"}
    assert set(damage("renamed-file", released)[0]) == {"error-bars (1).ipynb"}


def test_damage_leaves_the_notebook_as_it_was(released):
    before = json.dumps(released, sort_keys=True)
    for kind in DAMAGES:
        damage(kind, released)
    assert json.dumps(released, sort_keys=True) == before


def test_nobody_hands_in_a_solution_by_mistake(assignments):
    (intern,) = [intern for intern in CLASS.interns if intern.id == "scl-10"]
    for work in intern.works:
        (content,) = make_files(work, assignments[work.assignment]).values()
        assert nbformat.reads(content.decode(), as_version=4) == make_release_version(
            assignments[work.assignment].source
        )


def test_written_answers_of_every_level_wait_for_the_mentor(assignments):
    assert {work.words for _intern, work in WORKS} == {None, 0, 1, 2, 3}
    for name, assignment in assignments.items():
        (key,) = (
            grade_id(cell)
            for cell in assignment.source.cells
            if cell_kind(cell) == "written" and max_points(cell) > 0
        )
        texts = {}
        for _intern, work in WORKS:
            if work.assignment == name and work.words is not None and work.damage is None:
                (data,) = make_files(work, assignment).values()
                texts.setdefault(work.words, set()).add(
                    known_cells(parse_notebook(data.decode()))[key].source
                )
        assert sorted(texts) == [0, 1, 2, 3]
        assert all(len(written) == 1 for written in texts.values())
        assert len(set.union(*texts.values())) == 4
