"""Rules on an assignment's questions: contract, stub, visible test, hidden tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.folder import AssignmentFolder, Question, hides
from kit.authoring.registry import rule
from kit.authoring.subject import Cell, without_magics
from kit.grading.release import ReleaseRules
from kit.i18n import gettext as _

# 3.1416 is a number that people write; 0.78231514 came out of a program.
LONGEST_FLOAT = 6
_SOURCE_NAMED = re.compile(
    r"publish|reference|theor|exact|defin|table|eq\.|doi|closed form|derived|by hand|constant",
    re.IGNORECASE,
)


@rule(
    "question",
    "Each question has a contract, an answer cell, one visible test cell and at least one hidden "
    "test cell; visible and hidden asserts stand in cells of their own.",
    kinds=("assignment",),
)
def question(subject: AssignmentFolder) -> Iterator[Problem]:
    """The visible test is for learning, the hidden ones are for knowing."""
    if not subject.questions:
        yield Problem(
            _("no question of this assignment is marked by tests"),
            _("Add an answer cell and test cells"),
        )
    for each in subject.questions:
        first = (each.answers or each.tests)[0].key
        if not each.answers:
            yield Problem(_("these tests follow no answer cell"), _("Add the answer cell"), first)
            continue
        if not each.contract:
            yield Problem(
                _("no text before this answer says what is asked"),
                _("Write the contract: inputs, output, units, an example, what is not required"),
                first,
            )
        hidden = [cell for cell in each.tests if hides(cell)]
        visible = [cell for cell in each.tests if not hides(cell)]
        if len(visible) != 1:
            what = _("this question has {n} visible test cells, and one is right")
            yield Problem(
                what.format(n=len(visible)), _("Join them, or add one with an example"), first
            )
        if not hidden:
            yield Problem(
                _("this question has no hidden test"),
                _("Add one cell for each idea: an edge case, a property, other data"),
                first,
            )
        for cell in hidden:
            if any(line.strip().startswith("assert ") for line in _visible_lines(cell)):
                yield Problem(
                    _("this test cell mixes visible and hidden asserts"),
                    _("Make two cells of it, each with its own points"),
                    cell.key,
                )


@rule(
    "contract",
    "The text before an answer states the question's points (the sum of its tests) and its minutes; "
    "the minutes of all questions fit into those of assignment.yaml.",
    kinds=("assignment",),
)
def contract(subject: AssignmentFolder) -> Iterator[Problem]:
    """People plan their evening by these numbers."""
    total = 0
    for each in subject.questions:
        if not each.contract or not each.tests:
            continue
        text = re.sub(r"[*_]", "", "\n".join(cell.source for cell in each.contract))
        stated = [float(n) for n in re.findall(r"(\d+(?:\.\d+)?)\s+points?\b", text)]
        minutes = [int(n) for n in re.findall(r"(\d+)\s+min(?:utes?)?\b", text)]
        key = each.contract[-1].key
        if each.points not in stated:
            what = _(
                "the contract does not say '{points:g} points', the sum of the question's tests"
            )
            yield Problem(what.format(points=each.points), _("Correct the number"), key)
        if not minutes:
            yield Problem(
                _("the contract does not say how many minutes the question takes"),
                _("Add 'about 15 minutes'"),
                key,
            )
        total += sum(minutes[:1])
    if subject.assignment is not None and total > subject.assignment.minutes:
        what = _("the questions take {total} minutes, and assignment.yaml says {stated}")
        yield Problem(
            what.format(total=total, stated=subject.assignment.minutes),
            _("Correct one of the numbers"),
            file="assignment.yaml",
        )


def stub_of(cell: Cell) -> ast.Module | None:
    """Return what a learner finds in an answer cell, parsed, with ``pass`` for the solution."""
    rules = ReleaseRules()
    lines, inside = [], False
    for line in without_magics(cell.source).split("\n"):
        if rules.solution.begin in line:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + "pass")
        elif rules.solution.end in line:
            inside = False
            lines.append("")
        else:
            lines.append("" if inside else line)
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return None


@rule(
    "stub",
    "The functions that a learner completes have type hints for every argument and the result, and "
    "a docstring with an example (>>>).",
    kinds=("assignment",),
)
def stub(subject: AssignmentFolder) -> Iterator[Problem]:
    """The stub is the part of the contract that travels with the code."""
    for each in subject.questions:
        for cell in each.answers:
            tree = stub_of(cell)
            if tree is None:
                yield Problem(
                    _("without its solution this cell does not parse"),
                    _("Move the delimiters so that the stub stays"),
                    cell.key,
                )
                continue
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    yield from _stub_problems(node, cell)


def _stub_problems(node: ast.FunctionDef, cell: Cell) -> Iterator[Problem]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bare = [argument.arg for argument in every if argument.annotation is None]
    if bare or node.returns is None:
        names = ", ".join([*bare, *([_("the result")] if node.returns is None else [])])
        what = _("{name} has no type hint for {names}").format(name=node.name, names=names)
        yield Problem(what, _("Add the type hints"), cell.key, node.lineno)
    if ">>>" not in (ast.get_docstring(node) or ""):
        what = _("the docstring of {name} has no example").format(name=node.name)
        yield Problem(what, _("Add one line '>>> ...' and what it gives"), cell.key, node.lineno)


@rule(
    "test-messages",
    "Every assert that learners see says what was expected, what came and where to look.",
    kinds=("assignment",),
)
def test_messages(subject: AssignmentFolder) -> Iterator[Problem]:
    """A visible test is the assignment's first teacher."""
    for cell in subject.of_kind("test"):
        visible = "\n".join(_visible_lines(cell, blank=True))
        try:
            tree = ast.parse(without_magics(visible))
        except SyntaxError:
            continue  # a loop whose body is hidden; the rule 'question' keeps visible asserts apart
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield Problem(
                    _("this assert has no message"),
                    _("Add what was expected, what came, and where to look"),
                    cell.key,
                    node.lineno,
                )


@rule(
    "stored-output",
    f"A hidden test compares with no number of more than {LONGEST_FLOAT} digits, unless a comment "
    "beside it names the publication, the theorem or the definition it comes from.",
    kinds=("assignment",),
)
def stored_output(subject: AssignmentFolder) -> Iterator[Problem]:
    """A stored output of our own code repeats our own mistakes."""
    for cell in subject.of_kind("test"):
        if not hides(cell) or cell.tree is None:
            continue
        lines = cell.source.split("\n")
        for node in ast.walk(cell.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
                continue
            text = ast.get_source_segment(cell.source, node) or repr(node.value)
            digits = re.sub(r"[eE].*", "", text).replace(".", "").replace("_", "").strip("0")
            beside = lines[max(0, node.lineno - 3) : node.lineno]
            named = any(
                "#" in line and _SOURCE_NAMED.search(line.split("#", 1)[1]) for line in beside
            )
            if len(digits) > LONGEST_FLOAT and not named:
                yield Problem(
                    _("{number} looks like a stored output of our own code").format(number=text),
                    _("Test a property, or name its source in a comment on the line above"),
                    cell.key,
                    node.lineno,
                )


def _visible_lines(cell: Cell, *, blank: bool = False) -> list[str]:
    """The lines of a cell that learners see; with ``blank``, an empty line for each hidden one."""
    rules = ReleaseRules()
    lines, inside = [], False
    for line in cell.source.split("\n"):
        delimiter = rules.hidden.begin in line or rules.hidden.end in line
        if delimiter:
            inside = rules.hidden.begin in line
        if not (inside or delimiter):
            lines.append(line)
        elif blank:
            lines.append("")
    return lines


__all__ = ["Question", "stub_of"]
