"""The verdict: what each graded cell of an executed notebook earned, and what to tell the learner.

Pure. A mark is what nbgrader gives to the same outputs, apart from two of its faults: a warning or any other
text on stderr is not a failure, and a test that never ran earns nothing. Executing, and what a late
submission loses, are left to others.
"""

from __future__ import annotations

import builtins
import re

from nbformat import NotebookNode

from kit.grading.cells import cell_kind, compute_checksum, known_cells, max_points
from kit.grading.execution import DIED, NOT_RUN, OUT_OF_MEMORY, STOPPED, TIMED_OUT
from kit.grading.release import hidden_text
from kit.grading.results import CellMark
from kit.grading.rules import ReleaseRules
from kit.grading.terminal import clean_text
from kit.i18n import gettext as _

# How a run of unittest ends that must earn nothing: `unittest.main(exit=False)` prints it, and raises nothing.
_FAILED_UNITTEST = re.compile(r"^(FAILED \(.+\)|NO TESTS RAN.*|Ran 0 tests in .+)$", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
MAX_MESSAGE = 600


def mark_cells(
    source: NotebookNode,
    release: NotebookNode,
    executed: NotebookNode | None,
    *,
    name: str = "",
    rules: ReleaseRules | None = None,
) -> tuple[CellMark, ...]:
    """Return the mark of every graded cell of an assignment.

    Parameters
    ----------
    source
        The source notebook. It says which cells there are, and which tests are hidden.
    release
        The released version, to see which written answers were never touched.
    executed
        The submission, repaired and executed. None when there was nothing to execute: every cell earns 0.
    name
        The name of the notebook, for its marks.
    rules
        The course's delimiters.
    """
    rules = rules or ReleaseRules()
    given = known_cells(release)
    found = {} if executed is None else known_cells(executed)
    marks = []
    for key, cell in known_cells(source).items():
        if cell_kind(cell) not in ("test", "written", "task"):
            continue
        points: float | None
        if cell_kind(cell) == "test":
            points, message = judge_test(cell, found.get(key), rules)
            hidden = bool(hidden_text(cell, rules))
            marks.append(CellMark(key, "test", points, max_points(cell), message, name, hidden))
        else:
            points, message = _judge_written(given.get(key), found.get(key), executed is None)
            marks.append(CellMark(key, "written", points, max_points(cell), message, name))
    return tuple(marks)


def earned(marks: tuple[CellMark, ...]) -> float:
    """Return the sum of the points that are known."""
    return sum(mark.points for mark in marks if mark.points is not None)


def _judge_written(
    given: NotebookNode | None, answer: NotebookNode | None, nothing: bool
) -> tuple[float | None, str]:
    if nothing:
        return 0.0, _("This notebook was not handed in.")
    if answer is None or given is None:
        return None, _("The cell for this answer was missing; a mentor looks for it.")
    if cell_kind(answer) == "written" and compute_checksum(answer) == compute_checksum(given):
        return 0.0, _("There is no answer here yet.")
    return None, _("A mentor marks this answer.")


def judge_test(
    source: NotebookNode, cell: NotebookNode | None, rules: ReleaseRules | None = None
) -> tuple[float, str]:
    """Return what one executed test earned, and what to tell the learner.

    Parameters
    ----------
    source
        The test in the source, or the cell itself for whoever has no more than the released version.
    cell
        The executed cell; None when it was not handed in.
    rules
        The course's delimiters.
    """
    rules = rules or ReleaseRules()
    most = max_points(source)
    if cell is None:
        return 0.0, _("This notebook was not handed in.")
    if fails_unittest(_printed_as_error(cell)):
        return 0.0, _("A run of unittest in this test failed, or had no tests to run.")
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return 0.0, _explain(output, source, cell, rules)
        if output.output_type == "execute_result":
            points = _partial_credit(output, most)
            if points < most:
                text = _("This test gave {points:g} of {most:g} points.")
                return points, text.format(points=points, most=most)
            return most, ""
    if cell.source.strip() and cell.get("execution_count") is None:
        return 0.0, _("This test was not run.")
    return most, ""


def fails_unittest(text: str) -> bool:
    """Say whether a text on stderr is that of a run of unittest that failed, or had no tests to run."""
    return _FAILED_UNITTEST.search(text) is not None


def _printed_as_error(cell: NotebookNode) -> str:
    return "".join(
        "".join(output.get("text", ""))
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.get("name") == "stderr"
    )


def _partial_credit(output: NotebookNode, most: float) -> float:
    """Return what nbgrader makes of the value that a test ends with: a number is the points earned."""
    text = output.get("data", {}).get("text/plain", "")
    try:
        points = float("".join(text))
    except ValueError:
        return most
    # nbgrader gives all points for a negative number, and grades nothing at all for one over the maximum.
    return most if points < 0 or points != points else min(points, most)


def _explain(
    output: NotebookNode, source: NotebookNode, cell: NotebookNode, rules: ReleaseRules
) -> str:
    """Say in plain words why a test failed, without any text of a hidden test."""
    if str(output.get("ename", "")) in {*STOPPED, "NotImplementedError"}:
        return explain_error(output)
    secret = hidden_text(source, rules)
    if secret and not _failed_in_the_open(output, cell, secret):
        return _explain_hidden(str(output.get("ename", "")))
    return explain_error(output)


def explain_error(output: NotebookNode) -> str:
    """Say in plain words what an error of a visible test, or of a cell that was stopped, means."""
    stopped = {
        DIED: _(
            "Your code ended the Python process while this test ran, so the test could not finish."
        ),
        TIMED_OUT: _(
            "Your code did not end in time while this test ran. Look for a loop without end."
        ),
        OUT_OF_MEMORY: _("Your code used more memory than this assignment allows."),
        NOT_RUN: _("This test was not run, because the notebook had been stopped before it."),
    }
    name = str(output.get("ename", ""))
    if name in stopped:
        return stopped[name]
    if name == "NotImplementedError":
        return _("There is no answer here yet.")
    text = _shorten(clean_text(str(output.get("evalue", ""))).strip())
    if name == "AssertionError":
        return text or _("The result is not what this test expects.")
    if name == "NameError":
        return _(
            "{text}. Run your notebook from the top: is the name defined, and spelt the same?"
        ).format(text=text.rstrip("."))
    # What the message of an assert makes of a function that has no return.
    if name == "TypeError" and "NoneType.__format__" in text:
        return _("A number was expected, and your code gave nothing (None). Does it return it?")
    if name in ("SystemExit", "KeyboardInterrupt"):
        return _("Your code stopped the notebook ({name}) while this test ran.").format(name=name)
    return _("Your code raised {name}: {text}").format(name=name, text=text).rstrip(": ")


def _explain_hidden(name: str) -> str:
    """Say that a hidden test failed. A name that Python itself knows gives nothing of the test away."""
    kind = getattr(builtins, name, None)
    if name != "AssertionError" and isinstance(kind, type) and issubclass(kind, BaseException):
        return _(
            "A hidden test failed: with values that you can not see, your code raised {name}."
        ).format(name=name)
    return _("A hidden test failed. It tries your answer with values that you can not see.")


def _failed_in_the_open(output: NotebookNode, cell: NotebookNode, secret: tuple[str, ...]) -> bool:
    """Say whether an error came from the visible part of a test that also has a hidden part.

    The traceback says in which line of the cell; what can not be told counts as hidden.
    """
    lines = cell.source.split("\n")
    number = _failing_line("\n".join(output.get("traceback", [])))
    if number is None or not 1 <= number <= len(lines):
        return False
    hidden_lines = {line.strip() for line in secret}
    first = next((n for n, line in enumerate(lines, 1) if line.strip() in hidden_lines), 0)
    return number < first and lines[number - 1].strip() not in hidden_lines


def _failing_line(traceback: str) -> int | None:
    """Return the line of the test cell in which the error came up, from IPython's traceback.

    The first frame is the cell itself; IPython marks its line with an arrow, and older versions say
    ``line N`` in the heading.
    """
    text = _COLOURS.sub("", traceback)
    arrow = re.search(r"^-+>\s*(\d+)\b", text, re.MULTILINE)
    return int(arrow[1]) if arrow else None


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
