"""What a model is tried against: typed, so that no number stands without its conditions.

"Robust at 0.1" says nothing without the norm, the range of the inputs and what the attacker knows. So each of
these is an argument, and each row carries its threat in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.errors import KitError
from kit.evaluation.text import Text
from kit.i18n import gettext as _

Access = Literal["white-box", "black-box"]
Corruption = Literal["noise", "missing", "scale", "blur", "brightness", "contrast"]
CORRUPTIONS: tuple[str, ...] = ("noise", "missing", "scale", "blur", "brightness", "contrast")
_NEED_IMAGES = ("blur",)


@dataclass(frozen=True)
class Linf:
    """An attacker who may change every feature by at most eps.

    Parameters
    ----------
    eps
        Sizes of the change, in the units of the inputs.
    clip
        The smallest and largest value that an input may take.
    access
        ``"white-box"``: the attacker sees the weights and follows gradients. ``"black-box"``: the attacker
        sees probabilities only.
    steps, restarts
        Of projected gradient descent.
    queries
        How often the black-box attacker may ask the model about one row.

    Examples
    --------
    >>> Linf(eps=(0.05, 0.1), clip=(0, 1), access="white-box").describe(0.1).render()
    'each feature changed by at most 0.1, kept in 0 to 1, white-box'
    """

    eps: tuple[float, ...]
    clip: tuple[float, float]
    access: Access
    steps: int = 30
    restarts: int = 2
    queries: int = 200

    def __post_init__(self) -> None:
        problems = []
        sizes = (self.eps,) if isinstance(self.eps, (int, float)) else tuple(self.eps)
        object.__setattr__(self, "eps", sizes)
        if not sizes or any(size <= 0 for size in sizes):
            problems.append(_("eps must be positive"))
        if not self.clip[0] < self.clip[1]:
            problems.append(_("clip must be (smallest, largest)"))
        elif any(size > self.clip[1] - self.clip[0] for size in sizes):
            problems.append(_("eps is larger than the whole range of the inputs"))
        if self.access not in ("white-box", "black-box"):
            problems.append(_("access must be 'white-box' or 'black-box'"))
        if min(self.steps, self.restarts, self.queries) < 1:
            problems.append(_("steps, restarts and queries must be at least 1"))
        if problems:
            raise KitError(
                _("this is not a threat: {problems}").format(problems="; ".join(problems)),
                where="Linf",
                fix=_("Give for example Linf(eps=(0.05, 0.1), clip=(0, 1), access='white-box')"),
            )

    def describe(self, eps: float) -> Text:
        """Return the threat in words, for one size."""
        low, high = (int(end) if end == int(end) else end for end in self.clip)
        template = (
            "each feature changed by at most {eps}, kept in {low} to {high}, white-box"
            if self.access == "white-box"
            else "each feature changed by at most {eps}, kept in {low} to {high}, black-box"
        )
        return Text.of(template, eps=float(eps), low=low, high=high)


@dataclass(frozen=True)
class Corruptions:
    """Damage that nobody intends: noise, missing values, wrong units, blur.

    Parameters
    ----------
    kinds
        ``"noise"`` adds Gaussian noise of 0.1 × severity standard deviations to each feature; ``"missing"``
        puts the mean of the feature in a share of 5 % × severity of all values; ``"scale"``,
        ``"brightness"`` and ``"contrast"`` change a whole row; ``"blur"`` needs ``image_shape``.
    severities
        From 1 (slight) to 5 (strong).
    clip
        The smallest and largest value of an input, where there are such.
    image_shape
        (height, width) or (channels, height, width) of a row.
    """

    kinds: tuple[str, ...] = ("noise", "missing")
    severities: tuple[int, ...] = (1, 3, 5)
    clip: tuple[float, float] | None = None
    image_shape: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        kinds = (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds)
        object.__setattr__(self, "kinds", kinds)
        problems = [
            _("no corruption is called '{kind}'").format(kind=kind)
            for kind in kinds
            if kind not in CORRUPTIONS
        ]
        if any(kind in _NEED_IMAGES for kind in kinds) and self.image_shape is None:
            problems.append(_("blur needs image_shape"))
        if any(not 1 <= severity <= 5 for severity in self.severities):
            problems.append(_("severities go from 1 to 5"))
        if problems:
            raise KitError(
                _("this is not a threat: {problems}").format(problems="; ".join(problems)),
                where="Corruptions",
                fix=_("Corruptions are: {names}").format(names=", ".join(CORRUPTIONS)),
            )


@dataclass(frozen=True)
class Patch:
    """An attacker who sets the same few features to the same values in every row.

    A model with a backdoor obeys such a patch almost always; a model without one seldom does.

    Parameters
    ----------
    features
        How many features the patch may set.
    clip
        The values that it may set them to; by default the smallest and largest of each feature in the test
        rows.
    """

    features: int = 3
    clip: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.features < 1:
            raise KitError(_("a patch sets at least one feature"), where="Patch")


Threat = Linf | Corruptions | Patch
