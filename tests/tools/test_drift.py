"""The nightly run says what broke first, and keeps exactly one issue."""

import importlib.util
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("drift", REPO / "tools" / "drift.py")
drift = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drift)

GREEN = {"install": "success", "lessons": "success", "assignments": "success"}


def test_pins_are_compared_by_normalised_name_and_without_the_build():
    pinned = drift.read_pins("Typing_Extensions==4.1\ntorch==2.13.0\nold==1\n")
    newest = drift.read_pins(
        "typing-extensions==4.2\ntorch==2.13.0+cpu\nnew==1 ; python_version > '3'\n"
    )
    assert drift.changed_packages(pinned, newest) == [
        ("new", "–", "1"),
        ("old", "1", "–"),
        ("typing-extensions", "4.1", "4.2"),
    ]


def test_the_first_failing_cell_is_named_with_its_notebook():
    ledger = {
        "notebooks": [
            {"path": "a.ipynb", "ok": True, "cells": [{"key": "x", "problems": []}]},
            {
                "path": "b.ipynb",
                "ok": False,
                "cells": [{"key": "y", "problems": []}, {"key": "z", "problems": ["bad"]}],
            },
        ]
    }
    assert drift.first_failing_cell(ledger) == "b.ipynb, cell z: bad"


def test_a_notebook_that_fails_without_a_failing_cell_is_still_named():
    ledger = {
        "notebooks": [
            {"path": "b.ipynb", "ok": False, "cells": [], "problems": ["the kernel died"]}
        ]
    }
    assert drift.first_failing_cell(ledger) == "b.ipynb: the kernel died"


@pytest.mark.parametrize(
    ("failure", "issue", "action"),
    [(None, None, "nothing"), (None, 7, "close"), ("x", None, "open"), ("x", 7, "update")],
)
def test_there_is_one_issue_while_the_night_is_red_and_none_when_it_is_green(
    failure, issue, action
):
    assert drift.decide_action(failure, issue) == action


@pytest.mark.parametrize("step", ["install", "lessons", "assignments"])
def test_any_step_that_fails_is_a_failure(step):
    assert drift.find_failure(GREEN, {}) is None
    assert drift.find_failure(GREEN | {step: "failure"}, {}) is not None


def test_the_issue_names_the_failure_and_the_libraries_that_changed():
    body = drift.issue_body(
        "b.ipynb, cell z: bad", [("numpy", "2.4", "3.0")], "https://example.org/run"
    )
    assert drift.MARK in body
    assert "b.ipynb, cell z: bad" in body
    assert "| numpy | 2.4 | 3.0 |" in body
