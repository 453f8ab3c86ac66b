"""What grading found: the mark of each cell, and the result of one submission.

A `Result` is plain data and goes to JSON and back unchanged, so that a run that was stopped can go on, and
feedback, reports and exports read the same file. Making a result is left to `kit.grading.grade`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from kit.errors import KitError
from kit.i18n import gettext as _

#: Raised when a field changes its meaning; results of another version are made again.
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class CellMark:
    """The mark of one graded cell.

    Parameters
    ----------
    key
        nbgrader's grade_id of the cell.
    kind
        ``"test"`` when a test decided, ``"written"`` when a mentor does.
    points
        The points earned, or None while a mentor has to mark the cell.
    max_points
        The points that the cell is worth.
    message
        What to tell the learner, in plain words and without any text of a hidden test; empty when there is
        nothing to say.
    notebook
        The name of the notebook, without ``.ipynb``: in nbgrader a grade_id is unique only within one.
    hidden
        True when a hidden test decided, so that feedback explains without showing it.
    """

    key: str
    kind: Literal["test", "written"]
    points: float | None
    max_points: float
    message: str = ""
    notebook: str = ""
    hidden: bool = False

    @property
    def waits(self) -> bool:
        """Say whether points hang on a mentor; a declaration that is worth none makes nobody wait."""
        return self.points is None and self.max_points > 0


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Parameters
    ----------
    assignment, student
        Whose work for what.
    status
        ``"graded"``, or ``"failed"`` when nothing in the submission could be graded.
    outcome
        One plain sentence.
    marks
        One `CellMark` for each graded cell of the source, in its order.
    score, max_score
        Points earned in tests (after the late penalty), and points of all graded cells. What a mentor still
        has to mark counts as 0 in ``score``.
    submitted_at
        When it was handed in (ISO 8601 with offset), or None when nobody wrote that down.
    late_seconds, penalty
        Seconds after the person's own due date (0 within the grace period), and the points taken off.
    repairs
        What was put right before grading, one sentence each.
    evidence
        How the marks came about: hashes, kernel, seconds, what was stopped.
    key
        Hash of submission, source, environment and policy. The same key means the same result.
    """

    assignment: str
    student: str
    status: Literal["graded", "failed"]
    outcome: str
    marks: tuple[CellMark, ...] = ()
    score: float = 0.0
    max_score: float = 0.0
    submitted_at: str | None = None
    late_seconds: float = 0.0
    penalty: float = 0.0
    repairs: tuple[str, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)
    key: str = ""

    @property
    def needs_mentor(self) -> bool:
        """Say whether a mentor still has to mark a cell that is worth points."""
        return any(mark.waits for mark in self.marks)

    def to_json(self) -> str:
        """Return the result as JSON text.

        Examples
        --------
        >>> result = Result("error-bars", "intern-01", "graded", "Graded.", (CellMark("t", "test", 1.0, 2.0),))
        >>> Result.from_json(result.to_json()) == result
        True
        """
        data = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        # A learner's text may hold half a surrogate pair, which no file can.
        return text.encode("utf-8", "replace").decode("utf-8")

    @classmethod
    def from_json(cls, text: str, *, where: str | Path | None = None) -> Result:
        """Make a result from its JSON text.

        Raises
        ------
        KitError
            If the text is not JSON, or not a result of this schema version.
        """
        again = _("Run kit grade again: it makes the result anew")
        try:
            data = json.loads(text)
        except ValueError:
            raise KitError(
                _("this is not a result: it is not JSON"), where=where, fix=again
            ) from None
        version = data.pop("schema_version", None) if isinstance(data, dict) else None
        if version != SCHEMA_VERSION:
            raise KitError(
                _("this result has schema version {version}, and {wanted} is needed").format(
                    version=version, wanted=SCHEMA_VERSION
                ),
                where=where,
                fix=again,
            )
        try:
            marks = tuple(CellMark(**mark) for mark in data.pop("marks"))
            return cls(**{**data, "marks": marks, "repairs": tuple(data["repairs"])})
        except (TypeError, KeyError, AttributeError) as err:
            raise KitError(
                _("this is not a result: {reason}").format(reason=err), where=where, fix=again
            ) from None


def read_result(path: str | Path) -> Result:
    """Read one result from its file.

    Raises
    ------
    KitError
        If the file is missing or is no result.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KitError(
            _("there is no result here"),
            where=path,
            fix=_("Run kit grade for this assignment first"),
        ) from None
    except UnicodeDecodeError:
        raise KitError(
            _("this is not a result: it is not text"),
            where=path,
            fix=_("Delete it and run kit grade again"),
        ) from None
    return Result.from_json(text, where=path)


def read_results(folder: str | Path) -> tuple[Result, ...]:
    """Read all results of an assignment, sorted by student.

    Parameters
    ----------
    folder
        ``<course>/.kit/results/<assignment>``.
    """
    return tuple(read_result(path) for path in sorted(Path(folder).glob("*.json")))
