"""Arrays, tables, tensors and random generators for the codec, for those libraries that are loaded.

By exact type, and without object arrays but for columns of plain values. A library that is not loaded is
not imported for writing; for reading it is one of three that are named here.
"""

# ruff: noqa: ARG001, ARG005 - all readers have one signature, and all writers
from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from kit.grading.outside.decoder import Decoder
from kit.grading.outside.encoder import Encoder
from kit.grading.outside.nodes import CodecError, Node, NotPlainError

_DTYPE = re.compile(r"[<>|=]?[biufcSUmM]\d*(\[\d*[A-Za-z]+\])?")
_EXTENSION = re.compile(r"(string|str|boolean|U?Int(8|16|32|64)|Float(32|64))")
_BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
_TENSOR = re.compile(
    r"(float16|float32|float64|u?int8|int16|int32|int64|bool|complex64|complex128)"
)
MAX_ITEMS = 50_000_000


def find_writer(value: Any) -> Callable[[Encoder, Any], Node] | None:
    """Return the function that writes objects of exactly this type, or None."""
    kind = type(value)
    if kind in _FOUND:
        return _FOUND[kind]
    found = None
    numpy = sys.modules.get("numpy")
    pandas = sys.modules.get("pandas")
    torch = sys.modules.get("torch")
    if numpy is not None:
        if kind is numpy.ndarray:
            found = _write_array
        elif isinstance(value, numpy.generic) and kind is numpy.dtype(kind).type:
            found = _write_scalar
        elif kind is numpy.random.Generator:
            found = _write_generator
        elif kind is numpy.random.RandomState:
            found = _write_legacy
    if found is None and pandas is not None:
        found = {
            pandas.DataFrame: _write_frame,
            pandas.Series: _write_series,
            pandas.Index: _write_index,
            pandas.RangeIndex: _write_index,
            pandas.DatetimeIndex: _write_index,
            pandas.MultiIndex: _write_index,
            pandas.CategoricalIndex: _write_index,
            pandas.TimedeltaIndex: _write_index,
            pandas.Timestamp: lambda e, v: [
                "Ts",
                v.isoformat(),
                None if v.tz is None else str(v.tz),
                v.unit,
            ],
            pandas.Timedelta: lambda e, v: ["Td", int(v.value)],
            type(pandas.NaT): lambda e, v: ["NaT"],
            type(pandas.NA): lambda e, v: ["NA"],
        }.get(kind)
    if found is None and torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        found = _write_tensor
    if found is None and torch is not None and kind is torch.Size:
        found = _write_size
    if found is not None:
        _FOUND[kind] = found
    return found


_FOUND: dict[type, Callable[[Encoder, Any], Node]] = {}


def _write_array(encoder: Encoder, value: Any) -> Node:
    if value.dtype.hasobject or value.dtype.names is not None:
        raise NotPlainError("an array of objects")
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    return ["a", value.dtype.str, list(value.shape), order, encoder.buffer(value.tobytes(order))]


def _read_array(decoder: Decoder, node: Node) -> Any:
    import numpy

    _tag, name, shape, order, number = node
    made = numpy.frombuffer(decoder.buffer(number), dtype=_dtype(name))
    return made.reshape(_shape(shape), order="F" if order == "F" else "C").copy(order="K")


def _dtype(name: Any) -> Any:
    import numpy

    if type(name) is not str or not _DTYPE.fullmatch(name):
        raise CodecError("a kind of number that is not plain")
    return numpy.dtype(name)


def _shape(shape: Any) -> tuple[int, ...]:
    if len(shape) > 32 or not all(type(n) is int and 0 <= n <= MAX_ITEMS for n in shape):
        raise CodecError("no such shape")
    return tuple(shape)


def _write_scalar(encoder: Encoder, value: Any) -> Node:
    if value.dtype.hasobject or value.dtype.names is not None:
        raise NotPlainError("a scalar of objects")
    return ["g", value.dtype.str, encoder.buffer(value.tobytes())]


def _read_scalar(decoder: Decoder, node: Node) -> Any:
    import numpy

    (made,) = numpy.frombuffer(decoder.buffer(node[2]), dtype=_dtype(node[1]))
    return made


