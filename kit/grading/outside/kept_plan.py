"""A plan in a file, so that the reference solution need not be run again by the next command or worker."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from kit.grading.outside.plan import Plan, Step
from kit.notebooks.files import write_atomically

_SETS = ("wanted", "imported")


def read_plan(path: Path, key: str) -> Plan | None:
    """Return the plan in a file, or None where there is none, or one that was made from something else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _read(data["plan"]) if data["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_plan(path: Path, key: str, plan: Plan) -> None:
    """Write a plan; a folder that can not be written to costs time and nothing else."""
    data = {
        "key": key,
        "plan": {
            "steps": [_plain(step) for step in plan.steps],
            "names": sorted(plan.names),
            "surface": {name: sorted(asked) for name, asked in plan.surface.items()},
            "inside": dict(plan.inside),
        },
    }
    try:
        write_atomically(json.dumps(data, ensure_ascii=False, indent=1) + "\n", path)
    except OSError:
        return


def _plain(step: Step) -> dict[str, Any]:
    data = {one.name: getattr(step, one.name) for one in fields(Step)}
    return data | {name: sorted(data[name]) for name in _SETS} | {"hand": list(step.hand)}


def _read(data: dict[str, Any]) -> Plan:
    steps = tuple(
        Step(**one | {name: frozenset(one[name]) for name in _SETS} | {"hand": tuple(one["hand"])})
        for one in data["steps"]
    )
    surface = {name: frozenset(asked) for name, asked in data["surface"].items()}
    return Plan(steps, frozenset(data["names"]), surface, dict(data["inside"]))
