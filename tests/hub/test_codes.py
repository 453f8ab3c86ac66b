"""Log-in codes: one for each person, shown once, kept as hashes."""

import asyncio
import csv
import stat

import pytest

from kit.hub.codes import add_codes, check_code, hash_code, make_code, read_hashes


@pytest.fixture
def files(tmp_path):
    return {"hashes": tmp_path / "codes.json", "sheet": tmp_path / "codes.csv"}


def test_a_code_is_kept_as_a_hash_that_only_it_fits(files):
    new = add_codes(["par-01", "scl-01"], **files)
    kept = read_hashes(files["hashes"])
    assert check_code(new["par-01"], kept["par-01"])
    assert not check_code(new["scl-01"], kept["par-01"])
    assert new["par-01"] not in files["hashes"].read_text()


def test_the_sheet_holds_the_codes_and_nobody_else_may_read_it(files):
    new = add_codes(["par-01"], **files)
    with files["sheet"].open(newline="") as sheet:
        assert {row["id"]: row["code"] for row in csv.DictReader(sheet)} == new
    for file in files.values():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_codes_stay_when_people_are_added_and_end_when_they_leave(files):
    first = add_codes(["par-01", "par-02"], **files)
    second = add_codes(["par-02", "par-03"], **files)
    kept = read_hashes(files["hashes"])
    assert set(second) == {"par-03"}
    assert set(kept) == {"par-02", "par-03"}
    assert check_code(first["par-02"], kept["par-02"])


def test_somebody_who_lost_a_code_gets_another_and_the_old_one_ends(files):
    old = add_codes(["par-01"], **files)["par-01"]
    new = add_codes(["par-01"], again=["par-01"], **files)["par-01"]
    kept = read_hashes(files["hashes"])["par-01"]
    assert check_code(new, kept) and not check_code(old, kept)


def test_two_people_with_one_code_have_different_hashes():
    code = make_code()
    assert hash_code(code) != hash_code(code)


def test_the_log_in_lets_in_who_has_the_code_and_nobody_else(files):
    from kit.hub.authenticator import CodeAuthenticator

    codes = add_codes(["par-01", "everybody"], **files)
    log_in = CodeAuthenticator(
        hashes=str(files["hashes"]), sharing={"everybody": ["scl-01", "scl-02"]}
    )

    def attempt(name, code):
        given = {"username": name, "password": code}
        return asyncio.run(log_in.authenticate(None, given))

    assert attempt("par-01", codes["par-01"]) == "par-01"
    assert attempt("par-01", codes["everybody"]) is None
    assert attempt("scl-02", codes["everybody"]) == "scl-02"
    assert attempt("everybody", "") is None
    assert attempt("nobody", codes["everybody"]) is None
    assert attempt("par-01", "") is None
