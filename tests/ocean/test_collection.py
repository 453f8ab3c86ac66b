import tarfile
import zipfile

import pytest
from click.testing import CliRunner

from kit.cli.data import data
from kit.errors import KitError
from kit.ocean.catalogue import find_entries, load_catalogue
from kit.ocean.collection import NOTICES, default_entries, pack_entries, verify_entry, write_mirror

SMALL = ["enso-indices", "redfield-1934", "basin-mask"]
CLEAN = ["enso_data.csv", "redfieldNC.rda", "redfieldNP.rda"]


def run(*words):
    return CliRunner().invoke(data, list(words))


def test_verify_passes_on_the_mirror(mirror, offline):
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert f"{len(load_catalogue())} good, 0 wrong, 0 not here" in result.output


def test_verify_fails_where_there_is_nothing(offline):
    result = run("verify")
    assert result.exit_code == 1
    assert f"0 good, 0 wrong, {len(load_catalogue())} not here" in result.output


def test_verify_names_what_is_wrong_and_fails(mirror, offline, tmp_path, monkeypatch):
    folder = tmp_path / "stick"
    write_mirror(folder, find_entries(SMALL))
    monkeypatch.setenv("KIT_DATA_MIRROR", str(folder))
    assert run("verify", *SMALL).exit_code == 0
    (folder / "enso_data.csv").write_bytes((folder / "enso_data.csv").read_bytes()[:-1])
    (folder / "redfieldNC.rda").unlink()
    result = run("verify")
    assert result.exit_code == 1
    assert "✗ enso-indices" in result.output and "cut off: 26579 bytes of 26580" in result.output
    assert "a part is absent: redfieldNC.rda" in result.output
    assert "1 good, 2 wrong" in result.output


def test_a_named_data_set_without_a_copy_fails_the_verification(
    mirror, offline, tmp_path, monkeypatch
):
    write_mirror(tmp_path / "stick", find_entries(["enso-indices"]))
    monkeypatch.setenv("KIT_DATA_MIRROR", str(tmp_path / "stick"))
    assert run("verify").exit_code == 0
    assert run("verify", "enso-indices", "redfield-1934").exit_code == 1


def test_a_mirror_is_whole_says_its_licences_and_works(mirror, offline, tmp_path, monkeypatch):
    folder = tmp_path / "stick"
    write_mirror(folder, find_entries(SMALL))
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*CLEAN, "basin_mask.nc", NOTICES]
    )
    notices = (folder / NOTICES).read_text(encoding="utf-8")
    assert "in doubt: The repository of the copy has no licence file." in notices
    monkeypatch.setenv("KIT_DATA_MIRROR", str(folder))
    assert all(verify_entry(entry).state == "good" for entry in find_entries(SMALL))
    # A second time nothing is copied onto itself, and earlier data sets stay in the notices.
    write_mirror(folder, find_entries(["enso-indices"]))
    assert "redfield-1934" in (folder / NOTICES).read_text(encoding="utf-8")


def test_what_can_not_be_had_is_reported_at_the_end_and_the_rest_is_copied(
    mirror, offline, tmp_path, monkeypatch
):
    write_mirror(tmp_path / "a", find_entries(["redfield-1934"]))
    monkeypatch.setenv("KIT_DATA_MIRROR", str(tmp_path / "a"))
    with pytest.raises(KitError, match=r"enso_data\.csv: not in the mirror"):
        write_mirror(tmp_path / "b", find_entries(["enso-indices", "redfield-1934"]))
    assert (tmp_path / "b" / "redfieldNP.rda").is_file()


def test_an_archive_holds_what_may_be_passed_on_with_its_licences(mirror, offline, tmp_path):
    packed = pack_entries(tmp_path / "ocean.zip", find_entries(SMALL))
    assert [entry.name for entry in packed] == SMALL[:2]
    with zipfile.ZipFile(tmp_path / "ocean.zip") as archive:
        assert archive.namelist() == sorted([*CLEAN, NOTICES])
        assert archive.read("enso_data.csv") == (mirror / "enso_data.csv").read_bytes()
        notices = archive.read(NOTICES).decode()
    assert "United States public domain" in notices and "basin-mask" not in notices


@pytest.mark.parametrize("name", ["ocean.zip", "ocean.tar.gz"])
def test_an_archive_of_the_same_files_is_the_same(name, mirror, offline, tmp_path):
    for folder in ("a", "b"):
        pack_entries(tmp_path / folder / name, find_entries(["enso-indices"]))
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert [path.name for path in (tmp_path / "a").iterdir()] == [name]


def test_an_unpacked_archive_is_a_mirror(mirror, offline, tmp_path, monkeypatch):
    pack_entries(tmp_path / "ocean.tar.gz", find_entries(["redfield-1934"]))
    with tarfile.open(tmp_path / "ocean.tar.gz") as archive:
        # Debian 12 has the first Python 3.11, whose tarfile knows no filters.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "stick", **safely)
    monkeypatch.setenv("KIT_DATA_MIRROR", str(tmp_path / "stick"))
    assert run("verify", "redfield-1934").exit_code == 0


def test_an_archive_is_not_written_when_a_part_is_absent_or_its_name_is_no_archive(
    offline, tmp_path
):
    with pytest.raises(KitError, match=r"enso_data\.csv"):
        pack_entries(tmp_path / "ocean.zip", find_entries(["enso-indices"]))
    with pytest.raises(KitError, match=r"\.zip or \.tar\.gz"):
        pack_entries(tmp_path / "ocean.rar", find_entries(["enso-indices"]))
    with pytest.raises(KitError, match="nothing to pack"):
        pack_entries(tmp_path / "ocean.zip", find_entries(["basin-mask"]))
    assert list(tmp_path.glob("ocean*")) == []


def test_all_never_takes_a_licence_in_doubt_along_and_says_so(mirror, offline):
    result = run("fetch", "--all")
    assert result.exit_code == 0, result.output
    assert "not taken along, since the licence is in doubt: hadisst-tropics" in result.output
    assert "✓ hadisst-tropics" not in result.output and "✓ argo-5906072" in result.output
    assert not {"hadisst-tropics", "ncep-wind", "basin-mask"} & {
        entry.name for entry in default_entries()
    }


def test_a_licence_in_doubt_comes_by_its_name_with_a_warning(mirror, offline):
    result = run("fetch", "basin-mask")
    assert result.exit_code == 0 and "licence in doubt: basin-mask" in result.output


def test_fetch_asks_for_a_name_and_fails_without_a_network():
    assert run("fetch").exit_code == 2
    result = run("fetch", "enso-indices")
    assert isinstance(result.exception, KitError) and "not fetched" in str(result.exception)


def test_the_list_shows_every_data_set_and_where_it_is(mirror, offline):
    result = run("list")
    assert result.exit_code == 0
    assert all(name in result.output for name in load_catalogue())
    assert "mirror" in result.output


def test_the_entry_of_one_shows_address_hash_and_ranges(offline):
    result = run("list", "enso-indices")
    entry = find_entries(["enso-indices"])[0]
    assert entry.files[0].urls[0] in result.output and entry.files[0].sha256 in result.output
    assert "Relative Oceanic Niño Index" in result.output
    assert '"tier": "A"' in run("list", "enso-indices", "--format", "json").output
