"""Sentences, links and headings as a reader sees them."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from kit.authoring.prose import bare_urls, count_words, images, links, passages, plain, sentences
from kit.authoring.subject import Cell


def prose(source):
    return [passage.text for passage in passages(Cell(1, new_markdown_cell(source)))]


def test_paragraphs_list_items_and_headings_are_read_apart():
    assert prose("## Why\nOne line\nand another.\n\n- first\n- second\n  goes on") == [
        "Why",
        "One line and another.",
        "first",
        "second goes on",
    ]


def test_tables_code_and_formulas_are_not_read():
    source = "Look:\n\n| a | b |\n|---|---|\n\n```\ncode here\n```\n\n$$\nx = y\n$$\n\nDone."
    assert prose(source) == ["Look:", "Done."]


def test_indented_code_is_not_read_and_an_indented_item_is():
    assert prose("Run:\n\n    make demo\n    make test\n\nThen look.") == ["Run:", "Then look."]
    assert prose("- one\n\n    more of one\n\n    - inner") == ["one", "more of one", "inner"]


def test_a_passage_says_in_which_line_it_begins():
    found = passages(Cell(1, new_markdown_cell("# Title\n\nText\nmore\n\n- item")))
    assert [passage.line for passage in found] == [1, 3, 6]


def test_what_the_learner_reads_in_a_call_is_prose():
    call = 'quiz(\n  "q",\n  "Why is it so?",\n  options={"because of x": f"Yes, {x} is."},\n)'
    source = f'x = "not shown"\n{call}'
    found = passages(Cell(1, new_code_cell(source)))
    assert [(each.text, each.line) for each in found] == [
        ("Why is it so?", 4),
        ("because of x", 5),
        ("Yes, … is.", 5),
    ]


def test_a_hint_of_several_lines_is_code():
    found = passages(
        Cell(1, new_code_cell(r'hint("k", "Look up.", "Add them.", "a = 1\nreturn it")'))
    )
    assert [each.text for each in found] == ["Look up.", "Add them."]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It fell by 3.5 points. Why?", 2),
        ("Use e.g. Sec. 3 of Miller et al. (2024).", 1),
        ("It ends here; it goes on here.", 2),
        ('"Yes." She left.', 2),
        ("Version 3.11 of np.mean is fine.", 1),
    ],
)
def test_sentences_are_counted_as_a_reader_does(text, count):
    assert len(sentences(text)) == count


def test_a_formula_and_a_list_of_numbers_are_one_word():
    assert count_words(plain("with $a + b + c$ and `f(x, y)`")) == 4
    assert count_words("11.8, 12.1, 12.0 and −3 °C") == 4


def test_links_images_and_bare_addresses_are_told_apart():
    source = (
        "See [the guide](https://a.org/b_(c)), ![a tank](t.png), <https://c.org> and\n"
        "`https://d.org` or https://e.org/x."
    )
    assert [(link.text, link.target, link.line) for link in links(source)] == [
        ("the guide", "https://a.org/b_(c)", 1)
    ]
    assert [image.text for image in images(source)] == ["a tank"]
    assert [(url.target, url.line) for url in bare_urls(source)] == [
        ("https://c.org", 1),
        ("https://e.org/x.", 2),
    ]
