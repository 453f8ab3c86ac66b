import collections
import datetime
import decimal
import fractions
import json
import random
import struct

import numpy as np
import pandas as pd
import pytest

from kit.grading.outside.codec import decode, encode
from kit.grading.outside.decoder import Decoder
from kit.grading.outside.encoder import Encoder
from kit.grading.outside.nodes import CodecError, NotPlainError

PLAIN = [
    None,
    True,
    -(2**80),
    float("inf"),
    "é\ud800",
    b"\x00",
    [1, [2.5]],
    [1.5] * 20,
    list(range(30)),
    (1, (2,)),
    {"a": {1: None}},
    {1, "b"},
    frozenset({1}),
    1j,
    range(1, 9, 2),
    slice(None, 3),
    ...,
    int,
    collections.Counter("aab"),
    collections.OrderedDict(b=1, a=2),
    collections.defaultdict(list, a=[1]),
    collections.deque([1], maxlen=3),
    datetime.datetime(2026, 4, 4, 23, 59, tzinfo=datetime.UTC),
    datetime.date(2026, 4, 4),
    datetime.time(3, 4),
    datetime.timedelta(days=-1, microseconds=3),
    decimal.Decimal("1.10"),
    fractions.Fraction(1, 3),
    np.float32(1.5),
    np.datetime64("2026-04-04"),
    pd.Timestamp("2026-04-04 05:00", tz="America/Santiago"),
    pd.Timedelta("3h"),
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_plain_data_comes_back_as_it_was(value):
    types = None if not isinstance(value, type) else {}
    message = (
        Encoder(lambda v, _e: ["y", v.__name__]).message(value) if types == {} else encode(value)
    )
    again = decode(message)
    assert again == value and type(again) is type(value)


@pytest.mark.parametrize(
    "array",
    [np.arange(6).reshape(2, 3).T, np.array([]), np.array(["a", "bc"]), np.zeros((0, 3), "f4")],
)
def test_arrays_keep_their_type_shape_and_order(array):
    again = decode(encode(array))
    assert again.dtype == array.dtype and np.array_equal(again, array)
    assert again.flags.f_contiguous == array.flags.f_contiguous
    again[...] = again  # it can be written to


def test_tables_keep_their_columns():
    table = pd.DataFrame(
        {
            "text": ["a", None],
            "day": pd.to_datetime(["2026-01-01", None]),
            "zone": pd.date_range("2026-04-04", periods=2, tz="America/Santiago"),
            "kind": pd.Categorical(["x", "y"], ordered=True),
            "whole": pd.array([1, None], dtype="Int64"),
        },
        index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None]),
    )
    pd.testing.assert_frame_equal(decode(encode(table)), table)
    pd.testing.assert_series_equal(decode(encode(table["text"])), table["text"])


def test_random_generators_go_on_where_they_were():
    for made in (random.Random(1), np.random.default_rng(2), np.random.RandomState(3)):
        again = decode(encode(made))
        assert again.random() == made.random()


def test_one_object_in_two_places_stays_one_object():
    inner: list = []
    inner.append(inner)
    again = decode(encode({"a": inner, "b": inner}))
    assert again["a"] is again["b"] is again["a"][0]


def test_what_comes_back_is_the_object_that_was_sent_brought_up_to_date():
    sent = {"a": [1, 2]}
    encoder = Encoder()
    other = Decoder(encoder.message(sent))
    copy = other.read()
    copy["a"].append(3)
    origins = {id(value): number for number, value in enumerate(other.objects)}
    reply = Encoder(None, origins, bodies=True).message([copy, copy["a"]])
    first, second = Decoder(reply, targets=encoder.objects).read()
    assert first is sent and second is sent["a"] and sent == {"a": [1, 2, 3]}


class Odd(list):
    pass


@pytest.mark.parametrize(
    "value",
    [object(), Odd(), lambda: 1, np.array([object()]), np.ma.array([1]), open],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_not_written(value):
    with pytest.raises(NotPlainError):
        encode(value)


def forge(root, nodes, *buffers):
    text = json.dumps([root, nodes]).encode()
    sizes = struct.pack(f"!{len(buffers)}Q", *map(len, buffers))
    return struct.pack("!II", len(text), len(buffers)) + sizes + text + b"".join(buffers)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x80\x04N.",
        forge([3], []),
        forge([-1], [["l", []]]),
        forge([0], [["a", "|O", [1], "C", 0]], b"12345678"),
        forge([0], [["a", "<f8", [2**60], "C", 0]], b"12345678"),
        forge([0], [["a", "<f8", [2], "C", 0]], b"12345678"),
        forge([0], [["t", [[0]]]]),
        forge([0], [["d", [[1], 1]], ["l", []]]),
        forge([0], [["nt", "P", ["__import__('os')"], [1]]]),
        forge([0], [["dd", "eval", []]]),
        forge([0], [["n", "os", "system"]]),
        forge([0], [["o", 1]]),
        forge([0], [["y", "eval"]]),
        forge([0], [["@", 0, None]]),
        forge({}, []),
        forge([0], [["l", [[n + 1]]] for n in range(500)]),
    ],
)
def test_a_forged_message_makes_nothing(message):
    with pytest.raises(CodecError):
        decode(message)


def test_an_object_can_not_come_back_as_another_kind():
    message = forge([0], [["@", 0, ["d", []]]])
    with pytest.raises(CodecError):
        Decoder(message, targets=[[1]]).read()
