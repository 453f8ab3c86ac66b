"""An assignment as its author keeps it: notebook, contract, rubric and known wrong answers.

Loads the folder and reports every problem of it at once. Whether the assignment is a good one (its reference
solution scores all points, its wrong answers lose theirs) is left to `kit.authoring`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import known_cells, max_points, metadata_errors
from kit.i18n import gettext as _
from kit.notebooks import read_notebook

AI_POLICIES = ("open", "declared", "none")
SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds from the first cell to the last, and memory in megabytes."""

    wall_seconds: float = 120.0
    memory_mb: int = 2048


@dataclass(frozen=True)
class LatePolicy:
    """What handing in late costs, as a share of the earned points.

    Parameters
    ----------
    grace_minutes
        Nothing is taken off until so many minutes after the due date.
    per_day
        Share taken off for each day that has begun since the due date.
    at_most
        No more than this share is ever taken off.
    """

    grace_minutes: float = 0.0
    per_day: float = 0.0
    at_most: float = 1.0

    def penalty(self, earned: float, late_seconds: float) -> float:
        """Return the points taken off.

        Parameters
        ----------
        earned
            The points before the penalty.
        late_seconds
            Seconds after the due date; 0 or less is in time.

        Examples
        --------
        >>> policy = LatePolicy(grace_minutes=15, per_day=0.1, at_most=0.5)
        >>> policy.penalty(20, 14 * 60), policy.penalty(20, 16 * 60), policy.penalty(20, 30 * 86400)
        (0.0, 2.0, 10.0)
        """
        if late_seconds <= self.grace_minutes * 60:
            return 0.0
        days = math.ceil(late_seconds / SECONDS_A_DAY)
        # Rounded because 0.1 * 3 days * 20 points is 6.000000000000001 in binary.
        return round(earned * min(self.at_most, self.per_day * days), 6)


@dataclass(frozen=True)
class Assignment:
    """One assignment, loaded and checked. ``source`` is the notebook with solution and hidden tests."""

    slug: str
    folder: Path
    source: NotebookNode
    title: str
    course: str
    lesson: str
    minutes: int
    points: float
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    limits: Limits
    late: LatePolicy
    ai: Literal["open", "declared", "none"]
    licence: str
    authors: tuple[str, ...]

    @property
    def notebook_path(self) -> Path:
        """The source notebook."""
        return self.folder / f"{self.slug}.ipynb"

    @property
    def yaml_path(self) -> Path:
        """The contract."""
        return self.folder / "assignment.yaml"

    @property
    def rubric_path(self) -> Path:
        """The rubric for the mentor; it need not exist."""
        return self.folder / "rubric.md"

    @property
    def wrong_paths(self) -> tuple[Path, ...]:
        """The known wrong answers, sorted by name."""
        return tuple(sorted((self.folder / "wrong").glob("*.py")))


