"""Models that give a number for each row: scikit-learn regressors, torch modules, functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.errors import KitError
from kit.evaluation.models import BATCH, Array, Model, with_named_columns
from kit.i18n import gettext as _


class Regressor(Model):
    """A model of a quantity.

    Parameters
    ----------
    numbers
        Rows, shape (n, …), to one number each, shape (n,) or (n, 1).
    name
        For the card.
    """

    task = "regression"

    def __init__(self, numbers: Callable[[Array], Any], name: str) -> None:
        super().__init__(numbers, name)
        self._numbers = numbers

    def predict(self, rows: Array) -> NDArray[np.float64]:
        """Return one number for each row, shape (n,), checked to be such."""
        parts = [
            np.asarray(self._numbers(rows[start : start + BATCH]), dtype=float)
            for start in range(0, len(rows), BATCH)
        ]
        found = np.concatenate(parts)
        if found.shape == (len(rows), 1):
            found = found[:, 0]
        if found.shape != (len(rows),) or not np.isfinite(found).all():
            raise KitError(
                _("the model does not give one finite number for each row (shape {shape})").format(
                    shape=found.shape
                ),
                fix=_("Return an array with one number for each row"),
            )
        return found


def as_regressor(model: Any, *, name: str | None = None) -> Regressor:
    """Return a model of a quantity behind one face."""
    if isinstance(model, Regressor):
        return model
    label = name or type(model).__name__
    torch = sys.modules.get("torch")  # An object of torch can only be here if torch is.
    if torch is not None and isinstance(model, torch.nn.Module):
        return Regressor(_run_module(model), label)
    if hasattr(model, "predict"):
        return Regressor(with_named_columns(model, "predict"), label)
    if callable(model):
        return Regressor(model, name or str(getattr(model, "__name__", label)))
    raise KitError(
        _("{name} is not a model").format(name=label),
        fix=_("Give a scikit-learn regressor, a torch module or a function that gives numbers"),
    )


def is_regressor(model: Any) -> bool:
    """Whether a model says of itself that it is one of a quantity, as those of scikit-learn do."""
    if isinstance(model, Regressor):
        return True
    if not (hasattr(model, "predict") and hasattr(model, "get_params")):
        return False
    from sklearn.base import is_regressor as says_so

    return bool(says_so(model))


def _run_module(module: Any) -> Callable[[Array], Any]:
    def run(rows: Array) -> Any:
        import torch

        was_training = module.training
        module.eval()
        try:
            with torch.no_grad():
                return module(torch.as_tensor(np.asarray(rows, dtype=np.float32))).numpy()
        finally:
            module.train(was_training)

    return run
