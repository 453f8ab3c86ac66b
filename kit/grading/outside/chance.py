"""The states of the global random generators, which travel with each call and back.

So a test that sets a seed and calls a learner's function sees the numbers that it would see in one process.
"""

from __future__ import annotations

import sys
from typing import Any


class Chance:
    """The global generators of this process, and what the other side last knew of them."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def changes(self) -> dict[str, Any]:
        """Return the generators whose state the other side does not know, as objects that the codec writes."""
        found = {}
        for name, (value, picture) in _states().items():
            if self._known.get(name) != picture:
                self._known[name] = picture
                found[name] = value
        return found

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
        self._known.update({name: known[name][1] for name in states if name in known})


def _states() -> dict[str, tuple[Any, Any]]:
    """Return name → (what the codec writes, something to compare) for the generators that are loaded."""
    import random

    found: dict[str, tuple[Any, Any]] = {}
    generator = random._inst
    found["random"] = (generator, generator.getstate())
    numpy: Any = sys.modules.get("numpy.random")
    if numpy is not None:
        legacy = numpy.mtrand._rand
        state = legacy.get_state(legacy=False)
        words = state["state"]
        if "key" in words:
            picture = (words["pos"], words["key"].tobytes(), state["has_gauss"], state["gauss"])
            found["numpy"] = (legacy, picture)
    torch: Any = sys.modules.get("torch")
    # A module that is being imported has not all of its names yet.
    if torch is not None and hasattr(torch, "get_rng_state"):
        state = torch.get_rng_state()
        found["torch"] = (state, state.numpy().tobytes())
    return found
