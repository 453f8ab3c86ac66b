"""Plain data between the two sides, by exact type: what can be written is data, and data is all that is made.

A message is a table of nodes as JSON, and buffers. Numbers, text and bytes are values; lists, tuples, sets,
dictionaries and arrays are nodes, so that one object that stands in two places is one object on the other
side too, and may contain itself. Everything that is not plain goes to a function that the caller gives.
Arrays and tables are left to `kit.grading.outside.tables`.
"""

# ruff: noqa: ARG001, ARG005 - all readers have one signature, and all writers
from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import json
import math
import struct
from collections.abc import Callable, Collection, Sequence
from typing import Any

MAX_NODES = 2_000_000
MAX_DEPTH = 150
MAX_INTEGER_DIGITS = 1_000_000
_HEAD = struct.Struct("!II")

#: Types that both sides know by their name alone.
TYPES = {
    kind.__name__: kind
    for kind in (
        bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range,
        slice, object, type(None), type(...), type(NotImplemented),
    )
}  # fmt: skip
_TYPE_NAMES: dict[Any, str] = {kind: name for name, kind in TYPES.items()}
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
        head = _HEAD.pack(len(text), len(self.buffers))
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
    name = None if factory is None else _TYPE_NAMES.get(factory)
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
}


def _register_random() -> None:
    import random

    _WRITERS[random.Random] = _write_random


_register_random()


class Decoder:
    """Reads one message.

    Parameters
    ----------
    revive
        Makes an object of a node that is not plain, given this decoder; None refuses all such nodes.
    targets
        What was sent earlier, by number: an object that comes back is that object, brought up to date.
    keep
        Kinds of objects (the first part of their nodes) that are not brought up to date.
    """

    def __init__(
        self,
        data: bytes,
        revive: Callable[[Node, Decoder], Any] | None = None,
        targets: Sequence[Any] = (),
        keep: Collection[str] = (),
    ) -> None:
        self._keep_as_is = frozenset(keep)
        self._revive = revive
        self._targets = targets
        self._depth = 0
        self.has_mutable = False
        #: Whether a random generator came back in another state than it was sent in.
        self.moved_generator = False
        try:
            length, count = _HEAD.unpack_from(data)
            sizes = struct.unpack_from(f"!{count}Q", data, _HEAD.size)
            start = _HEAD.size + 8 * count
            self._root, self.nodes = json.loads(data[start : start + length])
            start += length
            if start + sum(sizes) != len(data) or len(self.nodes) > MAX_NODES:
                raise CodecError("the sizes do not agree")
        except CodecError:
            raise
        except Exception:
            raise CodecError("this is not a message") from None
        self._buffers = []
        for size in sizes:
            self._buffers.append(data[start : start + size])
            start += size
        self.objects: list[Any] = [_MISSING] * len(self.nodes)

    def read(self) -> Any:
        """Return the value of the message.

        Raises
        ------
        CodecError
            For anything that is not plain data in the form that `Encoder` writes.
        """
        try:
            return self.value(self._root)
        except CodecError:
            raise
        except Exception as err:
            raise CodecError(f"this is not plain data ({type(err).__name__})") from None

    def buffer(self, number: Any) -> bytes:
        """Return bytes by their number."""
        if type(number) is not int or number < 0:
            raise CodecError("no such buffer")
        return self._buffers[number]

    def value(self, written: Any) -> Any:
        """Return what stands behind a written value."""
        if type(written) is not list:
            if type(written) is dict:
                raise CodecError("a table where none may be")
            return written
        (number,) = written
        if type(number) is not int or not 0 <= number < len(self.nodes):
            raise CodecError("no such object")
        done = self.objects[number]
        if done is _BEGUN:
            raise CodecError("an object that contains itself and can not")
        if done is not _MISSING:
            return done
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise CodecError("nested too deeply")
        self.objects[number] = _BEGUN
        node = self.nodes[number]
        if node[0] == "@":
            found = self._come_back(number, node[1], node[2])
        else:
            found = self._node(number, node)
        self.objects[number] = found
        self._depth -= 1
        return found

    def _come_back(self, number: int, origin: Any, body: Any) -> Any:
        if type(origin) is not int or not 0 <= origin < len(self._targets):
            raise CodecError("nothing was sent under this number")
        target = self._targets[origin]
        if body is None or body[0] not in MUTABLE or body[0] in self._keep_as_is:
            return target
        self.objects[number] = target
        from kit.grading.outside import tables

        if body[0] == "i":
            fresh = self.value(body[2])
            if type(fresh) is not dict or not all(type(name) is str for name in fresh):
                raise CodecError("no state")
            vars(target).clear()
            vars(target).update(fresh)
            return target
        fresh = self._fill(None, body)
        if type(fresh) is not type(target):
            raise CodecError("an object that came back as another kind")
        if body[0] in GENERATORS:
            self.moved_generator |= encode(fresh) != encode(target)
        update = _UPDATES.get(type(target), tables.update)
        update(target, fresh)
        return target

    def _node(self, number: int, node: Node) -> Any:
        if node[0] in MUTABLE:
            self.has_mutable = True
        return self._fill(number, node)

    def _keep(self, number: int | None, made: Any) -> Any:
        # Before it is filled, since it may contain itself.
        if number is not None:
            self.objects[number] = made
        return made

    def _fill(self, number: int | None, node: Node) -> Any:
        tag = node[0]
        if tag == "l":
            made: Any = self._keep(number, [])
            made.extend([self.value(v) for v in node[1]])
            return made
        if tag in ("d", "Cn", "od", "dd"):
            made = self._keep(number, _EMPTY[tag]())
            if tag == "dd":
                if node[1] is not None and node[1] not in FACTORIES:
                    raise CodecError("a factory that is not plain")
                made.default_factory = None if node[1] is None else TYPES[node[1]]
            parts = [self.value(v) for v in node[-1]]
            for key, item in zip(parts[::2], parts[1::2], strict=True):
                made[key] = item
            return made
        if tag == "s":
            made = self._keep(number, set())
            made.update([self.value(v) for v in node[1]])
            return made
        if tag == "deq":
            made = self._keep(number, collections.deque(maxlen=_whole_or_none(node[2])))
            made.extend([self.value(v) for v in node[1]])
            return made
        read = _READERS.get(tag)
        if read is not None:
            return read(self, node)
        from kit.grading.outside import tables

        read = tables.READERS.get(tag)
        if read is not None:
            return read(self, node)
        if self._revive is None:
            raise CodecError("an object that is not plain data")
        return self._revive(node, self)


