"""What a path on the command line means: which lessons, which assignments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.authoring.registry import Kind
from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _


@dataclass(frozen=True, order=True)
class Target:
    """One thing to verify: a lesson's notebook, or an assignment's folder."""

    path: Path
    kind: Kind


def find_targets(paths: Sequence[str | Path]) -> list[Target]:
    """Return the lessons and assignments that paths name, each once, in order.

    Parameters
    ----------
    paths
        Notebooks, assignment folders, or folders that hold some of them at any depth up to three.

    Raises
    ------
    KitErrors
        With every path that does not exist or holds neither.
    """
    targets: dict[Target, None] = {}
    errors: list[KitError] = []
    for path in map(Path, paths):
        found = list(_targets_in(path, depth=3))
        if not path.exists():
            errors.append(
                KitError(_("there is no such file or folder"), where=path, fix=_("Check the name"))
            )
        elif not found:
            errors.append(
                KitError(
                    _("there is neither a lesson nor an assignment here"),
                    where=path,
                    fix=_("Name a notebook, an assignment's folder, or a folder of them"),
                )
            )
        targets |= dict.fromkeys(found)
    if errors:
        raise KitErrors(errors)
    return list(targets)


def is_assignment_folder(path: Path) -> bool:
    """Say whether a folder is an assignment, a damaged one included."""
    if (path / "assignment.yaml").exists():
        return True
    named = (path / f"{path.resolve().name}.ipynb").exists()
    return named and any((path / name).exists() for name in ("rubric.md", "wrong"))


def _targets_in(path: Path, depth: int) -> Iterator[Target]:
    if path.is_file():
        if is_assignment_folder(path.parent):
            yield Target(path.parent, "assignment")
        else:
            yield Target(path, "lesson")
    elif path.is_dir() and is_assignment_folder(path):
        yield Target(path, "assignment")
    elif path.is_dir() and depth:
        for each in sorted(path.iterdir()):
            if each.name.startswith((".", "_")) or not (each.is_dir() or each.suffix == ".ipynb"):
                continue
            yield from _targets_in(each, depth - 1)
