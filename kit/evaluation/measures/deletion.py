"""Deletion: whether the features that an explanation names matter more than features at random."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement, Status
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_ROWS, _STEPS, _SHARE, _RANDOM = 300, 50, 0.15, 5
# Attributions have to add up to the change of the logit; a part of it may be lost to the steps.
_INCOMPLETE = 0.1


@measure(
    "transparency.deletion",
    "Faithfulness of explanations (deletion)",
    needs=("gradient",),
    unseen=("train",),
    order=30,
    reference="Sundararajan, Taly and Yan (2017), arXiv:1703.01365; captum",
    places=("nist-2.9",),
)
def measure_deletion(subject: Subject) -> Iterator[Measurement]:
    """Yield how much more probability is lost by deleting named features than random ones, row by row.

    The explanation is integrated gradients of the predicted class, by captum. It tests itself: attributions
    that do not add up are invalid.
    """
    rows = np.asarray(subject.test.inputs[:_ROWS], dtype=np.float32)
    flat = rows.reshape(len(rows), -1)
    d = flat.shape[1]
    target = subject.predicted()[:_ROWS]
    attributions, errors = _explain(subject, rows, target)
    incomplete = float(np.median(errors))
    k = max(1, round(_SHARE * d))
    mean = subject.test.flat.mean(axis=0)
    named = np.argsort(-attributions, axis=1)[:, :k]
    rng = subject.rng("deletion")
    before = np.exp(subject.log_proba()[np.arange(len(rows)), target])
    lost_named = before - _probability(subject, rows, target, named, mean)
    lost_random = np.mean(
        [
            before
            - _probability(
                subject, rows, target, rng.random((len(rows), d)).argsort(axis=1)[:, :k], mean
            )
            for _draw in range(_RANDOM)
        ],
        axis=0,
    )
    status: Status = "measured"
    reason = None
    if incomplete > _INCOMPLETE:
        status = "invalid"
        reason = Text.of(
            "The attributions do not add up: {share} of the change of the logit is missing.",
            share=incomplete,
        )
    yield from_interval(
        "transparency.deletion",
        Text.of("Faithfulness of explanations (deletion)"),
        subject.mean(lost_named - lost_random, span=2, part=np.arange(len(rows))),
        status=status,
        reason=reason,
        assumptions=(
            Text.of(
                "Deleting the {k} named features of {d} costs {named} of probability, random ones {random}.",
                k=k,
                d=d,
                named=float(lost_named.mean()),
                random=float(lost_random.mean()),
            ),
            Text.of("A deleted feature takes its mean, which may give rows that do not occur."),
        ),
    )


def _explain(
    subject: Subject, rows: NDArray[np.float32], target: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return attributions, shape (n, d), and the share of each logit's change that they miss."""
    import torch
    from captum.attr import IntegratedGradients

    logits: Any = subject.model.logits
    x, classes = torch.as_tensor(rows), torch.as_tensor(target)
    mean = subject.test.flat.mean(axis=0).astype(np.float32).reshape(1, *rows.shape[1:])
    base = torch.as_tensor(mean)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # captum sets requires_grad and says so each time.
        found, delta = IntegratedGradients(logits).attribute(
            x, base, target=classes, n_steps=_STEPS, return_convergence_delta=True
        )
    with torch.no_grad():
        index = torch.arange(len(x))
        change = logits(x)[index, classes] - logits(base.expand_as(x))[index, classes]
    share = (delta.abs() / change.abs().clamp_min(1e-6)).double().numpy()
    return found.detach().double().numpy().reshape(len(rows), -1), share


def _probability(
    subject: Subject,
    rows: NDArray[np.float32],
    target: NDArray[np.intp],
    deleted: NDArray[np.intp],
    mean: NDArray[np.float64],
) -> NDArray[np.float64]:
    flat = rows.reshape(len(rows), -1).copy()
    np.put_along_axis(flat, deleted, mean[deleted].astype(np.float32), axis=1)
    logs = subject.model.log_proba(flat.reshape(rows.shape))
    found: NDArray[np.float64] = np.exp(logs[np.arange(len(rows)), target])
    return found
