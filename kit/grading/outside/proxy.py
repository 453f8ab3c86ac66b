"""What a test holds in place of an object of the learner's: it passes questions on, and believes little.

An operator or a method that would get a value of the test's is asked only where the reference solution was
asked the same in the same test. Comparison and truth are asked only when all operands are the learner's.
"""

from __future__ import annotations

import inspect
import sys
import types
from typing import Any

from kit.grading.outside import objects

# Asked of every object by libraries that look whether it is one of theirs. A copy would have been one.
_NEVER = ("__array_interface__", "__array_struct__", "__array_ufunc__", "__array_function__", "__dataframe__",
          "__arrow_c_stream__", "__arrow_c_array__", "__arrow_c_schema__", "__dlpack__", "__torch_function__",
          "__reduce__", "__reduce_ex__", "__getstate__", "__deepcopy__", "__copy__", "_typ")  # fmt: skip
# Modules whose exceptions decide what becomes of a test.
_NOT_THEIRS = ("unittest", "pytest", "_pytest", "nose", "kit", "IPython", "doctest", "traitlets")


# Classes of functions, generators and the like are in no module under their own name.
_NAMELESS = {
    kind.__name__: kind
    for kind in vars(types).values()
    if isinstance(kind, type) and kind.__module__ == "builtins"
}