def load_assignment(folder: str | Path) -> Assignment:
    """Load ``assignments/<slug>/`` and check it.

    Parameters
    ----------
    folder
        The folder, named like the assignment.

    Raises
    ------
    KitErrors
        With every problem of ``assignment.yaml`` and of nbgrader's metadata in the notebook.
    KitError
        If the folder, the contract or the notebook can not be read at all.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise KitError(
            _("there is no such folder"), where=folder, fix=_("Name a folder below assignments/")
        )
    slug = folder.resolve().name
    contract = read_contract(folder / "assignment.yaml")
    source = read_notebook(folder / f"{slug}.ipynb")
    checker = _Checker(contract, str(folder / "assignment.yaml"))
    assignment = Assignment(
        slug=slug,
        folder=folder,
        source=source,
        title=checker.text("title"),
        course=checker.text("course"),
        lesson=checker.text("lesson"),
        minutes=int(checker.number("minutes")),
        points=checker.number("points"),
        objectives=checker.texts("objectives"),
        prerequisites=checker.texts("prerequisites", empty=True),
        limits=checker.limits(),
        late=checker.late(),
        ai=checker.choice("ai", AI_POLICIES),
        licence=checker.text("licence"),
        authors=checker.texts("authors"),
    )
    name = contract.get("id")
    if name != slug:
        checker.complain(
            _("'id' is {name!r}, and the folder is called {slug!r}").format(name=name, slug=slug),
            _("Make them the same"),
        )
    checker.unknown(
        {
            "id",
            "title",
            "course",
            "lesson",
            "minutes",
            "points",
            "objectives",
            "prerequisites",
            "limits",
        }
        | {"late", "ai", "licence", "authors"}
    )
    faults = metadata_errors(source, where=str(assignment.notebook_path))
    if not faults:
        total = sum(max_points(cell) for cell in known_cells(source).values())
        if not math.isclose(total, assignment.points):
            checker.complain(
                _(
                    "'points' is {points:g}, and the cells of the notebook add up to {total:g}"
                ).format(points=assignment.points, total=total),
                _("Correct the one that is wrong"),
            )
        declares = "ai-declaration" in known_cells(source)
        if assignment.ai == "declared" and not declares:
            checker.complain(
                _("'ai' is 'declared', and the notebook has no cell 'ai-declaration'"),
                _("Add a manually graded answer with that grade_id, worth 0 points"),
            )
    if checker.errors or faults:
        raise KitErrors(checker.errors + faults)
    return assignment


def read_contract(path: str | Path) -> dict[str, Any]:
    """Read ``assignment.yaml`` as it stands.

    Raises
    ------
    KitError
        If it is missing, is not YAML, or is not a table of names and values.
    """
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KitError(
            _("there is no such file"),
            where=path,
            fix=_("Make an assignment with: kit new assignment NAME"),
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        mark = getattr(err, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise KitError(
            _("this is not YAML ({reason})").format(reason=getattr(err, "problem", None) or err),
            where=where,
        ) from None
    if not isinstance(data, dict):
        raise KitError(
            _("this is not a table of names and values"), where=path, fix=_("Write 'title: ...'")
        )
    return data


def parse_limits(value: Any, *, where: str) -> Limits:
    """Make `Limits` from the table ``limits`` of ``assignment.yaml``; None gives the defaults.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.
    """
    checker = _Checker({"limits": {} if value is None else value}, where)
    limits = checker.limits()
    checker.finish()
    return limits


def parse_late(value: Any, *, where: str) -> LatePolicy:
    """Make a `LatePolicy` from a table ``late``; None gives one that takes nothing off.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.
    """
    checker = _Checker({"late": {} if value is None else value}, where)
    late = checker.late()
    checker.finish()
    return late


class _Checker:
    """Takes values out of a contract and collects what is wrong with them."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.data = data
        self.where = where
        self.errors: list[KitError] = []

    def complain(self, what: str, fix: str) -> None:
        self.errors.append(KitError(what, where=self.where, fix=fix))

    def finish(self) -> None:
        if self.errors:
            raise KitErrors(self.errors)

    def unknown(
        self, known: set[str], data: Mapping[str, Any] | None = None, inside: str = ""
    ) -> None:
        for name in (self.data if data is None else data).keys() - known:
            self.complain(
                _("{name!r} is not known here").format(name=f"{inside}{name}"),
                _("The names are: {names}").format(names=", ".join(sorted(known))),
            )

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip():
            self.complain(
                _("'{name}' is missing or not a text").format(name=name),
                _("Write one line of text"),
            )
            return ""
        return value

    def texts(self, name: str, *, empty: bool = False) -> tuple[str, ...]:
        value = self.data.get(name, [] if empty else None)
        good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not good or not (value or empty):
            self.complain(
                _("'{name}' is missing or not a list of texts").format(name=name),
                _("Write one '- ...' a line"),
            )
            return ()
        assert isinstance(value, list)
        return tuple(value)

    def number(self, name: str, *, least: float = 0.0) -> float:
        return self._number(self.data.get(name), name, least=least)

    def _number(
        self, value: Any, name: str, *, least: float = 0.0, most: float = math.inf
    ) -> float:
        number = (
            value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        )
        if not least <= number <= most or math.isinf(number):
            span = f"{least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"
            self.complain(
                _("'{name}' is {value!r}, not a number").format(name=name, value=value),
                _("Write a number, {span}").format(span=span),
            )
            return least
        return float(number)

    def choice(self, name: str, choices: tuple[str, ...]) -> Any:
        value = self.data.get(name)
        if value not in choices:
            self.complain(
                _("'{name}' is {value!r}").format(name=name, value=value),
                _("Choose one of: {choices}").format(choices=", ".join(choices)),
            )
            return choices[0]
        return value

    def _table(self, name: str) -> Mapping[str, Any]:
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            self.complain(
                _("'{name}' is not a table").format(name=name),
                _("Write {{name: value, ...}}").format(),
            )
            return {}
        return value

    def limits(self) -> Limits:
        table = self._table("limits")
        self.unknown({"wall_seconds", "memory_mb"}, table, "limits.")
        return Limits(
            wall_seconds=self._number(
                table.get("wall_seconds", 120.0), "limits.wall_seconds", least=1
            ),
            memory_mb=int(self._number(table.get("memory_mb", 2048), "limits.memory_mb", least=64)),
        )

    def late(self) -> LatePolicy:
        table = self._table("late")
        self.unknown({"grace_minutes", "per_day", "at_most"}, table, "late.")
        return LatePolicy(
            grace_minutes=self._number(table.get("grace_minutes", 0.0), "late.grace_minutes"),
            per_day=self._number(table.get("per_day", 0.0), "late.per_day", most=1),
            at_most=self._number(table.get("at_most", 1.0), "late.at_most", most=1),
        )
