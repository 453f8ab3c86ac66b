"""Attacks: inputs close to a row that the model gets wrong. With gradients by torch, without by asking.

Written out because no library that is looked after does them right and light. Each returns for every row
whether it was broken. None proves safety: a stronger attack may break more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Loss = Literal["cross_entropy", "margin"]
NOISE_TRIES = 10


@dataclass(frozen=True)
class Attacked:
    """What came out of an attack on rows that the model had right or wrong before.

    Parameters
    ----------
    inputs
        The changed rows, same shape as the rows.
    right
        1 for each row that the model still labels correctly, shape (n,).
    """

    inputs: Array
    right: NDArray[np.float64]


def gradient_of_loss(
    logits: Callable[[Any], Any], rows: Any, labels: Any, loss: Loss
) -> tuple[Any, Any]:
    """Return the gradient of the loss by the rows, and the loss of each row (torch tensors)."""
    import torch

    rows = rows.detach().requires_grad_(True)
    values = row_losses(logits(rows), labels, loss)
    if not values.requires_grad:  # The model cuts the graph, so nothing can be followed.
        return torch.zeros_like(rows), values.detach()
    (gradient,) = torch.autograd.grad(values.sum(), rows, allow_unused=True)
    if gradient is None:
        gradient = torch.zeros_like(rows)
    return torch.nan_to_num(gradient), values.detach()


def row_losses(logits: Any, labels: Any, loss: Loss) -> Any:
    """Return the loss of each row; an attacker wants it high.

    The margin, the largest other logit minus that of the true class, keeps its slope where the
    cross-entropy of a saturated model has none.
    """
    import torch

    if loss == "cross_entropy":
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    truth = logits.gather(1, labels[:, None])[:, 0]
    others = logits.scatter(1, labels[:, None], float("-inf")).amax(dim=1)
    return others - truth


def attack_by_sign(
    logits: Callable[[Any], Any],
    rows: Array,
    labels: NDArray[np.intp],
    *,
    eps: float,
    clip: tuple[float, float],
) -> Attacked:
    """Return one step of size eps along the sign of the gradient (FGSM)."""
    import torch

    x, y = torch.as_tensor(rows, dtype=torch.float32), torch.as_tensor(labels)
    gradient, _values = gradient_of_loss(logits, x, y, "cross_entropy")
    changed = (x + eps * gradient.sign()).clamp(*clip)
    return _judge(logits, changed, y)


def attack_by_descent(
    logits: Callable[[Any], Any],
    rows: Array,
    labels: NDArray[np.intp],
    *,
    eps: float,
    clip: tuple[float, float],
    steps: int,
    restarts: int,
    loss: Loss,
    seed: int,
) -> Attacked:
    """Return projected gradient descent (PGD): the worst point of every step of every restart.

    The first restart begins at the FGSM point, so the result is never weaker than FGSM.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    x, y = torch.as_tensor(rows, dtype=torch.float32), torch.as_tensor(labels)
    low = (x - eps).clamp(min=clip[0])
    high = (x + eps).clamp(max=clip[1])
    step = 2.5 * eps / steps
    gradient, _values = gradient_of_loss(logits, x, y, "cross_entropy")
    worst, wrong = x.clone(), ~_is_right(logits, x, y)
    for restart in range(restarts):
        if restart == 0:
            here = x + eps * gradient.sign()
        else:
            here = x + eps * (2 * torch.rand(x.shape, generator=generator) - 1)
        here = torch.minimum(torch.maximum(here, low), high)
        for number in range(steps + 1):
            broken = ~_is_right(logits, here, y) & ~wrong
            worst[broken] = here[broken]
            wrong |= broken
            if number == steps or bool(wrong.all()):
                break
            slope, _values = gradient_of_loss(logits, here, y, loss)
            here = torch.minimum(torch.maximum(here + step * slope.sign(), low), high)
    return Attacked(worst.numpy(), (~wrong).double().numpy())


