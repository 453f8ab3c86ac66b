"""The untrusted side: it runs the learner's cells, keeps their objects, and does with them what it is asked.

Nothing here is believed. A learner's code may rewrite all of it, and can then send other data, no more.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import select
import socket
import sys
import traceback
import warnings
from typing import Any

from kit.grading.outside import objects, wire
from kit.grading.outside.chance import Chance
from kit.grading.outside.decoder import Decoder
from kit.grading.outside.encoder import Encoder
from kit.grading.outside.nodes import Node, NotPlainError, type_node
from kit.grading.outside.shell import CellShell

MAX_TEXT = 1_000_000
MAX_PICTURE = 1000
MAX_WARNINGS = 100


class CallbackError(BaseException):
    """A function of the test raised; what, is known to the test alone."""


class Callback:
    """A function of the test, as the learner's code sees it: it can be called, and nothing else."""

    __slots__ = ("_ask", "_number")

    def __init__(self, ask: Any, number: int) -> None:
        self._ask = ask
        self._number = number

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Call the function, on the other side."""
        return self._ask(self._number, args, keywords)


class CallbackIterator:
    """An iterator of the test, as the learner's code sees it."""

    __slots__ = ("_next",)

    def __init__(self, following: Callback) -> None:
        self._next = following

    def __iter__(self) -> CallbackIterator:
        return self

    def __next__(self) -> Any:
        more, value = self._next()
        if not more:
            raise StopIteration
        return value


