"""Known answers to an assignment: the reference solution, and wrong answers kept as percent scripts.

An answer is text for the cells in which a learner answers, by grade_id. Known answers are put into the
released version as a learner would, so that they can not drift from the source. Grading them is left to
`kit.grading.grade`, judging the assignment by them to `kit.authoring`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml
from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import cell_kind, known_cells
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _

_CELL = re.compile(r"^# %%\s*(?P<markdown>\[markdown\])?\s*(?P<key>.*?)\s*$")


@dataclass(frozen=True)
class Answers:
    """Text for some or all of the cells in which a learner answers.

    Parameters
    ----------
    title
        One sentence that says what is wrong, or that this is the reference solution.
    cells
        grade_id → text of the answer.
    loses
        grade_id of a graded cell → points that it must lose. Every other cell keeps full marks.
    """

    title: str
    cells: Mapping[str, str] = field(default_factory=dict)
    loses: Mapping[str, float] = field(default_factory=dict)

    def over(self, reference: Answers) -> Answers:
        """Return these answers, with those of the reference solution for all other cells."""
        return replace(self, cells={**reference.cells, **self.cells})


def load_answers(path: str | Path, source: NotebookNode | None = None) -> Answers:
    """Load a percent script of ``wrong/``.

    Parameters
    ----------
    path
        The script: a table ``title``, ``loses`` between two lines ``# ---``, then one ``# %% grade_id``
        for each cell that it answers in another way than the reference solution.
        ``# %% [markdown] grade_id`` begins
        a text, written as comments.
    source
        With the source (or release) notebook given, every unknown grade_id is an error.

    Raises
    ------
    KitErrors
        With everything that is wrong with the script.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise KitError(
            _("there is no such file"), where=path, fix=_("Check the name and the folder")
        ) from None
    except UnicodeDecodeError:
        raise KitError(_("this is not UTF-8 text"), where=path, fix=_("Save it as UTF-8")) from None
    head, first = _read_head(lines, path)
    cells, errors = _read_cells(lines, first, path)
    title, loses = head.get("title"), head.get("loses")
    if not isinstance(title, str) or not title.strip():
        errors.append(
            KitError(
                _("'title' is missing"), where=path, fix=_("Say in one sentence what is wrong")
            )
        )
    points = _points(loses)
    if points is None:
        errors.append(
            KitError(
                _("'loses' is missing or not a table of grade_id and points"),
                where=path,
                fix=_("Write '# loses: {{test-name: 2}}'").format(),
            )
        )
    for name in head.keys() - {"title", "loses"}:
        errors.append(KitError(_("{name!r} is not known here").format(name=name), where=path))
    if errors:
        raise KitErrors(errors)
    answers = Answers(str(title), cells, points or {})
    if source is not None:
        errors = answer_errors(answers, source, where=str(path))
        if errors:
            raise KitErrors(errors)
    return answers


def reference_answers(source: NotebookNode, *, rules: ReleaseRules | None = None) -> Answers:
    """Return the answers that the source itself gives: its solution cells without the delimiters."""
    rules = rules or ReleaseRules()
    delimiters = (rules.solution.begin, rules.solution.end)
    cells = {}
    for key, cell in known_cells(source).items():
        if _is_answered(cell):
            lines = cell.source.split("\n")
            cells[key] = "\n".join(
                line for line in lines if not any(text in line for text in delimiters)
            )
    return Answers(_("The reference solution."), cells)


def fill_answers(release: NotebookNode, answers: Answers) -> NotebookNode:
    """Return the released version with answers filled in, as a learner hands it in.

    Parameters
    ----------
    release
        A released version; it is not changed.
    answers
        Cells that they do not name keep their stub; ``answers.over(reference)`` names all.

    Raises
    ------
    KitErrors
        If an answer belongs to no cell; the message lists the cells that can be answered.
    """
    unknown = answer_errors(replace(answers, loses={}), release, where=answers.title)
    if unknown:
        raise KitErrors(unknown)
    filled = copy.deepcopy(release)
    for key, cell in known_cells(filled).items():
        if key in answers.cells:
            cell.source = answers.cells[key]
    return filled


