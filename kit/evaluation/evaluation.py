"""Evaluate a model: run every measure that has what it needs, and put all rows into one card."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import numpy as np

from kit.errors import KitError
from kit.evaluation.card import AXES, Card, Measurement
from kit.evaluation.measures import NEEDS, Measure, all_measures
from kit.evaluation.models import Model, Output, as_model
from kit.evaluation.regressors import as_regressor, is_regressor
from kit.evaluation.subject import (
    Refit,
    Rows,
    Subject,
    number_groups,
    number_labels,
    read_quantities,
    read_rows,
)
from kit.evaluation.text import Text
from kit.evaluation.threats import Corruptions, Patch, Threat
from kit.i18n import gettext as _

_LIBRARIES = (
    "bitacora-kit", "numpy", "scipy", "statsmodels", "scikit-learn", "torch", "mapie", "fairlearn", "captum",
)  # fmt: skip


def evaluate(
    model: Any,
    *,
    test: tuple[Any, Any],
    calibration: tuple[Any, Any] | None = None,
    train: tuple[Any, Any] | None = None,
    refit: Refit | Literal["clone"] | None = None,
    clusters: Sequence[Any] | None = None,
    sensitive: Sequence[Any] | None = None,
    threats: Sequence[Threat] | None = None,
    axes: Sequence[str] = AXES,
    name: str | None = None,
    output: Output = "auto",
    alpha: float = 0.05,
    coverage: float = 0.9,
    fpr: float = 0.01,
    seed: int = 0,
    budget_s: float | None = None,
    progress: bool = False,
) -> Card:
    """Return the card of a model.

    Parameters
    ----------
    model
        A fitted scikit-learn classifier or regressor, a torch module, or a callable from rows to probabilities
        or to numbers.
    test
        Rows that the model has never seen, as (X, y).
    calibration
        Other rows that the model has never seen, for prediction sets. Never the test rows.
    train
        The rows that the model was fitted on: to find leaks and memorised rows.
    refit
        How to fit the model again: a function from rows and class numbers to a model, or ``"clone"`` for a
        scikit-learn classifier. It is called 16 times, for the strongest attack on membership.
    clusters
        A label for each test row, where rows come in groups (a patient, a station, a passage).
    sensitive
        A group for each test row, to compare how the model treats them.
    threats
        What the model is tried against. By default noise, missing values and a patch; an attack within a
        distance needs a `Linf`, since only you know the range of your inputs.
    axes
        The axes to measure.
    output
        What a torch module or a callable gives: ``"logits"``, ``"probabilities"`` or, for a quantity,
        ``"numbers"``. By default a module is asked whether its output sums to 1.
    alpha
        One minus the confidence of every interval.
    coverage
        How often prediction sets are to hold the true class.
    fpr
        The share of non-members that an attacker on membership may accuse wrongly.
    seed
        The same seed gives the same card.
    budget_s
        Seconds after which no further measure starts. What was left out is a row that says so.
    progress
        Show a bar while it runs.
    """
    unknown = sorted(set(axes) - set(AXES))
    if unknown:
        raise KitError(
            _("there is no axis '{name}'").format(name=unknown[0]),
            fix=_("Choose from: {names}").format(names=", ".join(AXES)),
        )
    face: Model
    if output == "numbers" or is_regressor(model):
        face = as_regressor(model, name=name)
    else:
        face = as_model(model, name=name, output=output)
    if name is not None:
        face.name = name
    deadline = float("inf") if budget_s is None else time.monotonic() + budget_s
    parts, names, classes = _read_parts(face, test=test, calibration=calibration, train=train)
    n = len(parts["test"])
    subject = Subject(
        model=face,
        test=parts["test"],
        calibration=parts.get("calibration"),
        train=parts.get("train"),
        refit=_as_refit(refit, model),
        clone=_clone_of(model),
        classes=classes,
        clusters=None if clusters is None else number_groups(clusters, n, "clusters")[1],
        sensitive=None if sensitive is None else number_groups(sensitive, n, "sensitive")[0],
        feature_names=names,
        threats=(Corruptions(), Patch()) if threats is None else tuple(threats),
        alpha=alpha,
        coverage=coverage,
        fpr=fpr,
        seed=seed,
        deadline=deadline,
    )
    chosen = [each for each in all_measures() if each.axis in axes and face.task in each.tasks]
    rows: list[Measurement] = []
    with single_thread(), _bar(progress, len(chosen)) as step:
        for each in chosen:
            step(each.name)
            rows += run_measure(each, subject)
    return Card(face.name, tuple(rows), _facts(subject), _cluster_numbers(subject))


def run_measure(each: Measure, subject: Subject) -> list[Measurement]:
    """Return the rows of one measure; a measure that can not run gives one row that says why."""
    missing = each.missing(subject)
    if missing is not None:
        return [_not_measured(each, Text.of(NEEDS[missing]))]
    if subject.is_late:
        return [_not_measured(each, Text.of("The time budget was spent before this measure."))]
    began = time.perf_counter()
    try:
        rows = list(each.function(subject))
    except ImportError as error:
        library = (error.name or str(error)).split(".")[0]
        reason = Text.of(
            'The library {library} is not installed: pip install "bitacora-kit[evaluation]".',
            library=library,
        )
        return [_not_measured(each, reason)]
    seconds = round((time.perf_counter() - began) / max(1, len(rows)), 4)
    leak = _find_leak(each, subject)
    return [
        replace(
            row
            if leak is None or row.status != "measured"
            else replace(row, status="invalid", reason=leak),
            seconds=seconds,
            reference=row.reference or each.reference,
            places=row.places or each.places,
        )
        for row in rows
    ]


@contextmanager
def single_thread() -> Iterator[None]:
    """Keep numeric libraries to one thread: two busy threads on two cores are many times slower."""
    from contextlib import nullcontext

    try:
        from threadpoolctl import threadpool_limits

        limits: Any = threadpool_limits(limits=1)
    except ImportError:  # It comes with scikit-learn; without that there is little to limit.
        limits = nullcontext()
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with limits:
        if torch is not None:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch is not None:
                torch.set_num_threads(before)


def _as_refit(refit: Refit | str | None, model: Any) -> Refit | None:
    if not isinstance(refit, str):
        return refit
    again = _clone_of(model)
    if refit != "clone" or again is None:
        raise KitError(
            _("the model can not be fitted again by refit={value!r}").format(value=refit),
            fix=_("Give a function from rows and class numbers to a fitted model"),
        )
    return again


def _clone_of(model: Any) -> Refit | None:
    """Return how to fit the same kind of model again, where scikit-learn knows it."""
    if not (hasattr(model, "get_params") and hasattr(model, "fit")):
        return None
    from sklearn.base import clone

    return lambda rows, labels: clone(model).fit(rows, labels)


def _not_measured(each: Measure, reason: Text) -> Measurement:
    return Measurement(
        each.id,
        Text.of(each.name),
        status="not_measured",
        reason=reason,
        reference=each.reference,
        places=each.places,
    )


def _find_leak(each: Measure, subject: Subject) -> Text | None:
    for pool in each.unseen:
        overlap = subject.overlap("test", pool)
        if overlap is not None and overlap.leaks:
            template = (
                "{k} of {n} test rows are also in the training data."
                if pool == "train"
                else "{k} of {n} test rows are also in the calibration data."
            )
            return Text.of(template, k=overlap.count, n=len(subject.test))
    return None


def _read_parts(
    face: Any, **given: tuple[Any, Any] | None
) -> tuple[dict[str, Rows], tuple[str, ...], tuple[str, ...]]:
    parts: dict[str, Rows] = {}
    names: tuple[str, ...] = ()
    n_classes = 0
    for part, data in given.items():
        if data is None:
            continue
        inputs, labels, found = read_rows(data, part)
        if part == "test":
            names = found
            if face.task == "classification":
                with single_thread():
                    n_classes = face.log_proba(inputs[:2]).shape[1]
            shape = inputs.shape[1:]
        elif inputs.shape[1:] != shape:
            raise KitError(
                _("rows have shape {ours} and test rows {theirs}").format(
                    ours=inputs.shape[1:], theirs=shape
                ),
                where=part,
            )
        if face.task == "regression":
            parts[part] = Rows(inputs, read_quantities(labels, part))
        else:
            parts[part] = Rows(inputs, number_labels(labels, face.classes, n_classes, part))
    classes = range(n_classes) if face.classes is None else face.classes
    return parts, names, tuple(str(each) for each in classes)


def _facts(subject: Subject) -> dict[str, Any]:
    return {
        "task": subject.task,
        "n_test": len(subject.test),
        "n_calibration": None if subject.calibration is None else len(subject.calibration),
        "n_train": None if subject.train is None else len(subject.train),
        "n_features": int(subject.test.flat.shape[1]),
        "classes": list(subject.classes),
        "n_clusters": None if subject.clusters is None else len(np.unique(subject.clusters)),
        "has_gradient": subject.model.has_gradient,
        "seed": subject.seed,
        "alpha": subject.alpha,
        "test_fingerprint": subject.fingerprint,
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _versions() -> dict[str, str]:
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _cluster_numbers(subject: Subject) -> tuple[int, ...] | None:
    return None if subject.clusters is None else tuple(int(each) for each in subject.clusters)


@contextmanager
def _bar(shown: bool, steps: int) -> Iterator[Callable[[str], None]]:
    if not shown:
        yield lambda _name: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
    )  # fmt: skip
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=steps, completed=-1)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=name)

        yield step
