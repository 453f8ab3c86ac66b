"""Is a cell green? Pure rules, from what was observed and what its metadata declares.

A cell declares under ``kit`` in its metadata what a reader should expect: ``expect_error`` and
``expect_warning`` (class names, and both are asserted), ``expect_stderr`` and ``expect_failed_command``
(true). Everything else that happens is a problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from nbformat import NotebookNode

from kit.i18n import gettext as _
from kit.notebooks import cell_key, kit_metadata
from kit.running.ledger import CellRecord

ANY_ERROR = "*"

Ending = Literal["timeout", "died", "interrupted", "exit"]


@dataclass
class Observation:
    """What was seen of one cell, before anybody judges it.

    Attributes
    ----------
    answered
        Whether the kernel replied to the cell.
    ended
        Why the run can not go on after it, other than an exception; None where it can.
    notes
        What the recorder inside the kernel noted; None where it could not.
    """

    answered: bool = False
    seconds: float = 0.0
    peak_memory_mb: float | None = None
    error: str | None = None
    error_message: str | None = None
    stderr: str = ""
    hidden_errors: tuple[str, ...] = ()
    ended: Ending | None = None
    detail: str = ""
    notes: dict[str, Any] | None = field(default_factory=dict)


def is_tolerated(
    cell: NotebookNode, error: str, *, strict: bool, allow: frozenset[str] = frozenset()
) -> bool:
    """Say whether execution goes on after an exception of this class in this cell."""
    declared = kit_metadata(cell).get("expect_error")
    if declared:
        return bool(error == declared)
    if not strict and "raises-exception" in cell["metadata"].get("tags", []):
        return True
    # sys.exit ends the notebook for a reader who runs it as a script, so it is only tolerated by name.
    return error in allow or (ANY_ERROR in allow and error != "SystemExit")


def not_executed() -> str:
    """Return the problem of a cell that the run did not reach."""
    return _("it was not executed")


def judge_cell(
    cell: NotebookNode,
    seen: Observation | None,
    *,
    number: int,
    strict: bool = True,
    allow: frozenset[str] = frozenset(),
) -> CellRecord:
    """Return the record of a cell.

    Parameters
    ----------
    cell
        The executed code cell.
    seen
        What was observed; None if the cell was never sent to the kernel.
    number
        Its place among all cells, from 1.
    strict
        Whether undeclared warnings, undeclared stderr and undeclared ``raises-exception`` tags are
        problems, as they are in sources.
    allow
        Names of exceptions that are tolerated anywhere; ``"*"`` stands for all but SystemExit.
    """
    declared = kit_metadata(cell)
    expected = declared.get("expect_error")
    key = cell_key(cell)
    if not cell["source"].strip():
        return CellRecord(key=key, number=number, executed=True)
    if seen is None:
        reason = not_executed()
        if "skip-execution" in cell["metadata"].get("tags", []):
            reason = _("it was not executed: it carries the tag skip-execution")
        return CellRecord(key=key, number=number, expected_error=expected, problems=(reason,))

    notes = seen.notes or {}
    shown = [warning for warning in notes.get("warnings", []) if not _is_exit_advice(seen, warning)]
    commands = notes.get("failed_commands", [])
    stderr = _without(seen.stderr, [warning["text"] for warning in notes.get("warnings", [])])
    if seen.error == "UsageError":  # IPython prints a wrong magic instead of showing a traceback.
        stderr = _without(stderr, [f"UsageError: {seen.error_message}"])
    problems = [
        *_ending_problems(seen),
        *_error_problems(cell, seen, expected, strict=strict, allow=allow),
        *([] if declared.get("expect_failed_command") else _command_problems(commands, seen.error)),
    ]
    if strict:
        problems += _warning_problems(shown, declared.get("expect_warning"))
        if stderr.strip() and not declared.get("expect_stderr"):
            problems.append(_("it wrote to stderr: {text}").format(text=_short(_last(stderr))))
    if seen.answered and seen.notes is None:
        problems.append(_("the kernel did not say what happened in it: the recorder was removed"))
    return CellRecord(
        key=key,
        number=number,
        executed=seen.answered,
        seconds=round(seen.seconds, 4),
        peak_memory_mb=seen.peak_memory_mb,
        error=seen.error,
        error_message=seen.error_message,
        expected_error=expected,
        warnings=tuple(f"{warning['category']}: {warning['message']}" for warning in shown),
        stderr=stderr,
        failed_commands=tuple(
            f"exit {command['code']}: {command['command']}" for command in commands
        ),
        problems=tuple(problems),
    )


def _ending_problems(seen: Observation) -> list[str]:
    detail = f": {seen.detail}" if seen.detail else ""
    if seen.ended == "timeout":
        return [_("the time ran out while it was running") + detail]
    if seen.ended == "died":
        return [_("the kernel died while it was running") + detail]
    if seen.ended == "interrupted":
        return [_("the run was stopped while it was running")]
    if seen.ended == "exit":
        return [_("it told the kernel to end (exit or quit), so nothing after it can run")]
    return []


def _error_problems(
    cell: NotebookNode, seen: Observation, expected: Any, *, strict: bool, allow: frozenset[str]
) -> list[str]:
    problems = []
    if seen.error is not None:
        text = _short(f"{seen.error}: {seen.error_message}" if seen.error_message else seen.error)
        if expected and seen.error != expected:
            problems.append(
                _("it declares {expected}, but raised {text}").format(expected=expected, text=text)
            )
        elif seen.error == "SystemExit":
            problems.append(_("it ended the notebook there: {text}").format(text=text))
        elif not is_tolerated(cell, seen.error, strict=strict, allow=allow):
            problems.append(_("it raised {text}").format(text=text))
    elif expected and seen.ended is None:
        problems.append(_("it declares {expected}, but raised nothing").format(expected=expected))
    if strict and not expected and "raises-exception" in cell["metadata"].get("tags", []):
        problems.append(
            _(
                "it carries the tag raises-exception, but does not declare which: set kit.expect_error"
            )
        )
    problems += [
        _("an exception was shown, but did not stop the cell: {text}").format(text=_short(text))
        for text in seen.hidden_errors
    ]
    return problems


def _warning_problems(shown: list[dict[str, Any]], expected: Any) -> list[str]:
    wanted = [expected] if isinstance(expected, str) else list(expected or [])
    problems = [
        _("it warned {text}").format(text=_short(f"{warning['category']}: {warning['message']}"))
        for warning in shown
        if warning["category"] not in wanted
    ]
    came = {warning["category"] for warning in shown}
    problems += [
        _("it declares the warning {name}, but it did not come").format(name=name)
        for name in wanted
        if name not in came
    ]
    return problems


def _command_problems(commands: list[dict[str, Any]], error: str | None) -> list[str]:
    if error == "CalledProcessError":
        commands = commands[:-1]  # The last one raised it, and is judged as an exception.
    return [
        _("a shell command ended with exit code {code}: {command}").format(
            code=command["code"], command=_short(command["command"])
        )
        for command in commands
    ]


def _is_exit_advice(seen: Observation, warning: dict[str, Any]) -> bool:
    """Say whether a warning is the one that IPython adds to each SystemExit."""
    return seen.error == "SystemExit" and warning["message"].startswith("To exit:")


def _last(text: str) -> str:
    """Return the line of a text that says most: of a traceback, the last one."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if len(lines) == 1 else f"… {lines[-1]}"


def _without(text: str, parts: list[str]) -> str:
    for part in parts:
        text = text.replace(part, "", 1)
    return text if text.strip() else ""


def _short(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
