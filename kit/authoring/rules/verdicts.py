"""Rules on how far marks can be trusted: tests that can be asked from outside, and that believe little."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.folder import AssignmentFolder
from kit.authoring.registry import rule
from kit.grading.cells import cell_kind, max_points
from kit.grading.outside.plan import parse
from kit.i18n import gettext as _
from kit.notebooks import cell_key

_WAYS = "docs/verdict.md"
# What they return is decided by the class of the object, and whoever writes the class decides it.
_CLAIMS = frozenset({"isinstance", "issubclass", "hasattr", "callable"})
_SCORES = frozenset({"score", "evaluate"})


@rule(
    "same-outside",
    "Each known answer earns the same, cell by cell, whether its tests run in its process or in another one.",
    kinds=("assignment",),
    executes=True,
)
def same_outside(subject: AssignmentFolder) -> Iterator[Problem]:
    """Marks must not hang on where the tests run."""
    for trial in subject.trials or ():
        if trial.outside is None:
            continue
        there = {mark.key: mark.points for mark in trial.outside.marks}
        for mark in trial.marks:
            if mark.kind == "test" and there.get(mark.key) != mark.points:
                what = _("{who} earns {inside:g} points inside and {outside:g} outside")
                yield Problem(
                    what.format(
                        who=trial.name or trial.kind,
                        inside=mark.points or 0,
                        outside=there.get(mark.key) or 0,
                    ),
                    _("Write the test as {page} shows").format(page=_WAYS),
                    mark.key,
                )


@rule(
    "asked-outside",
    "Every test can be asked from another process, so that no answer can forge its marks.",
    kinds=("assignment",),
    executes=True,
)
def asked_outside(subject: AssignmentFolder) -> Iterator[Problem]:
    """A test that needs the answer's own process runs there, and its marks are labelled."""
    for trial in subject.trials or ():
        if trial.kind != "reference" or trial.outside is None:
            continue
        # What the solution does not pass anywhere is another rule's.
        full = {mark.key for mark in trial.marks if mark.points == mark.max_points}
        for key, why in trial.outside.inside.items():
            if key not in full:
                continue
            what = _("this test runs in the process of the answers, where it can be forged: {why}")
            fix = _("Write the test as {page} shows").format(page=_WAYS)
            yield Problem(what.format(why=why), fix, key)
        if trial.outside.why:
            what = _("no test can run in another process: {why}").format(why=trial.outside.why)
            yield Problem(what, _("Use the kernel python3"))


@rule(
    "believes-little",
    "No verdict rests on what an object of the answer says of itself: a class, a score, a truth, an equality.",
    kinds=("assignment",),
    executes=True,
)
def believes_little(subject: AssignmentFolder) -> Iterator[Problem]:
    """A class can call itself anything, and a score is computed by whoever is scored."""
    for cell in subject.notebook.cells:
        if cell_kind(cell) == "test" and max_points(cell) > 0:
            for what, fix in find_claims(cell.source):
                yield Problem(what, fix, cell_key(cell))
    for trial in subject.trials or ():
        if trial.kind != "reference" or trial.outside is None:
            continue
        for key, beliefs in trial.outside.believed.items():
            yield Problem(_explain(beliefs), _("Compare with a value of the test"), key)


def _explain(beliefs: tuple[str, ...]) -> str:
    if "comparison" in beliefs:
        return _("this test lets an object of the answer compare itself")
    if "truth" in beliefs:
        return _("this test asks an object of the answer whether it is true")
    return _("this test goes on drawing by chance from where the answer left the generator")


def find_claims(source: str) -> list[tuple[str, str]]:
    """Return what a test believes too much, and what to write instead.

    Examples
    --------
    >>> [what for what, _fix in find_claims("assert isinstance(f(1), float)")]
    ['this test looks at nothing but the class of what it gets']
    >>> find_claims("assert isinstance(f(1), float)\\nassert f(1) == 2")
    []
    """
    tree = parse(source)
    found = []
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    others = any(_can_fail(node) for node in ast.walk(tree))
    if asserts and not others and all(_is_claim(node.test) for node in asserts):
        found.append(
            (
                _("this test looks at nothing but the class of what it gets"),
                _("Use it, and compare what comes out with a value of the test"),
            )
        )
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _SCORES
            and len(node.args) >= 2
        ):
            what = _("this test believes the score that the answer's own object computes")
            fix = _("Let it predict, and compare the predictions in the test")
            found.append((what, fix))
            break
    return found


def _is_claim(node: ast.expr) -> bool:
    """Say whether a condition is made of nothing but claims."""
    if isinstance(node, ast.BoolOp):
        return all(_is_claim(value) for value in node.values)
    if isinstance(node, ast.UnaryOp):
        return _is_claim(node.operand)
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CLAIMS
    )


def _can_fail(node: ast.AST) -> bool:
    """Say whether a node is another way to fail: a raise, or a function named as one that asserts."""
    if isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name.startswith(("assert", "check"))
