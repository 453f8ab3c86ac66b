"""The papers around the code: what they point to exists, and they agree on the version."""

import re
from pathlib import Path

import pytest
import yaml

from kit import __version__
from kit.cli import COMMANDS

REPO = Path(__file__).resolve().parent.parent
PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page):
    shown = re.findall(
        r"^\$? *kit ([a-z]+)\b", page.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert set(shown) <= set(COMMANDS)


def test_every_guide_can_be_found_from_the_readme():
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    assert [
        page.name for page in (REPO / "docs").glob("*.md") if f"docs/{page.name}" not in readme
    ] == []


def test_the_changelog_and_the_citation_name_this_version():
    assert f"\n## {__version__} (" in (REPO / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = yaml.safe_load((REPO / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == __version__


def test_the_table_of_lessons_in_the_readme_is_the_one_of_the_courses():
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    for course in sorted((REPO / "courses").glob("*/course.yaml")):
        described = yaml.safe_load(course.read_text(encoding="utf-8"))
        for slug in described["order"]:
            title = re.search(
                r'"# (.*?)\\n', (course.parent / f"{slug}.ipynb").read_text(encoding="utf-8")
            )[1]
            assert f"| {title} | {described['minutes'][slug]} |" in readme