_MISSING, _BEGUN = object(), object()
_EMPTY: dict[str, Callable[[], Any]] = {
    "d": dict,
    "Cn": collections.Counter,
    "od": collections.OrderedDict,
    "dd": collections.defaultdict,
}


def _whole_or_none(value: Any) -> int | None:
    if value is None or type(value) is int:
        return value
    raise CodecError("not a whole number")


def _read_named(decoder: Decoder, node: Node) -> Any:
    _tag, name, fields, values = node
    key = (name, tuple(fields))
    if key not in _NAMED:
        if len(_NAMED) > 1000 or len(fields) > 200:
            raise CodecError("too many kinds of named tuples")
        # It takes identifiers only, and says so otherwise.
        _NAMED[key] = collections.namedtuple(name, fields)
    return _NAMED[key]._make([decoder.value(v) for v in values])


_NAMED: dict[tuple[str, tuple[str, ...]], Any] = {}


def _read_datetime(decoder: Decoder, node: Node) -> datetime.datetime:
    _tag, text, zone, fold = node
    made = datetime.datetime.fromisoformat(text).replace(fold=int(fold))
    if zone is None:
        return made
    if type(zone) is str:
        import zoneinfo

        return made.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    if not math.isfinite(zone):
        raise CodecError("no such time zone")
    return made.replace(tzinfo=datetime.timezone(datetime.timedelta(seconds=zone)))


def _read_random(decoder: Decoder, node: Node) -> Any:
    import random

    made = random.Random()
    words = array.array("Q", decoder.buffer(node[2])).tolist()
    made.setstate((node[1], tuple(words), node[3]))
    return made


def _numbers(kind: str) -> Callable[[Decoder, Node], Any]:
    return lambda d, n: array.array(kind, d.buffer(n[1])).tolist()


_READERS: dict[str, Callable[[Decoder, Node], Any]] = {
    "i16": lambda d, n: int(n[1][: MAX_INTEGER_DIGITS + 1], 16),
    "fl": _numbers("d"),
    "il": _numbers("q"),
    "t": lambda d, n: tuple([d.value(v) for v in n[1]]),
    "z": lambda d, n: frozenset([d.value(v) for v in n[1]]),
    "b": lambda d, n: d.buffer(n[1]),
    "B": lambda d, n: bytearray(d.buffer(n[1])),
    "c": lambda d, n: complex(float(n[1]), float(n[2])),
    "r": lambda d, n: range(*(d.value(v) for v in n[1:4])),
    "sl": lambda d, n: slice(*(d.value(v) for v in n[1:4])),
    "...": lambda d, n: ...,
    "ni": lambda d, n: NotImplemented,
    "nt": _read_named,
    "y": lambda d, n: TYPES[n[1]],
    "dt": _read_datetime,
    "da": lambda d, n: datetime.date.fromisoformat(n[1]),
    "ti": lambda d, n: datetime.time.fromisoformat(n[1]),
    "td": lambda d, n: datetime.timedelta(int(n[1]), int(n[2]), int(n[3])),
    "dec": lambda d, n: decimal.Decimal(n[1][:100_000]),
    "fr": lambda d, n: fractions.Fraction(d.value(n[1]), d.value(n[2])),
    "pr": _read_random,
}


def _write_type(encoder: Encoder, value: type) -> Node:
    name = _TYPE_NAMES.get(value)
    if name is None:
        raise NotPlainError("a class")
    return ["y", name]


def _refill(target: Any, fresh: Any) -> None:
    target.clear()
    target.update(fresh)


def _reset_list(target: Any, fresh: Any) -> None:
    target[:] = fresh


def _reset_queue(target: Any, fresh: Any) -> None:
    target.clear()
    target.extend(fresh)


_UPDATES: dict[type, Callable[[Any, Any], None]] = {
    list: _reset_list,
    bytearray: _reset_list,
    dict: _refill,
    set: _refill,
    collections.Counter: _refill,
    collections.OrderedDict: _refill,
    collections.defaultdict: _refill,
    collections.deque: _reset_queue,
}


def type_node(value: Any) -> Node | None:
    """Return the node of a class that both sides know by name, or None."""
    return _write_type(None, value) if value in _TYPE_NAMES else None  # type: ignore[arg-type]


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
