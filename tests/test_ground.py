"""Errors that a person reads, strings in their language, and a door that opens fast."""

import doctest
import importlib
import subprocess
import sys

import pytest

from kit.cli import COMMANDS, GROUPS, main
from kit.errors import KitError, KitErrors
from kit.i18n import current_language, gettext, ngettext


def test_an_error_says_where_what_and_what_to_do_in_this_order():
    assert (
        KitError("it is broken", where="a.ipynb", fix="Mend it.").message()
        == "a.ipynb: it is broken. Mend it."
    )
    assert KitError("it is broken.").message() == "it is broken."


def test_several_errors_are_shown_one_a_line():
    both = KitErrors([KitError("one", where="a"), KitError("two", where="b")])
    assert str(both) == "a: one.\nb: two."


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "es_CL.UTF-8"}, "es"),
        ({"LANG": "es_CL.UTF-8", "KIT_LANG": "fr"}, "fr"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_systems(monkeypatch, variables, language):
    for name in ("KIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert current_language() == language


def test_a_string_without_a_translation_stays_as_it_is(monkeypatch):
    monkeypatch.setenv("KIT_LANG", "zz")
    assert gettext("no such string") == "no such string"
    assert [ngettext("one", "many", n) for n in (1, 2)] == ["one", "many"]


@pytest.mark.xdist_group("a-group")
def test_the_workers_of_a_run_know_groups(request):
    """One JupyterLab and one hub serve all tests of a group: without groups there would be several at once."""
    if hasattr(request.config, "workerinput"):
        assert request.node.nodeid.endswith("@a-group")


@pytest.mark.parametrize("module", ["kit.errors", "kit.i18n", "kit.notebooks.files"])
def test_the_examples_in_the_docstrings_run(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


def test_every_command_is_in_one_group_of_the_help():
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_what_it_does(command, capsys):
    main([command, "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: kit {command}")
    assert len(shown.split("Options:")[0].strip().splitlines()) > 2, (
        "the help says more than the usage"
    )


def test_the_help_imports_no_library_that_takes_its_time():
    script = (
        "import sys; from kit.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    for slow in ("numpy", "nbformat", "papermill", "nbgrader", "jupyter_client", "IPython"):
        assert slow not in loaded.split()


def test_an_unknown_command_is_refused_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["grad"])
    assert stop.value.code == 2
    assert "No such command 'grad'" in capsys.readouterr().err
