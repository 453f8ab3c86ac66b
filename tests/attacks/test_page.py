"""The page says what the collection holds: every attack once, and each with a result of each grader."""

import re
from pathlib import Path

from attacks import ATTACKS
from damage import DAMAGES
from test_attacks import OPEN

PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"


def test_the_scoreboard_lists_the_collection():
    text = PAGE.read_text(encoding="utf-8")
    board = text.split("<!-- scoreboard: begin -->")[1].split("<!-- scoreboard: end -->")[0]
    rows = re.findall(r"^\| `([a-z-]+)`: (.+?) \|(.+)\|(.+)\|(.+)\|$", board, flags=re.MULTILINE)
    listed = [(name, title) for name, title, *_results in rows]
    assert listed == [(one.name, one.title.rstrip(".")) for one in (*ATTACKS, *DAMAGES)]


def test_a_hole_that_is_open_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in OPEN if name not in text] == []