def _write_generator(encoder: Encoder, value: Any) -> Node:
    bits = value.bit_generator
    name = type(bits).__name__
    if name not in _BIT_GENERATORS:
        raise NotPlainError("a generator of an unknown kind")
    return ["rng", name, encoder.value(dict(bits.state))]


def _read_generator(decoder: Decoder, node: Node) -> Any:
    import numpy

    if node[1] not in _BIT_GENERATORS:
        raise CodecError("a generator of an unknown kind")
    bits = getattr(numpy.random, node[1])(0)
    bits.state = decoder.value(node[2])
    return numpy.random.Generator(bits)


def _write_legacy(encoder: Encoder, value: Any) -> Node:
    return ["rs", encoder.value(value.get_state(legacy=False))]


def _read_legacy(decoder: Decoder, node: Node) -> Any:
    import numpy

    made = numpy.random.RandomState(0)
    made.set_state(decoder.value(node[1]))
    return made


def _write_values(encoder: Encoder, values: Any, dtype: Any) -> Node:
    """Write one column, or the values of an index."""
    import numpy
    import pandas

    if isinstance(dtype, pandas.CategoricalDtype):
        codes = numpy.asarray(values.codes)
        return ["cat", encoder.value(codes), encoder.value(dtype.categories), bool(dtype.ordered)]
    if isinstance(dtype, pandas.DatetimeTZDtype):
        whole = numpy.asarray(values.astype("int64"))
        return ["tz", encoder.value(whole), dtype.unit, str(dtype.tz)]
    if isinstance(dtype, numpy.dtype) and not dtype.hasobject:
        return ["np", encoder.value(numpy.asarray(values))]
    if isinstance(dtype, numpy.dtype):
        return ["obj", [encoder.value(v) for v in values.tolist()]]
    name = str(dtype)
    if not _EXTENSION.fullmatch(name):
        raise NotPlainError(f"a column of {name}")
    missing = numpy.asarray(pandas.isna(values))
    plain = [
        None if gone else encoder.value(v) for v, gone in zip(values.tolist(), missing, strict=True)
    ]
    return ["ext", name, plain]


def _read_values(decoder: Decoder, written: Any) -> Any:
    import numpy
    import pandas

    tag = written[0]
    if tag == "np":
        found = decoder.value(written[1])
        if type(found) is not numpy.ndarray or found.ndim != 1:
            raise CodecError("no column")
        return found
    if tag == "obj":
        made = numpy.empty(len(written[1]), dtype=object)
        made[:] = [decoder.value(v) for v in written[1]]
        return made
    if tag == "cat":
        codes, categories = decoder.value(written[1]), decoder.value(written[2])
        return pandas.Categorical.from_codes(codes, categories, ordered=bool(written[3]))
    if tag == "tz":
        whole = decoder.value(written[1])
        if written[2] not in ("s", "ms", "us", "ns"):
            raise CodecError("no such unit")
        utc = pandas.DatetimeIndex(whole.view(f"M8[{written[2]}]")).tz_localize("UTC")
        return utc.tz_convert(written[3]).array
    if tag == "ext" and _EXTENSION.fullmatch(written[1]):
        return pandas.array([decoder.value(v) for v in written[2]], dtype=written[1])
    raise CodecError("a column of an unknown kind")


def _write_index(encoder: Encoder, value: Any) -> Node:
    import pandas

    names = [encoder.value(name) for name in value.names]
    if type(value) is pandas.RangeIndex:
        return ["ri", value.start, value.stop, value.step, names[0]]
    if type(value) is pandas.MultiIndex:
        levels = [
            encoder.value(value.get_level_values(n).rename(None)) for n in range(value.nlevels)
        ]
        return ["mi", levels, names]
    return ["ix", _write_values(encoder, value.array, value.dtype), names[0]]


def _read_index(decoder: Decoder, node: Node) -> Any:
    import pandas

    if node[0] == "ri":
        return pandas.RangeIndex(
            *(decoder.value(v) for v in node[1:4]), name=decoder.value(node[4])
        )
    if node[0] == "mi":
        levels = [decoder.value(v) for v in node[1]]
        return pandas.MultiIndex.from_arrays(levels, names=[decoder.value(v) for v in node[2]])
    return pandas.Index(_read_values(decoder, node[1]), name=decoder.value(node[2]))


