"""What comes from the network: a class's own server first, then the addresses of the catalogue, by pooch.

A download enters the cache only when its hash is right and the caller has approved what it means. Until then
it is in a folder of its own, so an interrupted or refused one leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.ocean.catalogue import DataFile, Entry
from kit.ocean.store import (
    MIRROR,
    Found,
    Origin,
    cache_folder,
    find_local,
    mirror_address,
    missing_library,
)

OFFLINE = "KIT_DATA_OFFLINE"

INCOMING = ".incoming"
# A folder of downloads that is older was left by a process that was killed.
STALE_SECONDS = 3600.0
# After a failure to connect the network is left alone for so long: a lesson opens several data sets.
QUIET_SECONDS = 120.0
CONNECT_SECONDS = 6.0
READ_SECONDS = 30.0

Approve = Callable[[Mapping[str, Path]], None]

_no_network_until = 0.0


class NotAvailable(KitError):  # noqa: N818 - it is not wrong, it is absent
    """A file that is neither in the mirror nor in the cache, and that the network did not give."""


def is_offline() -> bool:
    """Say whether the network is not to be tried, now or at all (`KIT_DATA_OFFLINE=1`)."""
    return os.environ.get(OFFLINE, "") not in ("", "0") or time.monotonic() < _no_network_until


def fetch_files(
    entry: Entry, *, approve: Approve, retries: int = 3, progress: bool = False
) -> Found:
    """Return the files of a data set, downloading those that are not here.

    Parameters
    ----------
    entry
        The data set.
    approve
        Called with all files, by name, before a download enters the cache; it raises to refuse them.
    retries
        How often a download is tried again.
    progress
        Whether to show a progress bar on stderr.

    Raises
    ------
    NotAvailable
        If a file is not here and the network did not give it.
    KitError
        If what is here, or what came, is not the file of the catalogue. A damaged file of the cache is
        replaced where there is a network.
    """
    local, damaged = find_local(entry)
    missing = [file for file in entry.files if file.name not in local.paths]
    if not missing:
        return local
    try:
        if is_offline():
            raise _not_available(entry, missing, _("there is no network, or it is switched off"))
        with _incoming() as folder:
            came = {file.name: _download(file, folder, retries, progress) for file in missing}
            approve({**local.paths, **came})
            kept = {name: _keep(path) for name, path in came.items()}
    except NotAvailable as err:
        if damaged:
            raise KitErrors(damaged) from err
        raise
    origins: dict[str, Origin] = {**local.origins, **dict.fromkeys(kept, "network")}
    return Found({**local.paths, **kept}, origins)


@contextlib.contextmanager
def _incoming() -> Iterator[Path]:
    """Give a folder for downloads, on the cache's own disk, that is gone afterwards."""
    parent = cache_folder() / INCOMING
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        # Another process may tidy at the same time.
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(old)
    try:
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            yield Path(folder)
    finally:
        with contextlib.suppress(OSError):
            parent.rmdir()


def _keep(path: Path) -> Path:
    kept = cache_folder() / path.name
    path.replace(kept)
    return kept


def _download(file: DataFile, folder: Path, retries: int, progress: bool) -> Path:
    global _no_network_until  # noqa: PLW0603 - the state of the network is the machine's, not a caller's
    pooch, requests = _libraries()
    pooch.get_logger().setLevel(logging.ERROR)
    address = mirror_address()
    urls = ([f"{address}/{file.name}"] if address else []) + list(file.urls)
    reasons = []
    answered = something_came = False
    for url in urls:
        source = pooch.create(
            path=folder,
            base_url="",
            registry={file.name: file.sha256},
            urls={file.name: url},
            retry_if_failed=retries,
        )
        try:
            with _progress_bar(file, progress) as bar:
                downloader = pooch.HTTPDownloader(
                    progressbar=bar, chunk_size=2**16, timeout=(CONNECT_SECONDS, READ_SECONDS)
                )
                return Path(source.fetch(file.name, downloader=downloader))
        except requests.exceptions.RequestException as err:
            reasons.append(f"{url}: {_reason(err)}")
            answered |= getattr(err, "response", None) is not None
        except ValueError:
            answered = something_came = True
            reasons.append(_("{url}: what came has another SHA-256").format(url=url))
    if not something_came:
        if not answered:
            _no_network_until = time.monotonic() + QUIET_SECONDS
        raise _not_available(None, [file], "; ".join(reasons))
    raise KitError(
        _("the download is not the file of the catalogue: {reasons}").format(
            reasons="; ".join(reasons)
        ),
        where=file.name,
        fix=_("Try again later; if it stays so, tell the authors of the course"),
    )


def _reason(err: Exception) -> str:
    response = getattr(err, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(err).__name__


def _not_available(entry: Entry | None, files: list[DataFile], reason: str) -> NotAvailable:
    names = ", ".join(file.name for file in files)
    return NotAvailable(
        _("{names}: not in the mirror, not in the cache, and not fetched ({reason})").format(
            names=names, reason=reason
        ),
        where=None if entry is None else entry.name,
        fix=_("Fetch it where there is a network: kit data fetch --all; or set {mirror}").format(
            mirror=MIRROR
        ),
    )


def _libraries() -> tuple[Any, Any]:
    try:
        import pooch
        import requests
    except ImportError as err:
        raise missing_library(err) from err
    return pooch, requests


@contextlib.contextmanager
def _progress_bar(file: DataFile, wanted: bool) -> Iterator[Any]:
    """Give what pooch takes for a progress bar: an object with total, update, reset and close."""
    if not wanted:
        yield False
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield _Bar(progress, progress.add_task(file.name, total=file.bytes))


class _Bar:
    """A rich progress bar with the methods of tqdm."""

    def __init__(self, progress: Any, task: Any) -> None:
        self._progress = progress
        self._task = task
        self.total = 0

    def update(self, count: int) -> None:
        self._progress.update(self._task, advance=count)

    def reset(self) -> None:
        self._progress.reset(self._task)

    def close(self) -> None:
        self._progress.refresh()