def attack_by_noise(
    predict: Callable[[Array], NDArray[np.float64]],
    rows: Array,
    labels: NDArray[np.intp],
    *,
    eps: float,
    clip: tuple[float, float],
    rng: np.random.Generator,
    tries: int = NOISE_TRIES,
) -> Attacked:
    """Return the worst of several changes by +eps or −eps at random: what no knowledge can do."""
    worst = np.array(rows, dtype=np.float32)
    right = predict(worst).argmax(axis=1) == labels
    for _try in range(tries):
        signs = rng.choice(np.array([-eps, eps], dtype=np.float32), size=worst.shape)
        changed = np.clip(np.asarray(rows, dtype=np.float32) + signs, *clip)
        broken = right & (predict(changed).argmax(axis=1) != labels)
        worst[broken] = changed[broken]
        right &= ~broken
    return Attacked(worst, right.astype(float))


def attack_by_asking(
    predict: Callable[[Array], NDArray[np.float64]],
    rows: Array,
    labels: NDArray[np.intp],
    *,
    eps: float,
    clip: tuple[float, float],
    queries: int,
    rng: np.random.Generator,
) -> Attacked:
    """Return a search that sees probabilities only: flip blocks of ±eps, keep what lowers the margin.

    In the manner of the Square attack (Andriushchenko et al. 2020), for rows of any shape. Blocks are runs of
    features, and shrink as the queries are spent.
    """
    base = np.asarray(rows, dtype=np.float32)
    n, d = len(base), int(np.prod(base.shape[1:]))
    flat = base.reshape(n, d)
    signs = rng.choice(np.array([-1, 1], dtype=np.float32), size=(n, d))

    def place(signs: Array, which: Array) -> Array:
        return np.clip(flat[which] + eps * signs, *clip).reshape(-1, *base.shape[1:])

    everyone = np.arange(n)
    clean = margin(predict(base), labels)
    here = place(signs, everyone)
    best = margin(predict(here), labels)
    worst = np.where(_wide(best < clean, base), here, base)
    wrong = (clean < 0) | (best < 0)
    for query in range(1, queries):
        left = np.flatnonzero(~wrong)
        if left.size == 0:
            break
        # The share of features in a block halves at fixed parts of the budget.
        share = 0.5 * 0.5 ** int(6 * query / queries)
        length = max(1, round(share * d))
        start = rng.integers(0, d, size=left.size)
        block = (np.arange(d) - start[:, None]) % d < length
        tried = np.where(
            block, rng.choice(np.array([-1, 1], dtype=np.float32), (left.size, 1)), signs[left]
        )
        changed = place(tried, left)
        margins = margin(predict(changed), labels[left])
        better = margins < best[left]
        chosen = left[better]
        signs[chosen], best[chosen] = tried[better], margins[better]
        worst[chosen] = changed[better]
        wrong[left] |= margins < 0
    return Attacked(worst, (~wrong).astype(float))


def margin(log_proba: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how far the true class leads, in log-probability; negative where another one does.

    Examples
    --------
    >>> import numpy as np
    >>> margin(np.log(np.array([[0.5, 0.25, 0.25]])), np.array([1])).round(3)
    array([-0.693])
    """
    index = np.arange(len(labels))
    truth = log_proba[index, labels]
    others = log_proba.copy()
    others[index, labels] = -np.inf
    lead: NDArray[np.float64] = truth - others.max(axis=1)
    return lead


def _is_right(logits: Callable[[Any], Any], rows: Any, labels: Any) -> Any:
    import torch

    with torch.no_grad():
        return logits(rows).argmax(dim=1) == labels


def _judge(logits: Callable[[Any], Any], changed: Any, labels: Any) -> Attacked:
    return Attacked(changed.detach().numpy(), _is_right(logits, changed, labels).double().numpy())


def _wide(mask: NDArray[np.bool_], like: Array) -> NDArray[np.bool_]:
    return mask.reshape(-1, *[1] * (like.ndim - 1))
