"""What a message between the two sides is made of: its nodes, the types both sides know, what is not taken."""

from __future__ import annotations

import struct
from typing import Any

MAX_NODES = 2_000_000
MAX_DEPTH = 150
MAX_INTEGER_DIGITS = 1_000_000
HEAD = struct.Struct("!II")

#: Types that both sides know by their name alone.
TYPES = {
    kind.__name__: kind
    for kind in (
        bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range,
        slice, object, type(None), type(...), type(NotImplemented),
    )
}  # fmt: skip
TYPE_NAMES: dict[Any, str] = {kind: name for name, kind in TYPES.items()}
FACTORIES = ("int", "float", "list", "dict", "set", "str", "tuple")
MUTABLE = frozenset(
    {"l", "d", "s", "B", "deq", "Cn", "od", "dd", "a", "df", "se", "rng", "rs", "pr", "i"}
)

#: Of these, random generators: whoever says how they come back says what is drawn next.
GENERATORS = frozenset({"rng", "rs", "pr"})


class CodecError(Exception):
    """What came is not a message of this codec, or is larger or deeper than is taken."""


class NotPlainError(Exception):
    """An object that can not be copied as data."""


Node = list[Any]


def type_node(value: Any) -> Node | None:
    """Return the node of a class that both sides know by name, or None."""
    return ["y", TYPE_NAMES[value]] if value in TYPE_NAMES else None
