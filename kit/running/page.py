"""A page for readers, generated from a report: what ran, when, with which versions, how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.i18n import gettext as _


def ledger_page(report: Mapping[str, Any], *, source: str = "kit run --page") -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    report
        A report, from `make_report` or `read_report`.
    source
        What the page is generated from, for its first line.

    Returns
    -------
    str
        The same text for the same report.
    """
    notebooks = report["notebooks"]
    green = sum(entry["ok"] for entry in notebooks)
    parts = [
        f"<!-- generated from a run report by {source}; do not edit -->",
        f"# {_('What ran')}",
        _("{green} of {all} notebooks ran to the last cell, with nothing undeclared.").format(
            green=green, all=len(notebooks)
        )
        + " "
        + _("The run began at {started} (UTC) on {platform}, with kit {kit}.").format(
            started=_moment(report["started"]), platform=report["platform"], kit=report["kit"]
        ),
        *_agreement(report["agreement"]),
        _table(
            [
                _("Notebook"),
                _("Result"),
                _("Began"),
                _("Seconds"),
                _("Peak MB"),
                _("Cells"),
                _("Seeds"),
            ],
            [_notebook_row(entry) for entry in notebooks],
        ),
        *_problems(notebooks),
        f"## {_('With which versions')}",
        _versions(notebooks),
        f"## {_('The slowest cells')}",
        _table(
            [_("Notebook"), _("Cell"), _("Seconds"), _("Peak MB")],
            [
                [
                    entry["name"],
                    f"`{cell['key']}`",
                    f"{cell['seconds']:.2f}",
                    _whole(cell["peak_memory_mb"]),
                ]
                for entry, cell in _slowest(notebooks)
            ],
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _moment(started: str | None) -> str:
    return (started or "-").replace("T", " ").removesuffix("+00:00")


def _agreement(agreement: Mapping[str, int] | None) -> list[str]:
    if agreement is None:
        return []
    text = _("Compared with published values: {checked} checked, {not_checked} not checked.")
    return [text.format(**agreement)]


def _notebook_row(entry: Mapping[str, Any]) -> list[str]:
    executed = sum(cell["executed"] for cell in entry["cells"])
    return [
        entry["name"],
        _("green") if entry["ok"] else _("**red**"),
        _moment(entry["started"]),
        f"{entry['seconds']:.1f}",
        _whole(entry["peak_memory_mb"]),
        f"{executed} / {len(entry['cells'])}",
        ", ".join(entry["seeds"]) or "-",
    ]


def _problems(notebooks: Sequence[Mapping[str, Any]]) -> list[str]:
    red = [entry for entry in notebooks if not entry["ok"]]
    if not red:
        return []
    lines = [
        f"- {_cell(entry['name'])}: {_cell(text)}" for entry in red for text in entry["problems"]
    ]
    return [f"## {_('What went wrong')}", "\n".join(lines)]


def _versions(notebooks: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of versions, one row for each version in use of each library."""
    users: dict[tuple[str, str], list[str]] = {}
    for entry in notebooks:
        found = {"Python": entry["python"], **entry["versions"]}
        for library, version in found.items():
            if version:
                users.setdefault((library, version), []).append(entry["name"])
    rows = [
        [library, version, str(len(names))]
        for (library, version), names in sorted(users.items(), key=lambda item: item[0][0].lower())
    ]
    return _table([_("Library"), _("Version"), _("Notebooks")], rows)


def _slowest(
    notebooks: Sequence[Mapping[str, Any]], most: int = 10
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    cells = [(entry, cell) for entry in notebooks for cell in entry["cells"] if cell["executed"]]
    return sorted(cells, key=lambda pair: -pair[1]["seconds"])[:most]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
