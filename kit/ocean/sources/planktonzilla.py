"""What Planktonzilla holds, as tables: images by source and label, and the taxonomy of its labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry

SOURCES = (
    "global_uvp5", "whoi", "jedioceans", "zooscan", "zoocamnet", "uvp6net", "isiisnet", "flowcamnet",
    "planktoscope", "medplanktonset", "syke_ifcb_2022", "planktonset1.0", "sykezooscan2024", "zoolake",
    "lensless",
)  # fmt: skip
STRANGER = "lensless"  # the source of which no label occurs elsewhere
STRANGER_ROWS = 10
HALF_STRANGER = "syke_ifcb_2022"  # the source of which most labels are its own
OWN_SHARE = 0.8  # of its rows
LABELS = 640  # those that several sources may share
COARSE = 8  # species with the identifier of their genus: less precise than one would think
WRONG_PAIRS = 3  # pairs of unrelated genera with one identifier, which is an error


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a source and label; identifiers that are whole numbers stay text."""
    path = paths[entry.files[0].name]
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["counts"])
    return pd.read_csv(path, dtype={name: "string" for name in entry.holds.columns if "ID" in name})


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return a long tail over the fifteen sources, or a taxonomy of its labels with planted defects.

    Frequent labels occur in several sources, rare ones in one. Those of ``STRANGER`` occur nowhere else,
    and most of ``HALF_STRANGER`` neither. The sources have their real names, so that their licences can
    be looked up. In the taxonomy whole numbers end in ``.0``, one label has a capital, ``COARSE`` species
    have the identifier of their genus, and ``WRONG_PAIRS`` pairs of unrelated genera share one.
    """
    table = _spread_labels(rng, entry.holds.sizes["row"])
    if "n" in entry.holds.totals:
        return table.assign(
            dataset=table.pop("Dataset"),
            proposed_label=table.pop("number").map(_name),
            n=_long_tail(len(table), int(entry.holds.totals["n"])),
        )[list(entry.holds.columns)]
    return _name_ranks(table, rng)[list(entry.holds.columns)]


def _spread_labels(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Return pairs of source and label number, those of frequent labels first, and their root class."""
    others = [name for name in SOURCES if name != STRANGER]
    pairs = len(others) * LABELS
    number = np.arange(pairs) // len(others)
    weight = 1 / (number + 3.0)
    drawn = np.sort(rng.choice(pairs, rows - STRANGER_ROWS, replace=False, p=weight / weight.sum()))
    number, source = number[drawn], np.array(others, dtype=object)[drawn % len(others)]
    # The most frequent labels are those of everybody, but for the source with names of its own.
    own_share = np.where(number < 8, 0, 0.3)
    own_share[source == HALF_STRANGER] = OWN_SHARE
    own_share[(source == HALF_STRANGER) & (number == 0)] = 1  # no detritus there
    own = np.flatnonzero(rng.random(number.size) < own_share)
    number[own] = LABELS + STRANGER_ROWS + np.arange(own.size)
    number = np.r_[number, LABELS + np.arange(STRANGER_ROWS)]
    table = pd.DataFrame({"Dataset": np.r_[source, [STRANGER] * STRANGER_ROWS], "number": number})
    table["root_class"] = [_root_class(each) for each in number]
    return table


def _long_tail(rows: int, total: int) -> np.ndarray:
    """Return counts that fall from the first row to the last and add up to the total."""
    share = 1 / np.arange(6, rows + 6) ** 2.1
    count = 1 + np.floor(share / share.sum() * (total - rows)).astype(int)
    count[0] += total - count.sum()
    return count


def _root_class(number: int) -> str:
    if number == 0:
        return "detritus"
    return "artefact" if number < LABELS and number % 15 == 7 else "living"


def _name(number: int) -> str:
    """Return a label: of three in a row the first is a genus, the others are two of its species.

    Examples
    --------
    >>> [_name(number) for number in (0, 6, 7, 8)]
    ['detritus', 'simulata2', 'artefact7', 'simulata2 secunda']
    """
    if _root_class(number) != "living":
        return "detritus" if number == 0 else f"artefact{number}"
    return f"simulata{number // 3}" + ("", " prima", " secunda")[number % 3]


def _name_ranks(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the columns of the taxonomy, its identifiers as they would be after a careless saving."""
    number, living = table.pop("number"), table["root_class"] == "living"
    label = number.map(_name)
    alive = number[living].drop_duplicates().to_numpy()
    genera = rng.permutation(alive[alive % 3 == 0])
    identifier = {each: 900_000_000 + each for each in alive}  # far above any real identifier
    wrong, sound = genera[: 2 * WRONG_PAIRS], genera[2 * WRONG_PAIRS :]
    for one, other in wrong.reshape(-1, 2):
        identifier[other] = identifier[one]
    # One species of each, the one in three rows that follows its genus.
    for genus in sound[np.isin(sound + 1, alive)][:COARSE]:
        identifier[genus + 1] = identifier[genus]
    number_of = number.map(identifier).astype("Int64").astype("string")
    table = table.assign(
        proposed_label=label,
        Raw_Labels=label.str.capitalize(),
        Genus=label.str.split().str[0].where(living),
        Species=label.str.split().str[1].where(living),
        Kingdom=pd.Series("animalia", table.index).where(living),
        plankton=living,
        living=living,
        qualifier="full_body",
        wikidata_ID="Q" + number_of,
        aphia_ID=number_of + ".0",
        NCBI_ID=number_of + ".0",
        BOLD_ID=number_of + ".0",
        ecotaxa_ID=number_of,
    )
    for name in ("Phylum", "Class", "Order", "Family"):
        table[name] = np.nan
    odd = rng.choice(np.flatnonzero(living))
    table.loc[odd, "proposed_label"] = label[odd].capitalize()
    return table
