"""Writing one message: plain data by exact type, and whatever else as the caller says.

Arrays and tables are left to `kit.grading.outside.tables`.
"""

# ruff: noqa: ARG001, ARG005 - all writers have one signature
from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import json
import random
import struct
from collections.abc import Callable
from typing import Any

from kit.grading.outside.nodes import (
    FACTORIES,
    HEAD,
    MAX_DEPTH,
    MAX_INTEGER_DIGITS,
    MAX_NODES,
    TYPE_NAMES,
    Node,
    NotPlainError,
)


class Encoder:
    """Writes one message.

    Parameters
    ----------
    opaque
        Returns the node of an object that is not plain, given this encoder; raises `NotPlainError`.
    origins
        id of an object that came in an earlier message → its number there. Such an object is written as
        that number, and its content as well when ``bodies``.
    """

    def __init__(
        self,
        opaque: Callable[[Any, Encoder], Node] | None = None,
        origins: dict[int, int] | None = None,
        *,
        bodies: bool = False,
    ) -> None:
        self.nodes: list[Node | None] = []
        self.buffers: list[bytes] = []
        self.objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._opaque = opaque
        self._origins = origins or {}
        self._bodies = bodies
        self._depth = 0

    def message(self, value: Any) -> bytes:
        """Return the bytes of one value."""
        root = self.value(value)
        text = json.dumps([root, self.nodes]).encode("ascii")
        sizes = struct.pack(f"!{len(self.buffers)}Q", *map(len, self.buffers))
        head = HEAD.pack(len(text), len(self.buffers))
        return b"".join([head, sizes, text, *self.buffers])

    def buffer(self, data: bytes) -> int:
        """Keep bytes apart from the text; return their number."""
        self.buffers.append(data)
        return len(self.buffers) - 1

    def value(self, value: Any) -> Any:
        """Return what stands for a value: itself, or ``[number of its node]``."""
        kind = type(value)
        if value is None or kind is bool or kind is float or kind is str:
            return value
        if kind is int and -(2**63) <= value < 2**63:
            return value
        known = self._numbers.get(id(value))
        if known is not None:
            return [known]
        number = len(self.nodes)
        if number >= MAX_NODES:
            raise NotPlainError("too many objects")
        self._numbers[id(value)] = number
        self.nodes.append(None)
        self.objects.append(value)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotPlainError("nested too deeply")
        origin = self._origins.get(id(value))
        if origin is not None:
            body = self._node(value) if self._bodies else None
            self.nodes[number] = ["@", origin, body]
        else:
            self.nodes[number] = self._node(value)
        self._depth -= 1
        return [number]

    def _node(self, value: Any) -> Node:
        kind = type(value)
        write = _WRITERS.get(kind)
        if write is None:
            from kit.grading.outside import tables

            write = tables.find_writer(value)
        if write is not None:
            depth = self._depth
            try:
                return write(self, value)
            except NotPlainError:
                # A table with one odd object in it stays where it is, as a whole.
                if self._opaque is None or kind in _WRITERS:
                    raise
                self._depth = depth
        if isinstance(value, tuple) and is_namedtuple(kind):
            return ["nt", kind.__name__, list(kind._fields), [self.value(v) for v in value]]
        if self._opaque is None:
            raise NotPlainError(f"{kind.__name__} is not plain data")
        return self._opaque(value, self)


def is_namedtuple(kind: type) -> bool:
    """Say whether a class is a named tuple without anything of its author's in it."""
    fields = kind.__dict__.get("_fields")
    return (
        kind.__bases__ == (tuple,)
        and type(fields) is tuple
        and all(type(name) is str for name in fields)
        and "_make" in kind.__dict__
        and "__eq__" not in kind.__dict__
    )


def _write_list(encoder: Encoder, value: list[Any]) -> Node:
    if len(value) > 8:
        kinds = set(map(type, value))
        if kinds == {float}:
            return ["fl", encoder.buffer(array.array("d", value).tobytes())]
        if kinds == {int}:
            try:
                return ["il", encoder.buffer(array.array("q", value).tobytes())]
            except OverflowError:
                pass
    return ["l", [encoder.value(v) for v in value]]


def _pairs(encoder: Encoder, value: dict[Any, Any]) -> list[Any]:
    return [encoder.value(part) for pair in value.items() for part in pair]


def _write_integer(encoder: Encoder, value: int) -> Node:
    if value.bit_length() > 3 * MAX_INTEGER_DIGITS:
        raise NotPlainError("an integer with too many digits")
    return ["i16", f"{value:x}"]


def _write_defaultdict(encoder: Encoder, value: collections.defaultdict[Any, Any]) -> Node:
    factory = value.default_factory
    name = None if factory is None else TYPE_NAMES.get(factory)
    if factory is not None and name not in FACTORIES:
        raise NotPlainError("a defaultdict with a function")
    return ["dd", name, _pairs(encoder, value)]


def _write_datetime(encoder: Encoder, value: datetime.datetime) -> Node:
    zone = value.tzinfo
    if zone is None:
        name: Any = None
    elif type(zone) is datetime.timezone:
        name = value.utcoffset().total_seconds()  # type: ignore[union-attr]
    elif type(zone).__name__ == "ZoneInfo" and type(zone).__module__ == "zoneinfo":
        name = zone.key  # type: ignore[attr-defined]
    else:
        raise NotPlainError("a time zone of an unknown kind")
    return ["dt", value.replace(tzinfo=None).isoformat(), name, value.fold]


def _write_random(encoder: Encoder, value: Any) -> Node:
    version, words, gauss = value.getstate()
    return ["pr", version, encoder.buffer(array.array("Q", words).tobytes()), gauss]


_WRITERS: dict[type, Callable[[Encoder, Any], Node]] = {
    int: _write_integer,
    list: _write_list,
    tuple: lambda e, v: ["t", [e.value(x) for x in v]],
    dict: lambda e, v: ["d", _pairs(e, v)],
    set: lambda e, v: ["s", [e.value(x) for x in v]],
    frozenset: lambda e, v: ["z", [e.value(x) for x in v]],
    bytes: lambda e, v: ["b", e.buffer(v)],
    bytearray: lambda e, v: ["B", e.buffer(bytes(v))],
    complex: lambda e, v: ["c", v.real, v.imag],
    range: lambda e, v: ["r", *(e.value(x) for x in (v.start, v.stop, v.step))],
    slice: lambda e, v: ["sl", *(e.value(x) for x in (v.start, v.stop, v.step))],
    type(...): lambda e, v: ["..."],
    type(NotImplemented): lambda e, v: ["ni"],
    collections.Counter: lambda e, v: ["Cn", _pairs(e, v)],
    collections.OrderedDict: lambda e, v: ["od", _pairs(e, v)],
    collections.defaultdict: _write_defaultdict,
    collections.deque: lambda e, v: ["deq", [e.value(x) for x in v], v.maxlen],
    datetime.datetime: _write_datetime,
    datetime.date: lambda e, v: ["da", v.isoformat()],
    datetime.time: lambda e, v: ["ti", v.replace(tzinfo=None).isoformat()],
    datetime.timedelta: lambda e, v: ["td", v.days, v.seconds, v.microseconds],
    decimal.Decimal: lambda e, v: ["dec", str(v)],
    fractions.Fraction: lambda e, v: ["fr", e.value(v.numerator), e.value(v.denominator)],
    random.Random: _write_random,
}
