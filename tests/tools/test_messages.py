"""The list of strings to translate is complete and fresh."""

import importlib.util
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kit.i18n import gettext, ngettext, speaking

REPO = Path(__file__).parent.parent.parent
SCRIPT = REPO / "tools" / "messages.py"


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stored_list_equals_a_fresh_one(messages):
    fresh = messages.extract_messages(REPO / "kit", messages.strings_looked_up())
    assert messages.POT.read_text(encoding="utf-8") == fresh, "run: make messages"


def test_the_help_of_commands_and_the_sentences_of_rules_are_among_them(messages):
    found = dict(map(reversed, messages.strings_looked_up()))
    assert found["Run the visible tests of an assignment and read what they say."]
    assert found["Learn"] == "kit/cli/__init__.py"
    assert any(place.startswith("kit/authoring/rules/") for place in found.values())


def test_a_string_is_found_with_its_file_and_without_line_or_date(messages, tmp_path):
    package = tmp_path / "kit"
    package.mkdir()
    (package / "a.py").write_text(
        'x = _("one {n}")\ny = ngettext("{n} file", "{n} files", 3)\nz = "not"\n'
    )
    text = messages.extract_messages(package)
    assert 'msgid "one {n}"' in text and 'msgid_plural "{n} files"' in text
    assert "#: kit/a.py\n" in text and "not" not in text.partition('msgid "one')[2]
    assert "Date" not in text


CATALOGUES = sorted((REPO / "kit" / "locale").glob("*/LC_MESSAGES/kit.po"))
by_language = pytest.mark.parametrize(
    "path", CATALOGUES, ids=[path.parent.parent.name for path in CATALOGUES]
)


def fields(text):
    """Return what a text has in braces and backticks, and the commands in it: a translation has the same."""
    found = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(text) if name]
    return sorted(map(repr, found)) + sorted(
        re.findall(r"`[^`]*`|kit (?:submit|check|start)", text)
    )


@by_language
def test_a_translation_has_the_fields_of_its_original(messages, path):
    for message in messages.read_catalogue(path):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert len(texts) == len(originals)
        for text in texts:
            assert text.strip(), message.id
            # The singular may say 'one' where the others have a number.
            assert fields(text) in [fields(original) for original in originals], message.id
            assert text.endswith(".") == originals[0].endswith("."), message.id


@by_language
def test_a_catalogue_translates_strings_of_the_kit_only_and_is_compiled(messages, path):
    with messages.POT.open("rb") as file:
        template = read_po(file)
    catalogue = messages.read_catalogue(path)
    assert [each.id for each in catalogue if each.id and each.id not in template] == []
    compiled = messages.compile_catalogue(catalogue)
    assert path.with_suffix(".mo").read_bytes() == compiled, "run: make messages"


def test_what_a_learner_reads_comes_in_their_language():
    for language, said in (("es", "Entregaste el 3."), ("fr", "Vous avez rendu ce travail le 3.")):
        with speaking(language):
            assert gettext("You handed in on {moment}.").format(moment="3") == said
    with speaking("fr"):
        assert ngettext("one day", "{n} days", 0) == "un jour"
        assert ngettext("one day", "{n} days", 2).format(n=2) == "2 jours"
