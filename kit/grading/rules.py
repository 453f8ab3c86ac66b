"""How a course marks what learners must not see: delimiters, stubs and locks, with nbgrader's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Region:
    """A region of a cell that learners never see, between two delimiters."""

    name: str
    begin: str
    end: str
    enforced: bool = True


@dataclass(frozen=True)
class ReleaseRules:
    """How a course marks what is to be taken out, and what stands in its place; nbgrader's defaults.

    Parameters
    ----------
    solution, hidden, marks
        The delimiters of solutions, hidden tests and marking schemes. A line that contains the text is a
        delimiter.
    code_stub
        Language of the notebook → what replaces a solution in a code cell.
    text_stub
        What replaces a written solution.
    lock_solution, lock_grade, lock_readonly, lock_all
        Which cells JupyterLab will not let learners delete (or edit, for tests and read-only cells).
    check_attachments
        Refuse a marking scheme that has an attached picture, since attachments are not removed.
    autotest
        The word with which nbgrader's generated tests begin.
    """

    solution: Region = Region("solution", "BEGIN SOLUTION", "END SOLUTION")
    hidden: Region = Region("hidden tests", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
    marks: Region = Region("mark scheme", "BEGIN MARK SCHEME", "END MARK SCHEME")
    code_stub: Mapping[str, str] = field(
        default_factory=lambda: {
            "python": "# YOUR CODE HERE\nraise NotImplementedError()",
            "R": "# YOUR CODE HERE\nfail()",
            "matlab": "% YOUR CODE HERE\nerror('No Answer Given!')",
            "octave": "% YOUR CODE HERE\nerror('No Answer Given!')",
            "sas": "/* YOUR CODE HERE */\n %notImplemented;",
            "java": "// YOUR CODE HERE",
        }
    )
    text_stub: str = "YOUR ANSWER HERE"
    lock_solution: bool = True
    lock_grade: bool = True
    lock_readonly: bool = True
    lock_all: bool = False
    check_attachments: bool = True
    autotest: str = "AUTOTEST"

    @property
    def regions(self) -> tuple[Region, Region, Region]:
        """The three kinds of region."""
        return (self.solution, self.hidden, self.marks)
