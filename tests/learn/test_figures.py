"""Figures with alt text, in the notebook and in every export of it."""

import base64
import struct

import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kit.errors import KitError
from kit.learn import show
from kit.learn.figures import SCALE, draw_png, figure_bundle

ALT = 'A line that rises from 1 to 2, called "the <first> one".'


@pytest.fixture
def figure():
    fig = Figure(figsize=(4, 3), dpi=100)
    fig.subplots().plot([1, 2])
    return fig


@pytest.fixture
def notebook(figure):
    data, metadata = figure_bundle(draw_png(figure), alt=ALT, caption="One & only")
    output = new_output("display_data", data=data, metadata=metadata)
    return new_notebook(cells=[new_code_cell("show(fig)", outputs=[output], execution_count=1)])


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_alt_text_survives_the_export_to_html(notebook, template):
    from nbconvert import HTMLExporter

    body, _resources = HTMLExporter(template_name=template).from_notebook_node(notebook)
    (image,) = BeautifulSoup(body, "html.parser").find_all("img")
    assert image["alt"] == ALT
    assert image["src"].startswith("data:image/png;base64,")


def test_alt_text_survives_the_export_to_markdown(notebook):
    from nbconvert import MarkdownExporter

    body, _resources = MarkdownExporter().from_notebook_node(notebook)
    (image,) = BeautifulSoup(body, "html.parser").find_all("img")
    assert image["alt"] == ALT


def test_the_caption_is_below_the_figure(notebook):
    page = BeautifulSoup(notebook.cells[0].outputs[0].data["text/html"], "html.parser")
    assert page.figure.figcaption.text == "One & only"


def test_the_png_carries_the_alt_text_and_the_size_on_the_screen(notebook):
    output = notebook.cells[0].outputs[0]
    metadata = output.metadata["image/png"]
    png = base64.b64decode(output.data["image/png"])
    width, height = struct.unpack(">II", png[16:24])
    assert metadata == {"alt": ALT, "width": round(width / SCALE), "height": round(height / SCALE)}
    assert output.data["text/plain"] == f"Figure: {ALT}\nOne & only"


def test_a_transparent_figure_gets_a_white_ground_for_dark_themes(figure):
    from matplotlib.image import imread

    figure.set_facecolor("none")
    import io

    corner = imread(io.BytesIO(draw_png(figure)))[0, 0]
    assert corner.tolist() == [1, 1, 1, 1]


def test_the_figure_is_closed_so_that_it_is_not_shown_twice(capsys, monkeypatch):
    import matplotlib

    monkeypatch.setitem(matplotlib.rcParams, "backend", "agg")
    import matplotlib.pyplot as plt

    fig, _ax = plt.subplots()
    show(fig, alt="An empty pair of axes.")
    assert plt.get_fignums() == []
    assert capsys.readouterr().out == "Figure: An empty pair of axes.\n"


@pytest.mark.parametrize("alt", ["", "  \n "])
def test_a_figure_without_alt_text_is_refused(figure, alt):
    with pytest.raises(KitError, match="no alt text"):
        show(figure, alt=alt)


def test_something_that_is_no_figure_is_named(figure):
    with pytest.raises(KitError, match="show\\(\\) was given Axes, not a figure"):
        show(figure.axes[0], alt="A line.")
