"""Damage to inputs that nobody intends, in five strengths. Pure functions on rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.threats import Corruptions

Array = NDArray[Any]


def damage_rows(
    rows: Array, kind: str, severity: int, settings: Corruptions, rng: np.random.Generator
) -> Array:
    """Return damaged rows of the same shape; features are measured by their spread over the rows.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(100, 4))
    >>> missing = damage_rows(rows, "missing", 5, Corruptions(), np.random.default_rng(1))
    >>> bool(0.15 < (missing != rows).mean() < 0.35)
    True
    """
    x = np.asarray(rows, dtype=float)
    spread, centre = x.std(axis=0), x.mean(axis=0)
    if kind == "noise":
        out = x + 0.1 * severity * spread * rng.standard_normal(x.shape)
    elif kind == "missing":
        out = np.where(rng.random(x.shape) < 0.05 * severity, centre, x)
    elif kind == "scale":
        sign = rng.choice([-1, 1], size=(len(x), *[1] * (x.ndim - 1)))
        out = x * (1 + 0.05 * severity * sign)
    elif kind == "brightness":
        out = x + 0.08 * severity * _range(settings, x)
    elif kind == "contrast":
        mean = x.reshape(len(x), -1).mean(axis=1).reshape(-1, *[1] * (x.ndim - 1))
        out = mean + (x - mean) * (1 - 0.15 * severity)
    else:
        out = _blur(x, severity, settings)
    if settings.clip is not None:
        out = np.clip(out, *settings.clip)
    return out.astype(rows.dtype if np.issubdtype(rows.dtype, np.floating) else float)


def _range(settings: Corruptions, rows: Array) -> float:
    return float(np.ptp(settings.clip if settings.clip is not None else rows))


def _blur(rows: Array, severity: int, settings: Corruptions) -> Array:
    from scipy import ndimage

    assert settings.image_shape is not None
    images = rows.reshape(len(rows), *settings.image_shape)
    sigma = (0,) * (images.ndim - 2) + (0.25 * severity,) * 2
    blurred: Array = ndimage.gaussian_filter(images, sigma).reshape(rows.shape)
    return blurred
