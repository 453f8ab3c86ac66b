"""Folders that appear complete or not at all, and folders that are gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Replacement:
    """A folder that takes the place of another only once it is complete.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "release"
    >>> with Replacement(target) as fresh:
    ...     _ = (fresh / "a.txt").write_text("new")
    >>> [path.name for path in target.iterdir()]
    ['a.txt']
    """

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.fresh = Path(tempfile.mkdtemp(dir=self.target.parent, prefix=f".{self.target.name}."))
        self.fresh.chmod(0o755)
        return self.fresh

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is not None:
            shutil.rmtree(self.fresh, ignore_errors=True)
            return
        old = self.fresh.with_name(self.fresh.name + ".old")
        if self.target.exists():
            self.target.replace(old)
        self.fresh.replace(self.target)
        shutil.rmtree(old, ignore_errors=True)


def copy_files(files: Mapping[str, Path], target: Path) -> None:
    """Copy files (relative path → file) into a folder; a file that is there already is replaced."""
    for name, path in files.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        shutil.copyfile(path, place)


def set_modes(folder: Path, mode: int) -> None:
    """Give all files below a folder the same permissions."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


@contextmanager
def working_folder(*layers: Mapping[str, Path]) -> Iterator[Path]:
    """Make a folder of its own for one submission, with copies of files; remove it after.

    Parameters
    ----------
    layers
        Relative path → file. A file of a later layer takes the place of one of an earlier layer.
    """
    folder = Path(tempfile.mkdtemp(prefix="kit-work-"))
    try:
        for layer in layers:
            copy_files(layer, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
