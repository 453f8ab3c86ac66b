"""Plain data between the two sides, by exact type: what can be written is data, and data is all that is made.

A message is a table of nodes as JSON, and buffers. Numbers, text and bytes are values; lists, tuples, sets,
dictionaries and arrays are nodes, so that one object that stands in two places is one object on the other
side too, and may contain itself. Everything that is not plain goes to a function that the caller gives.
"""

from __future__ import annotations

from typing import Any

from kit.grading.outside.decoder import Decoder
from kit.grading.outside.encoder import Encoder


def encode(value: Any) -> bytes:
    """Return plain data as bytes.

    Examples
    --------
    >>> decode(encode({"a": [1, 2.5, None], "b": {3}}))
    {'a': [1, 2.5, None], 'b': {3}}
    """
    return Encoder().message(value)


def decode(data: bytes) -> Any:
    """Return the plain data that `encode` wrote."""
    return Decoder(data).read()
