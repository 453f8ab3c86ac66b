"""What a notebook holds after it was executed: text without a browser, and widgets with text beside them."""

import os

import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from kit.learn.frontend import WIDGET_VIEW

CELLS = [
    "from kit.learn import check, hint, predict, quiz, reveal, show\nfrom matplotlib.figure import Figure",
    "predict('p', 'How often?', options=['always', 'never'])",
    "reveal('p', answer='never', because='It **is** so.')",
    "quiz('q', 'Which one?', options={'a': 'Too short.', 'b': 'Long enough.'}, answer='b')",
    "hint('e', 'look here', 'count them', 'return 1')",
    "with check('e'):\n    x = 1\n    assert x == 2",
    "fig = Figure()\nfig.subplots().plot([1, 2])\nshow(fig, alt='A line that rises.')",
]


def execute(folder, display=None):
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}
    environment.pop("KIT_CHECKS", None)
    if display:
        environment["KIT_DISPLAY"] = display
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, timeout=60)
    client.execute(env=environment)
    return notebook


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    return execute(tmp_path_factory.mktemp("text"))


def data_of(notebook, number):
    (output,) = [each for each in notebook.cells[number].outputs if "data" in each]
    return output.data


def test_without_a_browser_there_is_text_and_no_widget(executed):
    for number in range(1, len(CELLS)):
        data = data_of(executed, number)
        assert WIDGET_VIEW not in data
        assert data["text/plain"]
    assert "widgets" not in executed.metadata


def test_a_static_page_shows_questions_options_and_hints(executed):
    body, _resources = HTMLExporter().from_notebook_node(executed)
    for words in (
        "How often?",
        "<strong>A.</strong> always",
        "Which one?",
        "Too short.",
        "count them",
    ):
        assert words in body
    assert 'alt="A line that rises."' in body


def test_a_failed_check_names_the_line_of_the_notebook(executed):
    assert "this does not hold: `assert x == 2`" in data_of(executed, 5)["text/plain"]


def test_with_widgets_the_text_stands_beside_them(tmp_path):
    notebook = execute(tmp_path, display="widgets")
    for number in (1, 3, 4):
        data = data_of(notebook, number)
        assert data[WIDGET_VIEW]["model_id"] and data["text/markdown"] and data["text/plain"]
