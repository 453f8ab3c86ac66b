"""What the tests of the lesson functions share."""

import json

import pytest

from kit.learn import hints, predictions, quizzes, sessions


@pytest.fixture(autouse=True)
def fresh_kernel(monkeypatch, tmp_path):
    """Each test begins like a new kernel, outside any learner's folder."""
    for state in (
        predictions._asked,
        predictions._said,
        quizzes._chosen,
        hints._opened,
        sessions._current,
    ):
        state.clear()
    for name in ("KIT_CHECKS", "KIT_DISPLAY", "KIT_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def learner_folder(tmp_path, monkeypatch):
    """A learner's folder, and a function that reads its log."""
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "learner.json").write_text("{}")
    inside = tmp_path / "courses" / "00-start"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)

    def log():
        path = tmp_path / ".kit" / "log.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    return log
