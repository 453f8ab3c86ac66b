"""What comes in: order of places, hashes, retries, and nothing left behind."""

import contextlib
import dataclasses
import hashlib
import http.server
import os
import threading
import time

import pytest

from kit import ocean
from kit.errors import KitError
from kit.ocean import downloads
from kit.ocean.catalogue import find_entry
from kit.ocean.opening import fetch_entry, read_entry, simulate_entry

ENSO = find_entry("enso-indices")
SHIP = "enso_data.csv"


def csv_of(entry=ENSO, seed=1, years=0):
    """The bytes of a file as NOAA's, with the twin's numbers; ``years`` later than it should be."""
    table = simulate_entry(entry, seed=seed)
    lines = table.rename_axis("datetime").to_csv(date_format="%Y-%m-%d").splitlines()
    if years:
        lines[1:] = [f"{int(line[:4]) + years}{line[4:]}" for line in lines[1:]]
    return ("\n".join(lines) + "\n").encode()


def pinned(content, entry=ENSO):
    """The entry as it were if its file had this content."""
    (file,) = entry.files
    file = dataclasses.replace(file, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return dataclasses.replace(entry, files=(file,))


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


@contextlib.contextmanager
def serve(respond):
    """Run a web server on this machine; ``respond(number)`` gives status, promised length and body."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, length, body = respond(len(asked))
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def test_the_mirror_comes_before_the_cache_and_the_cache_before_the_network(
    tmp_path, monkeypatch, cache
):
    content = csv_of()
    entry = pinned(content)
    with serve(lambda number: (200, len(content), content)) as (address, asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        assert fetch_entry(entry).origins == {SHIP: "network"}
        assert asked == [f"/{SHIP}"]
    assert fetch_entry(entry).origins == {SHIP: "cache"}
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / SHIP).write_bytes(content)
    monkeypatch.setenv("KIT_DATA_MIRROR", str(folder))
    assert fetch_entry(entry).origins == {SHIP: "mirror"}
    assert left_in(cache) == [SHIP]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content[:-7], "it is cut off"),
        (lambda content: content + b"\n", "it is too long"),
        (lambda content: content.replace(b"2", b"3", 1), "it was altered"),
    ],
    ids=["truncated", "longer", "corrupted"],
)
@pytest.mark.parametrize("place", ["mirror", "cache"])
def test_a_copy_with_other_bytes_is_refused_with_the_reason(
    change, reason, place, tmp_path, monkeypatch, offline
):
    content = csv_of()
    folder = tmp_path / place
    folder.mkdir()
    (folder / SHIP).write_bytes(change(content))
    monkeypatch.setenv("KIT_DATA_MIRROR", str(tmp_path / "mirror"))
    with pytest.raises(KitError, match=reason) as caught:
        fetch_entry(pinned(content))
    assert str(folder / SHIP) in str(caught.value)


def test_a_damaged_copy_is_never_replaced_by_a_twin(cache, offline):
    cache.mkdir()
    (cache / SHIP).write_bytes(b"datetime\n")
    with pytest.raises(KitError, match="cut off"):
        ocean.open("enso-indices")


@pytest.mark.parametrize("name", ["argo_2902696_prof.nc", "enso_data.csv", "papa.rda"])
def test_real_files_are_refused_when_one_byte_differs(name, mirror, cache, monkeypatch, offline):
    entry = next(
        each
        for each in ocean.load_catalogue().values()
        if name in [file.name for file in each.files]
    )
    monkeypatch.delenv("KIT_DATA_MIRROR")
    cache.mkdir()
    content = bytearray((mirror / name).read_bytes())
    content[len(content) // 2] ^= 1
    (cache / name).write_bytes(content)
    with pytest.raises(KitError, match="altered"):
        ocean.open(entry.name)


def test_a_damaged_copy_in_the_cache_is_replaced_where_there_is_a_network(cache, monkeypatch):
    content = csv_of()
    cache.mkdir()
    (cache / SHIP).write_bytes(content[:100])
    with serve(lambda number: (200, len(content), content)) as (address, _asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        fetch_entry(pinned(content))
    assert (cache / SHIP).read_bytes() == content


def test_a_whole_file_of_another_year_is_refused_and_does_not_enter_the_cache(cache, monkeypatch):
    content = csv_of(years=1)
    with serve(lambda number: (200, len(content), content)) as (address, _asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(
            KitError, match=r"runs from 1983-01-01 to 2022-04-01, not from 1982-01-01"
        ):
            fetch_entry(pinned(content))
    assert left_in(cache) == []


def test_a_real_file_of_another_year_is_refused(mirror, tmp_path):
    content = (mirror / SHIP).read_bytes().replace(b"\n1982-", b"\n1981-")
    (tmp_path / SHIP).write_bytes(content)
    with pytest.raises(KitError, match="runs from 1981-01-01"):
        read_entry(pinned(content), {SHIP: tmp_path / SHIP})


def test_a_file_that_is_something_else_is_refused_as_unreadable(tmp_path):
    (tmp_path / "argo_2902696_prof.nc").write_bytes(b"<html>Not found</html>")
    entry = find_entry("argo-2902696")
    with pytest.raises(KitError, match="can not be read"):
        read_entry(entry, {"argo_2902696_prof.nc": tmp_path / "argo_2902696_prof.nc"})


def test_a_download_that_breaks_off_is_tried_again(cache, monkeypatch):
    content = csv_of()

    def respond(number):
        return 200, len(content), content if number == 3 else content[: len(content) // 2]

    with serve(respond) as (address, asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        fetch_entry(pinned(content), retries=2)
    assert len(asked) == 3
    assert left_in(cache) == [SHIP]


def test_a_download_that_breaks_off_each_time_leaves_nothing_behind(cache, monkeypatch):
    content = csv_of()
    with serve(lambda number: (200, len(content), content[:50])) as (address, asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(downloads.NotAvailable):
            fetch_entry(pinned(content), retries=1)
    assert len(asked) == 2
    assert left_in(cache) == []


def test_a_download_with_another_hash_is_refused_and_leaves_nothing_behind(cache, monkeypatch):
    content = csv_of()
    with serve(lambda number: (200, len(content), content[::-1])) as (address, _):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(KitError, match="another SHA-256"):
            fetch_entry(pinned(content), retries=0)
    assert left_in(cache) == []


def test_an_interruption_by_the_user_leaves_nothing_behind(cache, monkeypatch):
    content = csv_of()

    def interrupt(paths):
        assert paths[SHIP].read_bytes() == content
        raise KeyboardInterrupt

    with serve(lambda number: (200, len(content), content)) as (address, _asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(KeyboardInterrupt):
            downloads.fetch_files(pinned(content), approve=interrupt)
    assert left_in(cache) == []


def test_what_a_killed_process_left_is_swept_by_the_next_download(cache, monkeypatch):
    old, young = cache / downloads.INCOMING / "old", cache / downloads.INCOMING / "young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "part").write_text("x")
    long_ago = time.time() - 2 * downloads.STALE_SECONDS
    os.utime(old, (long_ago, long_ago))
    content = csv_of()
    with serve(lambda number: (200, len(content), content)) as (address, _asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        fetch_entry(pinned(content))
    # Another process may be at work in the young one.
    assert not old.exists() and young.exists()


def test_a_page_that_is_not_there_is_named_with_its_status(cache, monkeypatch):
    with serve(lambda number: (404, 0, b"")) as (address, _asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(downloads.NotAvailable, match="HTTP 404"):
            fetch_entry(ENSO, retries=0)
    # One absent page is no reason to believe that there is no network.
    assert not downloads.is_offline()


def test_offline_means_that_nobody_is_asked(cache, monkeypatch, offline):
    with serve(lambda number: (200, 0, b"")) as (address, asked):
        monkeypatch.setenv("KIT_DATA_MIRROR", address)
        with pytest.raises(downloads.NotAvailable, match="kit data fetch --all"):
            fetch_entry(ENSO)
    assert asked == []
