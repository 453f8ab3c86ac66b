"""The command `kit` from inside a notebook."""

import importlib
import sys
import tempfile
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.learn import terminal

# The module is hidden behind its function of the same name.
module = importlib.import_module("kit.learn.terminal")


def test_what_a_command_says_is_shown_and_returned(learner_folder, capsys):
    said = terminal("kit --version")
    assert said.startswith("kit, version ")
    assert capsys.readouterr().out == said


def test_the_text_is_not_shown_a_second_time_as_the_value_of_the_cell(capsys):
    module.Printed("said already")._ipython_display_()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["ls", "", "pip install x", "python -m kit"])
def test_only_commands_of_the_kit_are_run(command):
    with pytest.raises(KitError, match="is not a command of the kit"):
        terminal(command)


def test_an_error_is_shown_to_a_learner(learner_folder, capsys):
    terminal("kit update nowhere")
    assert "this is no folder of a learner" in capsys.readouterr().out


def test_an_error_is_raised_in_strict_mode(learner_folder, capsys, monkeypatch):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    with pytest.raises(KitError, match="ended with code 1"):
        terminal("kit update nowhere")


def test_outside_a_learner_folder_a_temporary_one_is_used_and_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(module, "_borrowed", [])
    (tmp_path / "tmp").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    said = terminal("kit submit practice")
    assert "SHA-256" in said and str(tmp_path / "tmp") in said
    assert "A temporary one is used instead" in capsys.readouterr().out
    (folder,) = (tmp_path / "tmp").iterdir()
    module._give_back(folder)
    assert list(Path(tmp_path / "work").iterdir()) == [] and not folder.exists()


def test_tests_that_do_not_pass_yet_are_an_answer_and_no_error(learner_folder, capsys, monkeypatch):
    monkeypatch.setenv("KIT_CHECKS", "strict")
    source = "import sys; print('0 of 2 checks pass.'); sys.exit(1)"
    real = module.subprocess.run

    def run(_command, **options):
        return real([sys.executable, "-c", source], **options)

    monkeypatch.setattr(module.subprocess, "run", run)
    assert terminal("kit check practice") == "0 of 2 checks pass.\n"