class Proxy:
    """An object that stays with the learner. `_kit` is the link, its number, its description."""

    __slots__ = ("__weakref__", "_kit")

    def __init__(self, link: Any, number: int, description: list[Any], via: str) -> None:
        object.__setattr__(self, "_kit", (link, number, description, via))

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return _class_of(self)
        if name in _NEVER or name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)
        kit = object.__getattribute__(self, "_kit")
        if name == "__signature__":
            return _make_signature(ask(self, "getattr", "__signature__"))
        if kit[2][2] == "coroutine" and name in ("send", "throw", "close"):
            return lambda *_: _finish(self) if name == "send" else None
        return kit[0].ask(kit[1], "getattr", [name], via=name)

    def __setattr__(self, name: str, value: Any) -> None:
        ask(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        ask(self, "delattr", name)

    def __repr__(self) -> str:
        return _text(ask(self, "repr"))

    def __str__(self) -> str:
        return _text(ask(self, "str"))

    def __format__(self, spec: str) -> str:
        return _text(ask(self, "__format__", spec))

    def __dir__(self) -> list[str]:
        return [str(name) for name in ask(self, "__dir__")]

    def __hash__(self) -> int:
        value = ask(self, "__hash__")
        return value if type(value) is int else 0

    def __bool__(self) -> bool:
        link, _number, (_names, able, *_rest), _via = object.__getattribute__(self, "_kit")
        if "__bool__" not in able and "__len__" not in able:
            return True
        link.believe("truth")
        return ask(self, "__bool__") is True

    def __eq__(self, other: object) -> Any:
        return _compare(self, "__eq__", other)

    def __ne__(self, other: object) -> Any:
        return _compare(self, "__ne__", other)

    def __lt__(self, other: object) -> Any:
        return _compare(self, "__lt__", other)

    def __le__(self, other: object) -> Any:
        return _compare(self, "__le__", other)

    def __gt__(self, other: object) -> Any:
        return _compare(self, "__gt__", other)

    def __ge__(self, other: object) -> Any:
        return _compare(self, "__ge__", other)

    def __instancecheck__(self, instance: object) -> bool:
        return is_proxy(instance) and _believed(self, "isinstance", instance)

    def __subclasscheck__(self, subclass: object) -> bool:
        return is_proxy(subclass) and _believed(self, "issubclass", subclass)


def is_proxy(value: object) -> bool:
    """Say whether a value is a proxy, whatever it claims to be."""
    return issubclass(type(value), Proxy)


def ask(proxy: Proxy, name: str, *args: Any, **keywords: Any) -> Any:
    """Ask the other side about the object of a proxy."""
    link, number, _description, via = object.__getattribute__(proxy, "_kit")
    if name == "__call__" and via and (args or keywords):
        link.require(via)
    return link.ask(number, name, list(args), keywords)


def number_of(proxy: Proxy) -> int:
    """Return the number under which the other side knows the object."""
    number: int = object.__getattribute__(proxy, "_kit")[1]
    return number


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _believed(proxy: Proxy, name: str, other: Any) -> bool:
    object.__getattribute__(proxy, "_kit")[0].believe("comparison")
    return ask(proxy, name, other) is True


def _compare(proxy: Proxy, name: str, other: object) -> Any:
    if other is proxy and name in ("__eq__", "__ne__"):
        return name == "__eq__"
    if not is_proxy(other):
        return NotImplemented
    object.__getattribute__(proxy, "_kit")[0].believe("comparison")
    return ask(proxy, name, other)


def _operate(name: str) -> Any:
    def method(self: Proxy, *args: Any) -> Any:
        if not all(is_proxy(value) for value in args):
            link = object.__getattribute__(self, "_kit")[0]
            if not link.may(name):
                return False if name == "__contains__" else NotImplemented
            link.believe("comparison")
        return ask(self, name, *args)

    method.__name__ = name
    return method


def _pass_on(name: str) -> Any:
    def method(self: Proxy, *args: Any, **keywords: Any) -> Any:
        return ask(self, name, *args, **keywords)

    method.__name__ = name
    return method


def _await(self: Proxy) -> Any:
    yield from ()
    return ask(self, "await")


def _finish(proxy: Proxy) -> None:
    raise StopIteration(ask(proxy, "await"))


def _leave(self: Proxy, *_error: Any) -> Any:
    # The learner's manager learns that there was an error, and may not swallow it: it may be the verdict.
    ask(self, "__exit__", None, None, None)
    return False


def _iterate(self: Proxy) -> Any:
    found = ask(self, "__iter__")
    return found if is_proxy(found) else iter(found)


_PLAIN = {
    name: _pass_on(name)
    for name in (
        *objects.CONVERSIONS,
        *objects.CONTAINERS,
        *objects.UNARY,
        "__call__",
        "__enter__",
        "__fspath__",
    )
}
_PLAIN |= {name: _operate(name) for name in objects.BINARY}
_PLAIN |= {"__exit__": _leave, "__await__": _await, "__iter__": _iterate}
for _name in ("__bool__", "__hash__"):
    del _PLAIN[_name]
_CLASSES: dict[tuple[str, ...], type[Proxy]] = {}


def make_proxy(link: Any, number: int, description: list[Any], via: str = "") -> Proxy:
    """Make a proxy that has the special methods of its object, and no others."""
    able = tuple(sorted(name for name in description[1] if name in _PLAIN))
    if able not in _CLASSES:
        methods: dict[str, Any] = {name: _PLAIN[name] for name in able}
        _CLASSES[able] = type("Proxy", (Proxy,), {"__slots__": (), **methods})
    return _CLASSES[able](link, number, description, via)


def _class_of(proxy: Proxy) -> type:
    link, _number, description, _via = object.__getattribute__(proxy, "_kit")
    return find_class(description[0], link.own_class) or object


def find_class(names: Any, own: Any, *, exceptions: bool = False) -> type | None:
    """Return the nearest ancestor that is known here: the instructor's, a loaded library's, or built in."""
    for module, name in names:
        if exceptions and module.partition(".")[0] in _NOT_THEIRS:
            continue
        found: Any = own(name) if module == "__main__" else sys.modules.get(module)
        if module == "builtins" and name in _NAMELESS:
            return _NAMELESS[name]
        if module != "__main__":
            for part in name.split("."):
                found = (
                    vars(found).get(part)
                    if found is not None and hasattr(found, "__dict__")
                    else None
                )
        fits = isinstance(found, type) and not is_proxy(found)
        if fits and (not exceptions or issubclass(found, BaseException)):
            kind: type = found
            return kind
    return None


def make_exception(answer: dict[str, Any], own: Any, mirrors: dict[Any, type]) -> BaseException:
    """Make the exception that the learner's code raised: its nearest ancestor, its name, its message."""
    names, text, args = answer["names"], _text(answer["text"]), answer["args"]
    kind: Any = mirror_class(names, own, mirrors, answer.get("class"))
    try:
        error = kind(*args)
        if str(error) != text:
            raise ValueError
    except Exception:
        error = BaseException.__new__(kind, text)
        error.args = (text,)
    state = answer["state"]
    for name in state if type(state) is dict else ():
        if type(name) is str and not name.startswith("__"):
            try:
                setattr(error, name, state[name])
            except Exception:
                continue
    made: BaseException = error
    return made


def mirror_class(names: Any, own: Any, mirrors: dict[Any, type], number: Any = None) -> type:
    """Return the class of an exception here: itself, or a new one of its name below its nearest ancestor."""
    nearest = find_class(names, own, exceptions=True) or Exception
    module, name = (names[0][0], names[0][1]) if names else ("", "Exception")
    if nearest.__name__ == name.rpartition(".")[2] and nearest.__module__ == module:
        return nearest
    key = number if type(number) is int else (module, name, nearest)
    if key not in mirrors:
        parents = names[1:]
        parent = (
            mirror_class(parents, own, mirrors, ("parent", *map(tuple, parents)))
            if parents
            else Exception
        )
        short = name.rpartition(".")[2][:100]
        mirrors[key] = type(
            short if short.isidentifier() else "Exception", (parent,), {"__module__": "__main__"}
        )
    return mirrors[key]


def _make_signature(answer: Any) -> inspect.Signature:
    _word, parameters = answer
    made = [
        inspect.Parameter(
            str(name),
            inspect._ParameterKind(kind),
            default=default if has_default else inspect.Parameter.empty,
        )
        for name, kind, has_default, default in parameters
    ]
    return inspect.Signature(made)
