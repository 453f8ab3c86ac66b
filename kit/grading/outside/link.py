"""The trusted end of the link to the learner's process: requests, answers, and what travels with them.

What comes back is data or the number of an object. A deadline holds for the whole test cell. When the other
side is gone, the test is over, whatever it catches.
"""

from __future__ import annotations

import builtins
import importlib
import socket
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

from kit.grading.outside import proxy, wire
from kit.grading.outside.chance import Chance
from kit.grading.outside.decoder import Decoder
from kit.grading.outside.encoder import Encoder
from kit.grading.outside.nodes import GENERATORS, CodecError, Node, NotPlainError, type_node


class LostError(BaseException):
    """The learner's process is gone, or did not answer in time. ``args[0]`` says which."""


class NotHandedError(TypeError):
    """A test wants to hand over an object that can not be copied."""


# Before the name of a generator, in what the reference solution was seen to use.
_CHANCE = "chance:"
_ARGUMENT = _CHANCE + "argument"
# What stands for a name that the test has deleted: it may bind it again.
_GONE = object()


class Link:
    """Everything between one test process and one process of a learner.

    Parameters
    ----------
    space
        The namespace of the tests.
    names
        Whose value comes from the learner.
    """

    def __init__(self, space: dict[str, Any], names: frozenset[str]) -> None:
        self.space = space
        self.names = names
        self.deadline: float | None = None
        self.lost = "not connected"
        self.learning = False
        #: Whether names that the cell binds anew are bound on the other side; a set-up cell ran there.
        self.pushing = True
        self.surface: frozenset[str] = frozenset()
        self.used: set[str] = set()
        self.beliefs: set[str] = set()
        self.troubles: list[str] = []
        self._socket: socket.socket | None = None
        self._raised: BaseException | None = None
        self._begin()

    def _begin(self) -> None:
        self._placed: dict[str, Any] = {}
        self._callbacks: dict[int, Any] = {}
        self._proxies: dict[int, proxy.Proxy] = {}
        self._mirrors: dict[Any, type] = {}
        self._mirror_numbers: dict[type, int] = {}
        self._chance = Chance()

    def connect(self, connection: socket.socket) -> None:
        """Talk to another process from here on."""
        if self._socket is not None:
            self._socket.close()
        self._socket = connection
        self.lost = ""
        self._begin()

    # -- what may be asked, and what is believed --------------------------------------------------------

    def believe(self, what: str) -> None:
        """Note that the verdict may rest on something that the learner's object says of itself."""
        self.beliefs.add(what)

    def may(self, name: str) -> bool:
        """Say whether a value of the test may be handed to a method or operator of the learner's object."""
        if self.learning:
            self.used.add(name)
        return self.learning or name in self.surface

    def require(self, name: str) -> None:
        """Raise unless a value of the test may be handed to this method."""
        if not self.may(name):
            raise TypeError(f"the reference solution is not asked for {name!r} here")

    def own_class(self, name: str) -> Any:
        """Return the instructor's class of this name, or None."""
        return None if name in self.names else self.space.get(name)

    def _generators(self) -> list[str] | None:
        """Return the global generators that the reference solution draws from in this test; None for all."""
        return (
            None
            if self.learning
            else [name.removeprefix(_CHANCE) for name in self.surface if name.startswith(_CHANCE)]
        )

    def _take_chance(self, states: Any) -> None:
        """Go on where the learner's code left the generators, if the reference solution draws from them.

        Elsewhere it could choose the numbers that the test draws next.
        """
        if type(states) is not dict:
            return
        if self.learning:
            self.used |= {_CHANCE + name for name in states}
        allowed = self._generators()
        self._chance.take({n: v for n, v in states.items() if allowed is None or n in allowed})

    def watch_chance(self) -> None:
        """Note it when the test draws its own numbers from where the learner's code left a generator."""
        if self._chance.was_drawn_from():
            self.believe("chance")

    # -- requests --------------------------------------------------------------------------------------

    def ask(
        self,
        number: int,
        do: str,
        args: list[Any],
        keywords: dict[str, Any] | None = None,
        via: str = "",
    ) -> Any:
        """Do something with an object of the learner's, and return what comes of it."""
        return self._request(
            {"do": do, "object": number, "args": args, "keywords": keywords or {}}, via
        )

    def place_names(self, wanted: set[str]) -> None:
        """Put the learner's values of these names into the namespace of the tests."""
        for name in wanted:
            self.space.pop(name, None)
        self._placed = {}
        self._request({"do": "fetch", "object": 0, "args": sorted(wanted), "keywords": {}})

    def hand_over(self, names: dict[str, Any]) -> None:
        """Give names that a visible test has bound to the learner's side."""
        if names and not self.lost:
            self._request({"do": "nothing", "object": 0, "args": [], "keywords": {}, "set": names})

    def bring_up_to_date(self) -> None:
        """Tell the other side which of its names the test has bound anew or deleted."""
        request: dict[str, Any] = {"do": "nothing", "object": 0, "args": [], "keywords": {}}
        if not self.lost and self._changes():
            self._request(request)

    def _changes(self) -> dict[str, Any]:
        if not self.pushing:
            return {}
        gone = [
            name
            for name, placed in self._placed.items()
            if placed is not _GONE and name not in self.space
        ]
        bound = {
            name: self.space[name]
            for name, placed in self._placed.items()
            if name in self.space and self.space[name] is not placed
        }
        return {"set": bound, "delete": gone} if gone or bound else {}

    def _request(self, request: dict[str, Any], via: str = "") -> Any:
        if self.lost:
            raise LostError(self.lost)
        changes = self._changes()
        self.watch_chance()
        encoder = Encoder(self._opaque)
        chance = self._chance.changes(self._generators())
        try:
            message = encoder.message({**changes, **request, "random": chance})
        except NotPlainError as err:
            self.troubles.append(str(err))
            raise NotHandedError(f"the test can not hand this over: {err}") from None
        self._placed |= changes.get("set", {}) | dict.fromkeys(changes.get("delete", ()), _GONE)
        answer = self._exchange(message, encoder.objects, via)
        for name in ("stdout", "stderr"):
            text = answer.get(name)
            if type(text) is str and text:
                getattr(sys, name).write(text)
        self._take_chance(answer.get("random", {}))
        self._take_names(answer.get("names", {}))
        self._warn(answer.get("warnings", ()))
        if "error" in answer:
            self._raise(answer["error"])
        return answer.get("value")

    def _warn(self, told: Any) -> None:
        """Give the warnings of the learner's code here, where the test may look for them."""
        for names, text, line in told if type(told) is list else ():
            kind: Any = proxy.find_class(names, self.own_class) or UserWarning
            if issubclass(kind, Warning) and type(text) is str and type(line) is int:
                warnings.warn_explicit(text, kind, "<answer>", line)

    def _exchange(self, message: bytes, sent: list[Any], via: str) -> dict[str, Any]:
        assert self._socket is not None
        self._raised = None
        try:
            wire.send(self._socket, message, deadline=self.deadline)
            while True:
                data = wire.receive(self._socket, deadline=self.deadline)
                decoder = Decoder(
                    data,
                    lambda node, _reader: self._revive(node, via),
                    sent,
                    keep=() if self.learning or _ARGUMENT in self.surface else GENERATORS,
                )
                answer = decoder.read()
                if self.learning and decoder.moved_generator:
                    self.used.add(_ARGUMENT)
                if type(answer) is not dict:
                    raise CodecError("no answer")
                if "call" not in answer:
                    return answer
                reply = self._call_back(answer)
                wire.send(self._socket, reply, deadline=self.deadline)
        except CodecError as err:
            raise ValueError(f"what came back can not be read: {err}") from None
        except wire.TooLargeError:
            self._lose("size")
        except wire.DeadlineError:
            self._lose("time")
        except wire.ClosedError:
            self._lose("died")
        raise LostError(self.lost)

    def _lose(self, why: str) -> Any:
        self.lost = why
        if self._socket is not None:
            self._socket.close()
        raise LostError(why) from None

    def _take_names(self, found: Any) -> None:
        for name, value in found.items() if type(found) is dict else ():
            if name == "":
                for lost in value:
                    if lost in self.names:
                        self.space.pop(lost, None)
                        self._placed.pop(lost, None)
            elif name in self.names:
                self.space[name] = self._placed[name] = value

    def _raise(self, answer: Any) -> None:
        if type(answer) is dict and answer.get("callback") and self._raised is not None:
            raise self._raised
        try:
            error = proxy.make_exception(answer, self.own_class, self._mirrors)
        except Exception:
            error = RuntimeError("the learner's code raised something that can not be read")
        raise error from None

    def _call_back(self, answer: dict[str, Any]) -> bytes:
        """Call a function of the test for the learner's code; it learns the value, or that there is none."""
        function = self._callbacks.get(answer["call"])
        encoder = Encoder(self._opaque)
        try:
            if function is None or type(answer["args"]) is not list:
                raise TypeError
            message = encoder.message({"value": function(*answer["args"], **answer["keywords"])})
            self._raised = None
            return message
        except LostError:
            raise
        except BaseException as err:
            self._raised = err
            return Encoder().message({"error": True})

    # -- objects ---------------------------------------------------------------------------------------

    def _revive(self, node: Node, via: str) -> Any:
        if node[0] == "k":
            return self._callbacks[node[1]]
        if node[0] != "o":
            raise CodecError("an object of an unknown kind")
        _tag, number, *description = node
        _check(number, description)
        if description[2] == "exception":
            made = proxy.mirror_class(description[3], self.own_class, self._mirrors, number)
            self._mirror_numbers.setdefault(made, number)
            return made
        found = self._proxies.get(number)
        if found is None:
            found = self._proxies[number] = proxy.make_proxy(self, number, description, via)
        return found

    def _opaque(self, value: Any, encoder: Encoder) -> Node:
        kind = type(value)
        if proxy.is_proxy(value):
            return ["o", proxy.number_of(value)]
        if isinstance(value, types.ModuleType):
            return ["n", value.__name__, ""]
        if isinstance(value, type):
            return self._class_node(value)
        if isinstance(value, BaseException) and getattr(builtins, kind.__name__, None) is kind:
            return ["x", kind.__name__, encoder.value(list(value.args))]
        if (
            kind.__module__ == "__main__"
            and self.space.get(kind.__name__) is kind
            and hasattr(value, "__dict__")
        ):
            return ["i", kind.__name__, encoder.value(vars(value))]
        if isinstance(value, Iterator):
            return ["it", self._keep(lambda: _advance(value))]
        if callable(value):
            module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
            if _is_known(value, module, name):
                return ["n", module, name]
            return ["k", self._keep(value)]
        raise NotPlainError(f"an object of the class {kind.__name__}")

    def _class_node(self, value: type) -> Node:
        node = type_node(value)
        if node is not None:
            return node
        if value in self._mirror_numbers:
            return ["o", self._mirror_numbers[value]]
        if value.__module__ == "__main__":
            if self.space.get(value.__name__) is value:
                return ["u", value.__name__]
        elif _is_known(value, value.__module__, value.__qualname__):
            return ["n", value.__module__, value.__qualname__]
        raise NotPlainError(f"the class {value.__name__}")

    def _keep(self, function: Any) -> int:
        for number, known in self._callbacks.items():
            if known is function:
                return number
        number = len(self._callbacks)
        self._callbacks[number] = function
        return number


def _advance(iterator: Iterator[Any]) -> tuple[bool, Any]:
    try:
        return True, next(iterator)
    except StopIteration:
        return False, None


def _is_known(value: Any, module: Any, name: Any) -> bool:
    """Say whether a function or class can be found under its name in an imported library."""
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return False
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception:
        return False
    return found is value


def _check(number: Any, description: Any) -> None:
    """Raise unless a description is made of numbers and names, as it should be."""
    names, able, kind, own = description
    fine = type(number) is int and type(kind) is str and all(type(name) is str for name in able)
    for pair in [*names, *own]:
        fine = fine and len(pair) == 2 and all(type(part) is str for part in pair)
    if not fine or len(names) > 100 or len(own) > 100:
        raise CodecError("a description that is none")
