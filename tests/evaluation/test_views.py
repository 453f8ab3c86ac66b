"""Markdown and page: complete in three languages, self-contained, readable without sight or colour."""

import ast
import re
from pathlib import Path

import pytest
from evaluation_examples import card_of

from kit.errors import KitError
from kit.evaluation import text as text_module
from kit.evaluation.crosswalk import PLACES
from kit.evaluation.measures import NEEDS, all_measures
from kit.evaluation.measures.corruptions import NAMES, THREATS
from kit.evaluation.text import Text, catalogue, format_number
from kit.evaluation.views import words

SOURCES = Path(text_module.__file__).parent


def written_templates():
    """Every template in the code: the first argument of Text.of and say, and the tables of words."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("of", "say"):
                found |= {
                    leaf.value
                    for leaf in ([node.args[0]] if isinstance(node.args[0], ast.Constant) else [])
                    if isinstance(leaf.value, str)
                }
    for table in (NEEDS, NAMES, THREATS, words.AXIS_TITLES, words.AXIS_QUESTIONS, words.STATUS):
        found |= set(table.values())
    found |= set(words.BOUND_WORDS.values()) | set(words.DIRECTIONS.values())
    found |= {place.source for place in PLACES.values()} | {each.name for each in all_measures()}
    return found - {""}


@pytest.mark.parametrize("language", ["fr", "es"])
def test_every_template_is_translated_with_the_same_values(language):
    known = catalogue(language)
    assert sorted(written_templates() - set(known)) == []
    for template, translation in known.items():
        assert set(re.findall(r"{\w+}", template)) == set(re.findall(r"{\w+}", translation)), (
            template
        )


def test_french_and_spanish_translate_the_same_templates():
    assert set(catalogue("fr")) == set(catalogue("es"))


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_whole_card_leaves_no_english_sentence(good_card, language, monkeypatch):
    missed = set()
    real = text_module.translate

    def watched(template, code):
        if code != "en" and template not in catalogue(code):
            missed.add(template)
        return real(template, code)

    monkeypatch.setattr(text_module, "translate", watched)
    monkeypatch.setattr(words, "translate", watched)
    good_card.to_html(lang=language)
    good_card.to_markdown(lang=language)
    # Names of people and paragraphs of laws are the same in every language.
    names = {"n", "t", "Wilson", "Welch", "Newcombe", "Clopper–Pearson", "Agresti–Min", ""}
    laws = {place.label for place in PLACES.values()}
    assert missed - names - laws == set()


def test_an_unknown_language_is_refused(good_card):
    with pytest.raises(KitError, match="'de'"):
        good_card.to_html(lang="de")


def test_numbers_are_written_as_the_reader_does():
    assert format_number(-0.0235, "es") == "−0,024"
    assert Text.of("{share}", share=0.5).render("fr") == "0,5"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_the_page_needs_no_other_file_and_no_network(good_card, language):
    page = good_card.to_html(lang=language)
    assert f'<html lang="{language}">' in page
    assert not re.search(r'(src|href)\s*=\s*["\']', page)
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_every_picture_has_words(good_card):
    page = good_card.to_html()
    pictures = re.findall(r"<svg[^>]*>", page)
    assert len(pictures) > 20
    assert all('aria-label="' in tag or 'aria-hidden="true"' in tag for tag in pictures)


def test_every_row_is_on_the_page_also_where_nothing_was_measured(good_card):
    page = good_card.to_html()
    for row in good_card:
        assert row.name.render() in page.replace("&#x27;", "'")
    assert "No groups were given." in page


def test_names_from_outside_are_escaped(network, digits):
    card = card_of(
        network, digits, name="<script>alert(1)</script>", axes=["reliability"], threats=[]
    )
    assert "<script>" not in card.to_html()


def test_alarms_come_before_everything_else(network, digits):
    card = card_of(network, digits, train=digits.test, axes=["reliability"], threats=[])
    page = card.to_html()
    assert page.index("Read this first") < page.index("Reliability</h2>")
    assert "540 of 540 test rows are also in the training data" in page
    assert "~~0." in card.to_markdown()
