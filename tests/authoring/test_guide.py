"""The author's guide: its list of rules is fresh, and its walk from nothing to an assignment works."""

import contextlib
import re
from pathlib import Path

import pytest

from kit.authoring.guide import with_rules
from kit.authoring.targets import Target
from kit.authoring.tidy import tidy_files
from kit.authoring.verify import verify
from kit.cli import main

GUIDE = Path(__file__).parents[2] / "docs" / "authors.md"
BLOCK = re.compile(r"<!-- (cell|file): (\S+)(?: becomes (\S+))? -->\n```\w+\n(.*?)\n```", re.DOTALL)
TITLE = "The range of the tide"


def test_the_list_of_rules_is_what_the_rules_say():
    text = GUIDE.read_text(encoding="utf-8")
    assert with_rules(text) == text, "run: python -m kit.authoring.guide docs/authors.md"


def test_a_guide_without_its_markers_is_refused():
    with pytest.raises(ValueError, match="no place between"):
        with_rules("# Guide")


@pytest.fixture
def tide(tmp_path, monkeypatch, capsys):
    """A folder with one lesson, in which the reader of the guide works."""
    monkeypatch.chdir(tmp_path)
    main(["new", "lesson", "ocean-data/06-tides"])
    capsys.readouterr()
    return Path("assignments/tide-range")


def says(argv, capsys):
    with contextlib.suppress(SystemExit):
        main(argv)
    return capsys.readouterr().out.strip("\n")


def test_what_the_guide_prints_is_what_the_commands_print(tide, example, capsys):
    guide = GUIDE.read_text(encoding="utf-8")
    assert says(["new", "assignment", "tide-range", "--title", TITLE], capsys) in guide
    notebook = tide / "tide-range.ipynb"
    example.rewrite(notebook, "8 points", "9 points")
    shown = says(["verify", "--static", str(tide)], capsys)
    assert "1 violation" in shown
    assert shown in guide
    example.rewrite(notebook, "9 points", "8 points")
    example.rewrite(tide / "wrong" / "too_few.py", "test-too-few: 2", "test-too-few: 1")
    shown = says(["verify", str(tide)], capsys)
    assert "1 violation" in shown
    assert shown in guide


def test_who_follows_the_guide_has_a_verified_assignment(tide, example, capsys):
    main(["new", "assignment", "tide-range", "--title", TITLE])
    for path in (tide / "wrong").iterdir():
        path.unlink()
    blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(blocks) == 12

    def edit(cells, notebook):
        for kind, name, new_name, text in blocks:
            if kind == "cell":
                cells[name].source = text
                if new_name and "nbgrader" in cells[name].metadata:
                    cells[name].metadata.nbgrader.grade_id = new_name
                elif new_name:
                    cells[name].id = new_name

    example.edit(tide / "tide-range.ipynb", edit)
    for kind, name, _new_name, text in blocks:
        if kind == "file":
            (tide / name).write_text(text + "\n", encoding="utf-8")
    example.rewrite(tide / "assignment.yaml", "minutes: 35", "minutes: 30")
    target = Target(tide, "assignment")
    tidy_files([target])
    assert verify([target]).findings == ()
