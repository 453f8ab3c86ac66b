"""Keep one issue on the newest versions: opened when a night is red, closed when it is green again.

The nightly workflow calls this after it has installed the newest version of every library and executed the
lessons and assignments with them. The issue names the first failing cell and the libraries whose versions
differ from constraints.txt, because those two facts are what a maintainer looks for first.

Needs nothing but the standard library: it also runs when the installation itself has failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import Any, Literal

TITLE = "The newest versions of the libraries break the course"
MARK = "<!-- kept by tools/drift.py -->"


def read_pins(text: str) -> dict[str, str]:
    """Return name and version of each ``name==version`` line, names normalised, local versions cut off.

    Examples
    --------
    >>> read_pins("# a comment\\nPyYAML==6.0.3\\ntorch==2.13.0+cpu\\n")
    {'pyyaml': '6.0.3', 'torch': '2.13.0'}
    """
    pins = {}
    for line in text.splitlines():
        if match := re.match(r"^([A-Za-z0-9._-]+)==([^\s;+]+)", line.strip()):
            pins[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
    return pins


def changed_packages(pinned: dict[str, str], newest: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return (name, pinned version, newest version) of every library that differs; "–" where it is absent."""
    names = sorted(set(pinned) | set(newest))
    rows = [(name, pinned.get(name, "–"), newest.get(name, "–")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def first_failing_cell(ledger: dict[str, Any]) -> str | None:
    """Return the first red cell of a report of `kit run` as one line, or None when everything is green."""
    for notebook in ledger.get("notebooks", []):
        if notebook.get("ok"):
            continue
        for cell in notebook.get("cells", []):
            if cell.get("problems"):
                return f"{notebook['path']}, cell {cell['key']}: {cell['problems'][0]}"
        problems = notebook.get("problems") or ["failed without a failing cell"]
        return f"{notebook['path']}: {problems[0]}"
    return None


def issue_body(failure: str, changed: list[tuple[str, str, str]], run_url: str) -> str:
    """Return the text of the issue."""
    table = "\n".join(f"| {name} | {old} | {new} |" for name, old, new in changed)
    return (
        f"{MARK}\n**First failure:** {failure}\n\n[The run]({run_url})\n\n"
        f"Libraries that differ from `constraints.txt`, with which everything passed:\n\n"
        f"| library | pinned | newest |\n|---|---|---|\n{table or '| none | | |'}\n\n"
        "This issue is updated every night, and closed when the newest versions work again.\n"
    )


def decide_action(
    failure: str | None, open_issue: int | None
) -> Literal["open", "update", "close", "nothing"]:
    """Return what to do with the one issue, from tonight's first failure and the number of the open issue."""
    if failure is not None:
        return "open" if open_issue is None else "update"
    return "nothing" if open_issue is None else "close"


def find_failure(outcomes: dict[str, str], ledger: dict[str, Any]) -> str | None:
    """Return tonight's first failure as one line, or None.

    Parameters
    ----------
    outcomes
        ``success``, ``failure`` or ``skipped`` for each of the steps install, lessons and assignments.
    ledger
        The report of `kit run`, or an empty mapping when there is none.
    """
    if outcomes["install"] != "success":
        return "the newest versions can not be installed together"
    if outcomes["lessons"] != "success":
        return first_failing_cell(ledger) or "the lessons could not be executed"
    if outcomes["assignments"] != "success":
        return "an assignment does not verify (see the run)"
    return None


def _gh(*arguments: str) -> str:
    return subprocess.run(["gh", *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Read what the night has left, and put the issue right with GitHub's command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for step in ("install", "lessons", "assignments"):
        parser.add_argument(f"--{step}", required=True)
    for file in ("ledger", "freeze", "constraints"):
        parser.add_argument(f"--{file}", required=True, type=Path)
    parser.add_argument("--run-url", required=True)
    options = parser.parse_args()

    ledger = json.loads(options.ledger.read_text()) if options.ledger.exists() else {}
    outcomes = {step: getattr(options, step) for step in ("install", "lessons", "assignments")}
    failure = find_failure(outcomes, ledger)
    newest = read_pins(options.freeze.read_text()) if options.freeze.exists() else {}
    body = issue_body(
        failure or "",
        changed_packages(read_pins(options.constraints.read_text()), newest),
        options.run_url,
    )

    found = json.loads(
        _gh("issue", "list", "--state", "open", "--search", TITLE, "--json", "number,title,body")
    )
    number = next((issue["number"] for issue in found if MARK in issue["body"]), None)
    action = decide_action(failure, number)
    print(f"{action}: {failure or 'everything passes with the newest versions'}")
    if action == "open":
        _gh("issue", "create", "--title", TITLE, "--body", body)
    elif action == "update":
        _gh("issue", "edit", str(number), "--body", body)
    elif action == "close":
        _gh(
            "issue",
            "close",
            str(number),
            "--comment",
            f"The newest versions work again: {options.run_url}",
        )


if __name__ == "__main__":
    main()
