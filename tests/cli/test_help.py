"""Help is shown in the reader's language, and every string of it can be translated."""

import io

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from kit import i18n
from kit.cli import COMMANDS, main
from kit.cli.help import help_strings, translate_command

ANSWERS = {
    "Run the visible tests of an assignment and read what they say.": "Lancer les tests visibles.",
    "Learn": "Apprendre",
    "Execute notebooks and keep a record of every cell.": "Exécuter des notebooks.",
    "Write the ledger as a page (Markdown).": "Écrire le journal.",
}


@pytest.fixture
def french(tmp_path, monkeypatch):
    """A French catalogue with a few strings, in force for one test."""
    catalog = Catalog(locale="fr")
    for asked, answer in ANSWERS.items():
        catalog.add(asked, answer)
    stream = io.BytesIO()
    write_mo(stream, catalog)
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / f"{i18n.DOMAIN}.mo").write_bytes(stream.getvalue())
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    monkeypatch.setenv("KIT_LANG", "fr")
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


def shown(capsys, *arguments):
    main([*arguments])
    return capsys.readouterr().out


def test_the_list_of_commands_is_in_the_readers_language(french, capsys):
    out = shown(capsys, "--help")
    assert "Apprendre:" in out
    assert "Lancer les tests visibles." in out


def test_a_commands_own_help_and_its_options_are_in_the_readers_language(french, capsys):
    out = shown(capsys, "run", "--help")
    assert "Exécuter des notebooks." in out
    assert "Écrire le journal." in out
    # What has no translation stays as it is.
    assert "kit run courses assignments --report run.json" in out


def test_translating_changes_no_command():
    option = click.Option(["--far"], help="How far.")
    command = click.Group("sail", help="Set sail.", params=[option])
    command.add_command(click.Command("on", help="Go on."))
    before = list(help_strings(command))
    translated = translate_command(command)
    assert translated is not command
    assert list(help_strings(command)) == before == ["Set sail.", "How far.", "Go on."]


def test_a_paragraph_is_one_string_and_an_example_keeps_its_lines():
    command = click.Command("sail", help="Set\n    sail.\n\n    \b\n    Example:\n      kit sail")
    assert list(help_strings(command)) == ["Set sail.", "Example:\n  kit sail"]


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_catalogue_the_help_is_the_authors_own(command, capsys, monkeypatch):
    monkeypatch.setenv("KIT_LANG", "xx")
    foreign = shown(capsys, command, "--help")
    monkeypatch.setenv("KIT_LANG", "en")
    assert foreign == shown(capsys, command, "--help")