class Student:
    """The objects of one learner, and whoever asks about them."""

    def __init__(self, shell: CellShell, control: socket.socket, link: socket.socket) -> None:
        self.shell = shell
        self.control = control
        self.link = link
        self.table: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.sent: dict[str, Any] = {}
        self.copies: dict[int, tuple[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.tracked: list[str] = []
        self.chance = Chance()

    def serve(self) -> None:
        """Run cells and answer until the coordinator is gone."""
        while True:
            ready, _, _ = select.select([self.control, self.link], [], [])
            try:
                if self.control in ready:
                    request = json.loads(wire.receive(self.control))
                    if request["do"] == "end":
                        return
                    wire.send(self.control, self._run(request))
                else:
                    self._answer(wire.receive(self.link))
            except wire.ClosedError:
                return

    def _run(self, request: dict[str, Any]) -> bytes:
        outputs, number, fine = self.shell.run(request["source"])
        reply = {"outputs": outputs, "number": number, "fine": fine}
        return json.dumps(reply, default=str).encode("utf-8", "replace")

    # -- the test's requests ---------------------------------------------------------------------------

    def _answer(self, data: bytes) -> None:
        decoder = Decoder(data, self._revive)
        kept = sys.stdout, sys.stderr
        shown, said = io.StringIO(), io.StringIO()
        caught: list[Any] = []
        reply: dict[str, Any] = {}
        encoder = Encoder(self._opaque)
        sys.stdout, sys.stderr = shown, said
        try:
            request = decoder.read()
            # A dictionary of what to do: names to set and delete, random states, an action.
            self._take_names(request)
            self.chance.take(request.get("random", {}))
            self.chance.note()
            origins = {id(o): n for n, o in enumerate(decoder.objects)}
            before = self._picture(request) if decoder.has_mutable else b""
            try:
                with warnings.catch_warnings(record=True) as caught:
                    reply["value"] = self._do(request)
            except BaseException as error:
                reply["error"] = self._describe(error)
            changed = decoder.has_mutable and self._picture(request) != before
            encoder = Encoder(self._opaque, origins, bodies=changed)
            if changed:
                reply["changed"] = [request["args"], request["keywords"]]
            reply["names"] = self._find_names(request["do"] == "fetch")
            reply["random"] = self.chance.changes()
        except BaseException as error:
            reply = {"error": self._describe(error)}
        finally:
            sys.stdout, sys.stderr = kept
        told: dict[str, Any] = {"stdout": shown.getvalue()[:MAX_TEXT]}
        if text := said.getvalue()[:MAX_TEXT]:
            told["stderr"] = text
        if caught:
            told["warnings"] = [_describe_warning(one) for one in caught[:MAX_WARNINGS]]
        try:
            message = encoder.message(reply | told)
        except Exception as error:
            message = Encoder(self._opaque).message({"error": self._describe(error), **told})
        self.copies.clear()
        wire.send(self.link, message)

    def _picture(self, request: dict[str, Any]) -> bytes:
        with contextlib.suppress(Exception):
            return Encoder(self._opaque).message([request["args"], request["keywords"]])
        return b""

    def _do(self, request: dict[str, Any]) -> Any:
        if request["do"] == "fetch":
            self.tracked = request["args"]
            self.sent = {}
            return None
        if request["do"] == "forget":
            self.table.clear()
            self.numbers.clear()
            self.sent = {}
            return None
        if request["do"] == "nothing":
            return None
        if request["do"] == "bound":
            return [name for name in request["args"] if name in self.shell.user_ns]
        return objects.ask(
            self.table[request["object"]], request["do"], request["args"], request["keywords"]
        )

    def _take_names(self, request: dict[str, Any]) -> None:
        space = self.shell.user_ns
        for name in request.get("delete", ()):
            space.pop(name, None)
            self.sent.pop(name, None)
        for name, value in request.get("set", {}).items():
            space[name] = self.sent[name] = value

    def _find_names(self, everything: bool) -> dict[str, Any]:
        """Return the learner's names that are new or stand for something else than when they were sent."""
        space, found = self.shell.user_ns, {}
        for name in self.tracked:
            if name not in space:
                continue
            same = not everything and self.sent.get(name, self) is space[name]
            picture = self._small_picture(space[name]) if same or everything else b""
            if not same or picture != self.pictures.get(name, picture):
                found[name] = self.sent[name] = space[name]
            self.pictures[name] = picture
        gone = [name for name in self.sent if name not in space]
        for name in gone:
            del self.sent[name]
        if gone:
            found[""] = gone
        return found

    def _small_picture(self, value: Any) -> bytes:
        """Return a container as bytes, to see whether it was changed in place; nothing for a large one."""
        if type(value) in (list, dict, set) and len(value) <= MAX_PICTURE:
            with contextlib.suppress(Exception):
                return Encoder(self._opaque).message(value)
        return b""

    def _describe(self, error: BaseException) -> dict[str, Any]:
        if isinstance(error, CallbackError):
            return {"callback": True}
        try:
            text = str(error)[:20_000]
        except BaseException:
            text = ""
        args: list[Any] = []
        state: dict[str, Any] = {}
        with contextlib.suppress(BaseException):
            Encoder().message(list(error.args))
            args = list(error.args)
        with contextlib.suppress(BaseException):
            Encoder().message(vars(error))
            state = dict(vars(error))
            state.pop("__notes__", None)
        lines = "".join(traceback.format_exception(error))[-10_000:]
        own = type(error).__module__ == "__main__"
        return {
            "names": objects.names_of(type(error)),
            "text": text,
            "args": args,
            "state": state,
            "lines": lines,
            "class": self._number(type(error)) if own else None,
        }

    # -- objects ---------------------------------------------------------------------------------------

    def _number(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.table)
            self.table[number] = value
            self.numbers[id(value)] = number
        return number

    def _opaque(self, value: Any, encoder: Encoder) -> Node:
        if isinstance(value, Callback):
            return ["k", value._number]
        if isinstance(value, type) and (node := type_node(value)) is not None:
            return node
        if id(value) in self.copies:
            return ["i", self.copies[id(value)][0], encoder.value(vars(value))]
        return ["o", self._number(value), *objects.describe(value)]

    def _revive(self, node: Node, decoder: Decoder) -> Any:
        if node[0] == "o":
            return self.table[node[1]]
        if node[0] == "k":
            return Callback(self._call_back, node[1])
        if node[0] == "n":
            return find_by_name(node[1], node[2])
        if node[0] == "i":
            kind = self.shell.user_ns.get(node[1])
            if not isinstance(kind, type):
                raise NameError(f"name {node[1]!r} is not defined")
            made: Any = object.__new__(kind)
            vars(made).update(decoder.value(node[2]))
            self.copies[id(made)] = (node[1], made)
            return made
        if node[0] == "u":
            return self.shell.user_ns[node[1]]
        if node[0] == "it":
            return CallbackIterator(Callback(self._call_back, node[1]))
        if node[0] == "x":
            return make_exception(node[1], decoder.value(node[2]))
        raise NotPlainError(node[0])

    def _call_back(self, number: int, args: Any, keywords: Any) -> Any:
        encoder = Encoder(self._opaque)
        wire.send(
            self.link, encoder.message({"call": number, "args": list(args), "keywords": keywords})
        )
        reply = Decoder(wire.receive(self.link), self._revive).read()
        if "error" in reply:
            raise CallbackError
        return reply["value"]


def _describe_warning(caught: Any) -> list[Any]:
    return [objects.names_of(caught.category), str(caught.message)[:20_000], int(caught.lineno)]


def find_by_name(module: str, name: str) -> Any:
    """Return a module, or what is in it under a dotted name."""
    found: Any = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


def make_exception(name: str, args: list[Any]) -> BaseException:
    """Make an exception of a built-in class."""
    import builtins

    kind = getattr(builtins, name, Exception)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = Exception
    return kind(*args)
