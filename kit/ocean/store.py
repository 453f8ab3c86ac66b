"""Where files are, and how they come here: mirror, cache and network, in this order.

A file is used only if its size and SHA-256 are those of the catalogue. What the files mean is left to
`kit.ocean.meaning`, which the caller passes in as ``approve``: a download enters the cache only when it
has been approved, so an interrupted or refused one leaves nothing there.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.ocean.catalogue import DataFile, Entry

MIRROR = "KIT_DATA_MIRROR"
CACHE = "KIT_DATA_CACHE"
OFFLINE = "KIT_DATA_OFFLINE"

INCOMING = ".incoming"
# A folder of downloads that is older was left by a process that was killed.
STALE_SECONDS = 3600.0
# After a failure to connect the network is left alone for so long: a lesson opens several data sets.
QUIET_SECONDS = 120.0
CONNECT_SECONDS = 6.0
READ_SECONDS = 30.0

Origin = Literal["mirror", "cache", "network"]
Approve = Callable[[Mapping[str, Path]], None]

_no_network_until = 0.0


class NotAvailable(KitError):  # noqa: N818 - it is not wrong, it is absent
    """A file that is neither in the mirror nor in the cache, and that the network did not give."""


@dataclass(frozen=True)
class Found:
    """The files of a data set on this machine, by name, and where each comes from."""

    paths: Mapping[str, Path]
    origins: Mapping[str, Origin]


def mirror_folder() -> Path | None:
    """Return the folder that `KIT_DATA_MIRROR` names; None without it, or if it is an address."""
    value = os.environ.get(MIRROR, "").strip()
    return None if not value or _is_address(value) else Path(value).expanduser()


def mirror_address() -> str | None:
    """Return the web address that `KIT_DATA_MIRROR` names, such as a computer in the classroom."""
    value = os.environ.get(MIRROR, "").strip()
    return value.rstrip("/") if _is_address(value) else None


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def cache_folder() -> Path:
    """Return the folder of downloaded files: `KIT_DATA_CACHE`, or the user's cache folder."""
    value = os.environ.get(CACHE)
    return Path(value).expanduser() if value else Path(platformdirs.user_cache_dir("kit")) / "ocean"


def is_offline() -> bool:
    """Say whether the network is not to be tried, now or at all (`KIT_DATA_OFFLINE=1`)."""
    return os.environ.get(OFFLINE, "") not in ("", "0") or time.monotonic() < _no_network_until


def check_bytes(path: Path, file: DataFile) -> None:
    """Refuse a file that is not, byte for byte, the one of the catalogue.

    Raises
    ------
    KitError
        If its size or its SHA-256 differ; the message says which, and by how much.
    """
    size = path.stat().st_size
    if size < file.bytes:
        what = _("it is cut off: {size} bytes of {wanted}").format(size=size, wanted=file.bytes)
    elif size > file.bytes:
        what = _("it is too long: {size} bytes, not {wanted}").format(size=size, wanted=file.bytes)
    else:
        found = hash_file(path)
        if found == file.sha256:
            return
        what = _("it was altered: its SHA-256 is {found}…, not {wanted}…").format(
            found=found[:12], wanted=file.sha256[:12]
        )
    raise KitError(what, where=path, fix=_("Delete this file and fetch it again: kit data fetch"))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_local(entry: Entry) -> tuple[Found, list[KitError]]:
    """Return the files of a data set that are on this machine with the right bytes, and what is wrong.

    A damaged file is an error of the list; it is not among the files that were found.
    """
    paths: dict[str, Path] = {}
    origins: dict[str, Origin] = {}
    errors = []
    places: list[tuple[Origin, Path | None]] = [
        ("mirror", mirror_folder()),
        ("cache", cache_folder()),
    ]
    for file in entry.files:
        for origin, folder in places:
            path = None if folder is None else folder / file.name
            if path is None or not path.is_file():
                continue
            try:
                check_bytes(path, file)
            except KitError as error:
                errors.append(error)
            else:
                paths[file.name], origins[file.name] = path, origin
            break
    return Found(paths, origins), errors


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


def missing_library(err: ImportError) -> KitError:
    """Return the error that says how to install what ocean data need."""
    return KitError(
        _("ocean data need the library '{name}'").format(name=err.name),
        fix=_('Install it: pip install "bitacora-kit[ocean]"'),
    )


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
