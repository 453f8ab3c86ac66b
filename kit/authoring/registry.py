"""The rules, and how one is added: a function with a name and a sentence.

A rule looks at one subject and yields a `Problem` for each violation. It changes nothing, and it never
raises for what an author wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from kit.authoring.finding import Finding, Problem

Kind = Literal["lesson", "assignment"]
BOTH: tuple[Kind, ...] = ("lesson", "assignment")
Check = Callable[[Any], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, what it holds for, what it asks, and the function that checks it."""

    name: str
    kinds: tuple[Kind, ...]
    asks: str
    check: Check
    executes: bool = False


RULES: dict[str, Rule] = {}


def rule(
    name: str, asks: str, *, kinds: tuple[Kind, ...] = ("lesson",), executes: bool = False
) -> Callable[[Check], Check]:
    """Register the decorated function as a rule.

    Parameters
    ----------
    name
        The name that a finding shows, in kebab-case.
    asks
        What the rule asks of an author, as one sentence for the author's guide.
    kinds
        The kinds of subject it looks at.
    executes
        Whether it runs code; ``kit verify --static`` leaves such rules out.
    """

    def register(check: Check) -> Check:
        if name in RULES:
            raise ValueError(f"two rules are called {name!r}")
        RULES[name] = Rule(name, kinds, asks, check, executes)
        return check

    return register


def rules_for(kind: Kind, *, executes: bool | None = None) -> list[Rule]:
    """Return the rules for a kind of subject, all of them or only those that do or do not execute."""
    import kit.authoring.rules  # noqa: F401  (registers every rule)

    return [
        each
        for each in RULES.values()
        if kind in each.kinds and (executes is None or each.executes is executes)
    ]


def apply_rule(each: Rule, subject: Any) -> Iterator[Finding]:
    """Yield what one rule finds in one subject, with the place filled in."""
    numbers = {cell.key: cell.number for cell in subject.cells}
    for problem in each.check(subject):
        path = subject.path if problem.file is None else subject.path.parent / problem.file
        yield Finding(
            str(path),
            each.name,
            problem.what,
            problem.fix,
            problem.cell,
            numbers.get(problem.cell or ""),
            problem.line,
        )
