"""What one side tells the other about an object that stays where it is: its ancestors, and what it can do.

Used by the process that runs a learner's code, so nothing but the standard library is imported.
"""

from __future__ import annotations

import inspect
from typing import Any

# Special methods that Python looks up on the class, so that a proxy has to have them, or not, from the start.
CONVERSIONS = (
    "__float__",
    "__int__",
    "__index__",
    "__complex__",
    "__bool__",
    "__array__",
    "__len__",
    "__length_hint__",
)
CONTAINERS = (
    "__iter__",
    "__next__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__reversed__",
    "__missing__",
)
MANAGERS = (
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__await__",
    "__aiter__",
    "__anext__",
)
UNARY = (
    "__neg__",
    "__pos__",
    "__abs__",
    "__invert__",
    "__round__",
    "__trunc__",
    "__floor__",
    "__ceil__",
    "__hash__",
)
OTHERS = ("__call__", "__format__", "__fspath__", "__dir__")
_NAMES = (
    "add",
    "sub",
    "mul",
    "matmul",
    "truediv",
    "floordiv",
    "mod",
    "divmod",
    "pow",
    "lshift",
    "rshift",
    "and",
    "xor",
    "or",
)
#: Methods that see another operand. They are asked only when that operand is the learner's too.
BINARY = (
    *(f"__{name}__" for name in _NAMES),
    *(f"__r{name}__" for name in _NAMES),
    *(f"__i{name}__" for name in _NAMES if name != "divmod"),
    "__contains__",
)
COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
SPECIAL = (*CONVERSIONS, *CONTAINERS, *MANAGERS, *UNARY, *OTHERS, *BINARY)
_ALLOWED = frozenset((*SPECIAL, *COMPARISONS))


def describe(value: Any) -> list[Any]:
    """Return ``[ancestors of its class, special methods, kind, ancestors of itself if it is a class]``."""
    kind = type(value)
    able = [name for name in SPECIAL if _has(kind, name)]
    own: list[list[str]] = []
    if isinstance(value, type):
        own = names_of(value)
    return [names_of(kind), able, _kind(value), own]


def _has(kind: type, name: str) -> bool:
    if name == "__hash__":
        return getattr(kind, "__hash__", None) is not None
    return any(name in vars(base) for base in kind.__mro__ if base is not object)


def names_of(kind: type) -> list[list[str]]:
    """Return module and qualified name of a class and its ancestors."""
    return [[str(base.__module__), str(base.__qualname__)] for base in kind.__mro__][:50]


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "exception" if issubclass(value, BaseException) else "class"
    if inspect.iscoroutine(value):
        return "coroutine"
    return "object"


def ask(value: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Do one thing with an object, by the name of a special method."""
    if name == "getattr":
        return signature(value) if args[0] == "__signature__" else getattr(value, *args)
    if name == "setattr":
        return setattr(value, args[0], args[1])
    if name == "delattr":
        return delattr(value, args[0])
    if name == "__call__":
        return value(*args, **keywords)
    if name == "repr":
        return repr(value)
    if name == "str":
        return str(value)
    if name == "__bool__":
        return bool(value)
    if name == "isinstance":
        return isinstance(args[0], value)
    if name == "issubclass":
        return issubclass(args[0], value)
    if name == "await":
        import asyncio

        async def wait() -> Any:
            return await value

        return asyncio.run(wait())
    if name not in _ALLOWED:
        raise AttributeError(name)
    return getattr(type(value), name)(value, *args)


def signature(value: Any) -> Any:
    """Return the signature of a function as plain data, for the other side to make one of."""
    found = inspect.signature(value)
    parameters = [
        [
            one.name,
            int(one.kind),
            one.default is not one.empty,
            None if one.default is one.empty else one.default,
        ]
        for one in found.parameters.values()
    ]
    return ["signature", parameters]
