"""The list of strings to translate is complete and fresh."""

import importlib.util
from pathlib import Path

import pytest

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
