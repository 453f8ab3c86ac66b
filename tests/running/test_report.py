"""The report, the page made from it, and the notes in a red notebook."""

import json

import jsonschema
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kit.errors import KitError
from kit.running import (
    Agreement,
    CellRecord,
    Ledger,
    NotebookRun,
    ledger_page,
    make_report,
    point_to_problems,
    read_report,
)
from kit.running.pointer import is_note
from kit.running.report import report_schema


def make_run(name="a.ipynb", *, red=True, **ledger):
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Title", id="title"),
            new_code_cell("x = 1", id="one"),
            new_code_cell("1 / 0", id="two"),
        ]
    )
    problem = "it raised ZeroDivisionError: <b>|x*"
    cells = (
        CellRecord("one", 2, executed=True, seconds=0.5, peak_memory_mb=100.0),
        CellRecord(
            "two", 3, executed=True, seconds=1.5, error="Z", problems=(problem,) if red else ()
        ),
    )
    facts = {
        "started": "2026-11-23T12:00:00+00:00",
        "seconds": 2.5,
        "python": "3.11.7",
        "versions": {"numpy": "2.4.6"},
        "source_sha256": "0" * 64,
        "problems": (f"two (cell 3): {problem}", "1 code cell was not executed") if red else (),
    } | ledger
    return NotebookRun(name, notebook, Ledger(cells=cells, **facts))


def test_a_report_keeps_to_its_schema():
    run = make_run(
        parameters={"days": (1, 2), "limit": float("nan")},
        seeds=("seed(1)",),
        agreement=Agreement(1, 2),
    )
    report = make_report([run, make_run("b.ipynb", red=False)])
    jsonschema.Draft202012Validator.check_schema(report_schema())
    jsonschema.validate(report, report_schema())
    assert json.loads(json.dumps(report)) == report
    assert report["notebooks"][0]["parameters"] == {"days": [1, 2], "limit": "NaN"}
    assert (report["ok"], report["agreement"]) == (False, {"checked": 1, "not_checked": 2})


def test_a_report_without_notebooks_is_one(tmp_path):
    jsonschema.validate(make_report([]), report_schema())


def test_a_report_is_read_back(tmp_path):
    report = make_report([make_run()])
    path = tmp_path / "run.json"
    path.write_text(json.dumps(report))
    assert read_report(path) == report


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "can not be read"), ('{"format": "bitacora-run"}', "at the top"), ("[]", "at the top")],
)
def test_what_is_no_report_is_refused_with_the_command_that_makes_one(tmp_path, text, message):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(KitError, match=message) as caught:
        read_report(path)
    assert "kit run PATH --report FILE" in caught.value.message()


def test_the_page_says_what_ran_when_with_which_versions_and_how_long():
    report = make_report([make_run(agreement=Agreement(4, 1)), make_run("b.ipynb", red=False)])
    page = ledger_page(report)
    assert "1 of 2 notebooks ran" in page
    assert "| a.ipynb | **red** | 2026-11-23 12:00:00 | 2.5 | - | 2 / 2 | - |" in page
    assert "| numpy | 2.4.6 | 2 |" in page
    assert "| Python | 3.11.7 | 2 |" in page
    assert "4 checked, 1 not checked" in page
    assert page.index("`two` | 1.50") < page.index("`one` | 0.50")
    assert page == ledger_page(json.loads(json.dumps(report)))


def test_no_text_can_break_a_table_of_the_page():
    page = ledger_page(make_report([make_run("a|b\nc.ipynb")]))
    rows = [line for line in page.splitlines() if line.startswith("| a")]
    assert rows and all(line.startswith("| a\\|b c.ipynb |") for line in rows)


def test_a_red_notebook_leads_to_the_cell_with_the_problem():
    noted = point_to_problems(make_run())
    assert [cell.id for cell in noted.cells] == [
        "kit-run-problems",
        "title",
        "one",
        "kit-run-problem-1",
        "two",
    ]
    top, note = noted.cells[0].source, noted.cells[3].source
    assert "[Problem 1](#Problem-1): `two`" in top
    assert note.startswith("## Problem 1\n")
    assert "- 1 code cell was not executed" in top
    assert [is_note(cell) for cell in noted.cells] == [True, False, False, True, False]


def test_the_notes_show_an_exceptions_text_as_text():
    top = point_to_problems(make_run()).cells[0].source
    assert "<b>" not in top
    assert "&#60;b&#62;" in top


def test_the_notes_go_into_a_copy():
    run = make_run()
    point_to_problems(run)
    assert len(run.notebook.cells) == 3
