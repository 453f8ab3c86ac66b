"""Reading one message: only plain data can come of it, and what was sent before, brought up to date."""

# ruff: noqa: ARG001, ARG005 - all readers have one signature
from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import json
import math
import random
import struct
from collections.abc import Callable, Collection, Sequence
from typing import Any

from kit.grading.outside.encoder import Encoder
from kit.grading.outside.nodes import (
    FACTORIES,
    GENERATORS,
    HEAD,
    MAX_DEPTH,
    MAX_INTEGER_DIGITS,
    MAX_NODES,
    MUTABLE,
    TYPES,
    CodecError,
    Node,
)


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
            length, count = HEAD.unpack_from(data)
            sizes = struct.unpack_from(f"!{count}Q", data, HEAD.size)
            start = HEAD.size + 8 * count
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
            self.moved_generator |= Encoder().message(fresh) != Encoder().message(target)
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
