"""The states of the global random generators, which travel with each call and back.

So a test that sets a seed and calls a learner's function sees the numbers that it would see in one process.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any


class Chance:
    """The global generators of this process, and what the other side last knew of them."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._taken: dict[str, Any] = {}

    def changes(self, names: Collection[str] | None = None) -> dict[str, Any]:
        """Return the generators whose state the other side does not know, as objects that the codec writes.

        Parameters
        ----------
        names
            Which; all when left out.
        """
        found = {}
        for name, (value, picture) in _states().items():
            if self._known.get(name) != picture and (names is None or name in names):
                self._known[name] = picture
                found[name] = value
        return found

    def note(self) -> None:
        """Take the states of now for known: what is drawn from here on is a change."""
        for name, (_value, picture) in _states().items():
            self._known.setdefault(name, picture)

    def take(self, states: dict[str, Any]) -> None:
        """Give the generators of this process the states that came."""
        if not states:
            return
        import random

        if "random" in states:
            random.setstate(states["random"].getstate())
        numpy: Any = sys.modules.get("numpy.random")
        if "numpy" in states and numpy is not None:
            numpy.set_state(states["numpy"].get_state(legacy=False))
        torch: Any = sys.modules.get("torch")
        if "torch" in states and torch is not None:
            torch.set_rng_state(states["torch"])
        known = _states()
        fresh = {name: known[name][1] for name in states if name in known}
        self._known.update(fresh)
        self._taken.update(fresh)

    def was_drawn_from(self) -> bool:
        """Say whether numbers were drawn from a state that came from the other side, and not seeded anew.

        The words of a generator stay as they are for the first hundreds of numbers; only the place moves.
        """
        if not self._taken:
            return False
        taken, self._taken = self._taken, {}
        now = _states()
        for name, (place, words, *_rest) in taken.items():
            here = now[name][1] if name in now else None
            if here is not None and here[0] != place and here[1] == words:
                return True
        return False


def _states() -> dict[str, tuple[Any, Any]]:
    """Return name → (what the codec writes, (place, words, …)) for the generators that are loaded."""
    import random

    found: dict[str, tuple[Any, Any]] = {}
    generator = random._inst
    _version, words, gauss = generator.getstate()
    found["random"] = (generator, (words[-1], words[:-1], gauss))
    if "numpy" in sys.modules:
        # It is loaded when it is first used, which must not look like a draw.
        import numpy.random as numpy

        legacy = numpy.mtrand._rand
        state = legacy.get_state(legacy=False)
        inner = state["state"]
        if "key" in inner:
            picture = (inner["pos"], inner["key"].tobytes(), state["has_gauss"], state["gauss"])
            found["numpy"] = (legacy, picture)
    torch: Any = sys.modules.get("torch")
    # A module that is being imported has not all of its names yet.
    if torch is not None and hasattr(torch, "get_rng_state"):
        state = torch.get_rng_state()
        data = state.numpy().tobytes()
        # Its first words say where it is, the rest is the state.
        found["torch"] = (state, (data[:_TORCH_HEAD], data[_TORCH_HEAD:], None))
    return found


# seed, left, seeded, next: four words of eight bytes each in torch's own layout of a Mersenne twister.
_TORCH_HEAD = 32
