"""Log-in codes: one for each person, made here, kept as hashes only.

A shared password lets everybody log in as everybody else. So each person gets a code of their own, of 80
random bits in letters that are hard to mistake. The codes are written once to a file for handing out.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

# Without 0, 1, i, l and o.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 16
#: Stands for everybody who shares one code.
SHARED = "everybody"
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def make_code() -> str:
    """Return a new code, in groups of four.

    Examples
    --------
    >>> len(make_code())
    19
    """
    letters = [secrets.choice(ALPHABET) for _ in range(LENGTH)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, LENGTH, 4))


def hash_code(code: str, salt: bytes | None = None) -> str:
    """Return what is kept of a code; spaces, dashes and capitals make no difference."""
    salt = secrets.token_bytes(16) if salt is None else salt
    digest = hashlib.scrypt(_plain(code).encode(), salt=salt, **_COST)
    return f"{salt.hex()}${digest.hex()}"


def check_code(code: str, kept: str) -> bool:
    """Say whether a code is the one that was hashed.

    Examples
    --------
    >>> check_code("ABCD efgh", hash_code("abcd-efgh"))
    True
    >>> check_code("abcd-efgj", hash_code("abcd-efgh"))
    False
    """
    salt = bytes.fromhex(kept.partition("$")[0])
    return hmac.compare_digest(hash_code(code, salt), kept)


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def read_hashes(path: Path) -> dict[str, str]:
    """Return id → hash; empty when there are none yet."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return dict(found)


def add_codes(
    ids: Iterable[str], *, hashes: Path, sheet: Path, again: Iterable[str] = ()
) -> dict[str, str]:
    """Make codes for those who have none, and write them where the operator finds them.

    Parameters
    ----------
    ids
        Everybody who is to have one. Who is not named here any more loses theirs.
    hashes
        Where the hashes are kept.
    sheet
        The file to hand out from; new codes are added to it.
    again
        Who gets a new one in place of theirs.

    Returns
    -------
    dict
        Id → code, of the new ones.
    """
    wanted = list(ids)
    old = {id_: kept for id_, kept in read_hashes(hashes).items() if id_ in wanted}
    new = {id_: make_code() for id_ in wanted if id_ not in old or id_ in set(again)}
    if new:
        # The sheet first: a code that is kept and was never shown helps nobody.
        _write_sheet(sheet, new)
    _write_private(
        hashes, json.dumps({**old, **{id_: hash_code(code) for id_, code in new.items()}}, indent=1)
    )
    return new


def _write_sheet(path: Path, new: Mapping[str, str]) -> None:
    rows: dict[str, str] = {}
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = {row["id"]: row["code"] for row in csv.DictReader(file)}
    rows |= new
    lines = ["id,code", *(f"{id_},{code}" for id_, code in rows.items())]
    _write_private(path, "\n".join(lines) + "\n")


def _write_private(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
