"""The page lists every row that is tested, with what the fixtures themselves say."""

from pathlib import Path

from outside_examples import FIXTURES, read_row

PAGE = Path(__file__).parents[3] / "docs" / "verdict.md"


def make_table():
    lines = ["| row | what the test does | today |", "|---|---|---|"]
    for row in sorted(
        map(read_row, FIXTURES.glob("*.py")), key=lambda row: (not row.supported, row.name)
    ):
        lines.append(
            f"| `{row.name}` | {row.title} | {'outside' if row.supported else 'inside, labelled'} |"
        )
    return "\n".join(lines)


def test_the_table_of_styles_is_that_of_the_fixtures():
    text = PAGE.read_text(encoding="utf-8")
    between = text.split("<!-- styles: begin -->\n")[1].split("\n<!-- styles: end -->")[0]
    assert between == make_table()
