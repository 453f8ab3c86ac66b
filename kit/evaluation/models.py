"""Models of any make behind one face: log-probabilities always, logits with a gradient where there is one.

A fitted scikit-learn classifier, a torch module, or any callable that turns rows into probabilities. Torch is
imported only for a torch module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kit.errors import KitError
from kit.i18n import gettext as _

Array = NDArray[Any]
Output = Literal["auto", "logits", "probabilities", "numbers"]
Task = Literal["classification", "regression"]
_TINY = 1e-300
BATCH = 4096


class Model:
    """A classifier that gives probabilities.

    Parameters
    ----------
    probabilities
        Rows, shape (n, …), to probabilities, shape (n, classes).
    name
        For the card.
    classes
        The label of each column, or None where columns count from 0.
    """

    def __init__(
        self,
        probabilities: Callable[[Array], Any],
        name: str,
        classes: Array | None = None,
    ) -> None:
        self._probabilities = probabilities
        self.name = name
        self.classes = classes

    #: What the model gives for a row: a class, or a number (see `kit.evaluation.regressors`).
    task: Task = "classification"
    #: Set by models that can be differentiated: takes a torch tensor of rows, gives logits.
    logits: Callable[[Any], Any] | None = None

    @property
    def has_gradient(self) -> bool:
        """Whether an attacker with the weights can follow a gradient."""
        return self.logits is not None

    def proba(self, rows: Array) -> NDArray[np.float64]:
        """Return probabilities, shape (n, classes), checked to be such."""
        parts = [
            np.asarray(self._probabilities(rows[start : start + BATCH]), dtype=float)
            for start in range(0, len(rows), BATCH)
        ]
        return _checked(np.concatenate(parts), len(rows))

    def log_proba(self, rows: Array) -> NDArray[np.float64]:
        """Return the logarithm of the probabilities, shape (n, classes)."""
        return np.log(np.maximum(self.proba(rows), _TINY))


class TorchModel(Model):
    """A torch module in evaluation mode; its mode is put back after each call."""

    def __init__(self, module: Any, name: str, output: Output = "auto") -> None:
        self.module = module
        self.output = output
        super().__init__(self._run, name)
        self.logits = self._logits

    def _forward(self, rows: Any) -> Any:
        was_training = self.module.training
        self.module.eval()
        try:
            return self.module(rows)
        finally:
            self.module.train(was_training)

    def _kind(self, values: Any) -> Output:
        """Return whether outputs are logits; the first call decides, unless the caller said so."""
        if self.output == "auto":
            sums = values.detach().sum(dim=1)
            is_share = bool(((sums - 1).abs() < 1e-3).all() and (values.detach() >= 0).all())
            self.output = "probabilities" if is_share else "logits"
        return self.output

    def _logits(self, rows: Any) -> Any:
        values = self._forward(rows)
        if self._kind(values) == "probabilities":
            return values.clamp_min(1e-38).log()
        return values

    def _run(self, rows: Array) -> Array:
        return np.exp(self._log(rows))

    def _log(self, rows: Array) -> NDArray[np.float64]:
        import torch

        with torch.no_grad():
            tensor = torch.as_tensor(np.asarray(rows, dtype=np.float32))
            # Softmax in float64: at large logits float32 rounds every other class to 0.
            logs = self._logits(tensor).double().log_softmax(dim=1)
        found: NDArray[np.float64] = logs.numpy()
        return found

    def log_proba(self, rows: Array) -> NDArray[np.float64]:
        """Return the logarithm of the probabilities, without rounding through them."""
        parts = [self._log(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
        return np.concatenate(parts)


def as_model(model: Any, *, name: str | None = None, output: Output = "auto") -> Model:
    """Return any supported model behind one face.

    Parameters
    ----------
    model
        A fitted scikit-learn classifier with ``predict_proba``, a torch module whose output is logits or
        probabilities, a callable from rows to probabilities, or a `Model`.
    output
        What a torch module gives; by default its first output decides.
    """
    if isinstance(model, Model):
        return model
    label = name or type(model).__name__
    torch = sys.modules.get("torch")  # An object of torch can only be here if torch is.
    if torch is not None and isinstance(model, torch.nn.Module):
        return TorchModel(model, label, output)
    if hasattr(model, "predict_proba"):
        from sklearn.utils.validation import check_is_fitted

        if hasattr(model, "get_params"):
            from sklearn.exceptions import NotFittedError

            try:
                check_is_fitted(model)
            except NotFittedError as error:
                raise KitError(
                    _("this model is not fitted: {name}").format(name=label),
                    fix=_("Call its fit method with the training data first"),
                ) from error
        classes = getattr(model, "classes_", None)
        return Model(
            with_named_columns(model, "predict_proba"),
            label,
            None if classes is None else np.asarray(classes),
        )
    if hasattr(model, "predict"):
        raise KitError(
            _("{name} gives labels or numbers and no probabilities").format(name=label),
            fix=_(
                "Give a classifier with predict_proba, for example through CalibratedClassifierCV"
            ),
        )
    if callable(model):
        return Model(model, name or str(getattr(model, "__name__", label)))
    raise KitError(
        _("{name} is not a model").format(name=label),
        fix=_(
            "Give a scikit-learn classifier, a torch module or a function that gives probabilities"
        ),
    )


def with_named_columns(model: Any, method: str) -> Callable[[Array], Any]:
    """Return a method of a model; one that was fitted on a table with column names gets them back."""
    names = getattr(model, "feature_names_in_", None)
    predict: Callable[[Any], Any] = getattr(model, method)
    if names is None:
        return predict

    def with_names(rows: Array) -> Any:
        import pandas as pd

        return predict(pd.DataFrame(rows, columns=names))

    return with_names


def _checked(proba: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    problem = None
    if proba.ndim != 2 or proba.shape[0] != n or proba.shape[1] < 2:
        problem = _("shape {shape} for {n} rows").format(shape=proba.shape, n=n)
    elif not np.isfinite(proba).all():
        problem = _("values that are not finite")
    elif proba.min() < -1e-6 or np.abs(proba.sum(axis=1) - 1).max() > 1e-3:
        problem = _("rows that do not sum to 1")
    if problem:
        raise KitError(
            _("the model does not give probabilities: {problem}").format(problem=problem),
            fix=_("Give one column for each class; a torch module may give logits"),
        )
    proba = np.clip(proba, 0, None)
    total: NDArray[np.float64] = proba / proba.sum(axis=1, keepdims=True)
    return total
