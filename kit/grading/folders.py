"""Folders that appear complete or not at all, that are gone afterwards, or that one run has to itself."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _


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
        # What a run that was killed has left; two runs never write to one course at once.
        for left in self.target.parent.glob(f".{glob.escape(self.target.name)}.*"):
            shutil.rmtree(left, ignore_errors=True)
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
    """Copy files (relative path → file) into a folder; whatever is in a file's place is replaced."""
    for name, path in files.items():
        place = target / name
        # A learner may have a file where the assignment has a folder, and the other way round.
        for above in place.relative_to(target).parents:
            if (target / above).is_file():
                (target / above).unlink()
        if place.is_dir():
            shutil.rmtree(place)
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


@contextmanager
def reserved_folder(folder: Path) -> Iterator[None]:
    """Keep a folder for this process until the end of the block.

    Raises
    ------
    KitError
        If another process has it.
    """
    try:
        import fcntl
    except ImportError as err:
        raise KitError(_("grading needs Linux"), fix=_("Use a Linux machine, or WSL")) from err
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            # The system lets go of it however the process ends, so no stale lock is ever left.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KitError(
                _("another command is at work in this course"),
                where=folder.parent,
                fix=_("Wait until it has ended, then run the same command again"),
            ) from None
        yield
    finally:
        os.close(handle)
