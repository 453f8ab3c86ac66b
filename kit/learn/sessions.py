"""The start of a lesson: which one it is, and random numbers that are the same for everybody."""

from __future__ import annotations

import platform
import random
import sys
from typing import TYPE_CHECKING

from kit import __version__
from kit.errors import KitError
from kit.i18n import gettext as _

if TYPE_CHECKING:
    import numpy as np

_current: dict[str, str] = {}


def current_lesson() -> str | None:
    """Return the id of the lesson that began in this kernel, or None."""
    return _current.get("lesson")


def begin(lesson: str, *, seed: int = 2026) -> np.random.Generator:
    """Begin a lesson: seed every random generator and print one line that says so.

    The generators of ``random``, of numpy's older functions and, where it is imported already, of
    torch are seeded too, since libraries use them without asking.

    Parameters
    ----------
    lesson
        The lesson's id, such as ``"ai-evaluation/01-error-bars"``.
    seed
        Any integer from 0 to 2**32 - 1.

    Returns
    -------
    numpy.random.Generator
        The generator to use in the lesson.

    Examples
    --------
    >>> rng = begin("ai-evaluation/01-error-bars", seed=2026)  # doctest: +ELLIPSIS
    Ready: ai-evaluation/01-error-bars · Python ... · kit ... · seed 2026
    """
    import numpy as np

    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise KitError(
            _("the seed is {seed!r}, which numpy does not take").format(seed=seed),
            where=lesson,
            fix=_("Use an integer from 0 to 4294967295"),
        )
    _current["lesson"] = lesson
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    print(
        _("Ready: {lesson} · Python {python} · kit {kit} · seed {seed}").format(
            lesson=lesson, python=platform.python_version(), kit=__version__, seed=seed
        )
    )
    return np.random.default_rng(seed)
