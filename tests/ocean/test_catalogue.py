import json
import re

import pytest

from kit.errors import KitError
from kit.ocean.catalogue import find_entries, find_entry, load_catalogue, make_entry

ENTRIES = list(load_catalogue().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_entry_is_complete(entry):
    assert set(entry.titles) == {"en", "es", "fr"} and len(set(entry.titles.values())) == 3
    assert entry.tier in "ABC"
    assert entry.licence and entry.citation and entry.files
    # A doubt and tier C go together: who reads one of the two must not be misled.
    assert (entry.tier == "C") == bool(entry.doubt)
    assert entry.holds.sizes
    assert entry.holds.variables or entry.holds.columns
    for file in entry.files:
        assert re.fullmatch(r"[0-9a-f]{40}", file.commit)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        for url in file.urls:
            assert file.commit in url and url.startswith("https://") and " " not in url


def test_everything_that_courses_use_is_under_twenty_megabytes():
    assert sum(entry.bytes for entry in ENTRIES) < 20e6


def test_no_file_stands_in_two_entries():
    names = [file.name for entry in ENTRIES for file in entry.files]
    assert len(names) == len(set(names))


def test_the_catalogue_agrees_with_the_index_of_the_mirror(mirror):
    index = {each["name"]: each for each in json.loads((mirror / "index.json").read_text())}
    files = {file.name: file for entry in ENTRIES for file in entry.files}
    assert set(files) == set(index)
    for name, file in files.items():
        assert file.urls[0] == index[name]["url"]
        assert (file.bytes, file.sha256) == (index[name]["bytes"], index[name]["sha256"])


def test_a_licence_in_doubt_is_never_a_default():
    assert not find_entry("hadisst-tropics").is_default
    assert find_entry("argo-5906072").is_default


def test_unknown_names_are_reported_at_once_with_the_nearest_ones():
    with pytest.raises(KitError) as caught:
        find_entries(["argo-5906071", "enso-indices", "zzz"])
    assert "'argo-5906071'. Perhaps you mean argo-5906072" in str(caught.value)
    assert "'zzz'. List the data sets" in str(caught.value)


def test_a_title_comes_in_the_language_in_force(monkeypatch):
    monkeypatch.setenv("KIT_LANG", "es")
    assert find_entry("enso-indices").title.startswith("Índices")
    monkeypatch.setenv("KIT_LANG", "de")
    assert find_entry("enso-indices").title.startswith("Monthly")


def test_a_rule_that_nobody_checks_is_refused():
    fields = {
        "title": {"en": "x"},
        "source": "enso",
        "tier": "A",
        "licence": "x",
        "citation": "x",
        "files": [],
        "holds": {"sizes": {"row": 1}, "colour": "blue"},
    }
    with pytest.raises(KitError, match="colour"):
        make_entry("x", fields)