def answer_errors(answers: Answers, notebook: NotebookNode, *, where: str) -> list[KitError]:
    """Return one error for each grade_id in answers that the notebook does not have."""
    cells = known_cells(notebook)
    answered = [key for key, cell in cells.items() if _is_answered(cell)]
    graded = [key for key, cell in cells.items() if cell_kind(cell) in ("test", "written", "task")]
    errors = []
    for key in answers.cells.keys() - set(answered):
        errors.append(
            KitError(
                _("no cell that is answered has the grade_id {key!r}").format(key=key),
                where=where,
                fix=_("The ids are: {known}").format(known=", ".join(answered) or _("none")),
            )
        )
    for key in answers.loses.keys() - set(graded):
        errors.append(
            KitError(
                _("no graded cell has the grade_id {key!r}, so it can lose no points").format(
                    key=key
                ),
                where=where,
                fix=_("The ids are: {known}").format(known=", ".join(graded) or _("none")),
            )
        )
    return sorted(errors, key=str)


def _points(table: object) -> dict[str, float] | None:
    """Return a table of points, or None when it is not one."""
    if not isinstance(table, dict):
        return None
    points: dict[str, float] = {}
    for key, value in table.items():
        if not isinstance(key, str) or not isinstance(value, int | float) or value < 0:
            return None
        points[key] = float(value)
    return points


def _is_answered(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _read_head(lines: list[str], path: Path) -> tuple[dict[str, object], int]:
    """Return the table between the first two lines ``# ---``, and the number of lines read."""
    form = _(
        "Begin the script with '# ---', '# title: ...', '# loses: {{grade_id: points}}', '# ---'"
    ).format()
    begin = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if begin >= len(lines) or lines[begin].strip() != "# ---":
        raise KitError(_("this script does not begin with its table"), where=path, fix=form)
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].strip() == "# ---"), None)
    if end is None:
        raise KitError(_("the table of this script never ends"), where=path, fix=form)
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[begin + 1 : end])
    try:
        head = yaml.safe_load(text)
    except yaml.YAMLError as err:
        reason = getattr(err, "problem", None) or err
        raise KitError(
            _("the table of this script is not YAML ({reason})").format(reason=reason),
            where=path,
            fix=form,
        ) from None
    if not isinstance(head, dict):
        raise KitError(_("the table of this script has no names"), where=path, fix=form)
    return head, end + 1


def _read_cells(lines: list[str], first: int, path: Path) -> tuple[dict[str, str], list[KitError]]:
    cells: dict[str, str] = {}
    errors: list[KitError] = []
    starts = [(n, match) for n in range(first, len(lines)) if (match := _CELL.match(lines[n]))]
    for index, (start, match) in enumerate(starts):
        stop = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        where = f"{path}, line {start + 1}"
        body = lines[start + 1 : stop]
        key = match["key"]
        if not key:
            errors.append(
                KitError(
                    _("this cell has no grade_id"), where=where, fix=_("Write '# %% grade_id'")
                )
            )
        elif key in cells:
            errors.append(KitError(_("{key!r} is answered twice").format(key=key), where=where))
        if match["markdown"]:
            body = [line.removeprefix("#").removeprefix(" ") for line in body]
        cells[key] = "\n".join(body).strip("\n")
    if not starts:
        errors.append(
            KitError(
                _("this script answers no cell"),
                where=path,
                fix=_("Write '# %% grade_id' and the answer"),
            )
        )
    stop = starts[0][0] if starts else len(lines)
    if any(line.strip() for line in lines[first:stop]):
        errors.append(
            KitError(
                _("there is text before the first cell"),
                where=f"{path}, line {first + 1}",
                fix=_("Begin each cell with '# %% grade_id'"),
            )
        )
    return cells, errors
