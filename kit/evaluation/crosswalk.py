"""Where rules and institutes for AI ask for what a row measures.

Only places whose text was read are here. A row without a place is not less important.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A place in a rule or programme.

    Parameters
    ----------
    scheme
        Whose it is.
    label
        The place, as its text names it.
    source
        Where it was read.
    """

    scheme: str
    label: str
    source: str


_AI_ACT = "Regulation (EU) 2024/1689"
_NIST = "NIST AI 100-1 (2023), table 3"
_INESIA = "INESIA roadmap 2026-2027, as reported by the press in February 2026"

PLACES: dict[str, Place] = {
    "aia-15-accuracy": Place("EU AI Act", "Art. 15(1)", _AI_ACT),
    "aia-15-robustness": Place("EU AI Act", "Art. 15(4)", _AI_ACT),
    "aia-15-cybersecurity": Place("EU AI Act", "Art. 15(5)", _AI_ACT),
    "nist-2.5": Place("NIST AI RMF", "MEASURE 2.5", _NIST),
    "nist-2.7": Place("NIST AI RMF", "MEASURE 2.7", _NIST),
    "nist-2.9": Place("NIST AI RMF", "MEASURE 2.9", _NIST),
    "nist-2.10": Place("NIST AI RMF", "MEASURE 2.10", _NIST),
    "nist-2.11": Place("NIST AI RMF", "MEASURE 2.11", _NIST),
    "nist-2.13": Place("NIST AI RMF", "MEASURE 2.13", _NIST),
    "inesia-performance": Place("INESIA", "performance and reliability", _INESIA),
}