def _write_series(encoder: Encoder, value: Any) -> Node:
    column = _write_values(encoder, value.array, value.dtype)
    return ["se", column, encoder.value(value.index), encoder.value(value.name)]


def _read_series(decoder: Decoder, node: Node) -> Any:
    import pandas

    values, index, name = (
        _read_values(decoder, node[1]),
        decoder.value(node[2]),
        decoder.value(node[3]),
    )
    return pandas.Series(values, index=index, name=name)


def _write_frame(encoder: Encoder, value: Any) -> Node:
    columns = [value.iloc[:, n] for n in range(value.shape[1])]
    written = [_write_values(encoder, column.array, column.dtype) for column in columns]
    return ["df", written, encoder.value(value.index), encoder.value(value.columns)]


def _read_frame(decoder: Decoder, node: Node) -> Any:
    import pandas

    columns = [_read_values(decoder, written) for written in node[1]]
    index, names = decoder.value(node[2]), decoder.value(node[3])
    made = pandas.DataFrame(dict(enumerate(columns)), index=index)
    made.columns = names
    return made


def _read_time(decoder: Decoder, node: Node) -> Any:
    import pandas

    made = pandas.Timestamp(node[1]).as_unit(node[3])
    return made if node[2] is None else made.tz_convert(node[2])


def _read_span(decoder: Decoder, node: Node) -> Any:
    import pandas

    return pandas.Timedelta(int(node[1]), unit="ns")


def _read_nothing(decoder: Decoder, node: Node) -> Any:
    import pandas

    return pandas.NaT if node[0] == "NaT" else pandas.NA


def _write_tensor(encoder: Encoder, value: Any) -> Node:
    import torch

    leaf = type(value) is torch.Tensor and not value.requires_grad
    name = str(value.dtype).removeprefix("torch.")
    if not leaf or value.layout is not torch.strided or not _TENSOR.fullmatch(name):
        # What belongs to a gradient stays where its graph is.
        raise NotPlainError("a tensor that belongs to a model")
    data = value.detach().cpu().contiguous().numpy()
    return ["T", name, list(value.shape), encoder.buffer(data.tobytes())]


def _read_tensor(decoder: Decoder, node: Node) -> Any:
    import numpy
    import torch

    _tag, name, shape, number = node
    if not _TENSOR.fullmatch(name):
        raise CodecError("a tensor of an unknown kind")
    data = numpy.frombuffer(decoder.buffer(number), dtype=name).reshape(_shape(shape)).copy()
    return torch.from_numpy(data)


def _write_size(encoder: Encoder, value: Any) -> Node:
    return ["sz", [int(n) for n in value]]


def _read_size(decoder: Decoder, node: Node) -> Any:
    import torch

    return torch.Size([int(n) for n in node[1]])


READERS: dict[str, Callable[[Decoder, Node], Any]] = {
    "a": _read_array,
    "g": _read_scalar,
    "rng": _read_generator,
    "rs": _read_legacy,
    "ri": _read_index,
    "mi": _read_index,
    "ix": _read_index,
    "se": _read_series,
    "df": _read_frame,
    "Ts": _read_time,
    "Td": _read_span,
    "NaT": _read_nothing,
    "NA": _read_nothing,
    "T": _read_tensor,
    "sz": _read_size,
}


def update(target: Any, fresh: Any) -> None:
    """Give an array, table or generator the content of another one of the same kind."""
    import random

    name = type(target).__name__
    if isinstance(target, random.Random):
        target.setstate(fresh.getstate())
    elif name == "Generator":
        target.bit_generator.state = fresh.bit_generator.state
    elif name == "RandomState":
        target.set_state(fresh.get_state(legacy=False))
    elif name == "ndarray":
        if target.shape != fresh.shape or target.dtype != fresh.dtype or not target.flags.writeable:
            raise CodecError("an array that came back in another shape")
        target[...] = fresh
    elif name in ("DataFrame", "Series"):
        target._update_inplace(fresh)
    elif name == "Tensor":
        target.copy_(fresh)
    else:
        raise CodecError("an object that can not change")
