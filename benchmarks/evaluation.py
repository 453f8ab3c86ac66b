"""What the card of a small network on digits costs, and how its measures compare with their library twins.

Run it with ``python benchmarks/evaluation.py``. Everything runs on one thread. The first card includes the
imports of all libraries; the second does not.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "evaluation"))
torch.set_num_threads(1)
warnings.simplefilter("ignore")

from evaluation_examples import Digits, fit_network  # noqa: E402

from kit.evaluation import Corruptions, Linf, Patch, evaluate  # noqa: E402
from kit.evaluation.attacks import attack_by_descent, attack_by_sign  # noqa: E402
from kit.evaluation.models import as_model  # noqa: E402
from kit.evaluation.statistics import (  # noqa: E402
    adjust_holm,
    clopper_pearson_interval,
    wilson_interval,
)
from kit.evaluation.statistics.intervals import clustered_error  # noqa: E402

EPS, CLIP, STEPS = 0.1, (0.0, 1.0), 20


def timed(run: Callable[[], Any], repeats: int = 5) -> tuple[Any, float]:
    """Return the result and the median time; the first run, which imports, is not counted."""
    result = run()
    seconds = []
    for _repeat in range(repeats):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return result, float(np.median(seconds))


def whole_card(digits: Digits, network: Any) -> dict[str, Any]:
    def make() -> Any:
        return evaluate(
            network,
            test=digits.test,
            calibration=digits.calibration,
            train=digits.train,
            sensitive=np.where(digits.test[1] < 5, "low", "high"),
            threats=[
                Linf(eps=(0.05, 0.1, 0.15), clip=CLIP, access="white-box"),
                Corruptions(
                    ("noise", "missing", "blur", "contrast"), clip=CLIP, image_shape=(8, 8)
                ),
                Patch(clip=CLIP),
            ],
        )

    began = time.perf_counter()
    make()
    first = time.perf_counter() - began
    card, again = timed(make, 3)
    slowest = sorted(card, key=lambda row: -row.seconds)[:5]
    return {
        "rows": len(card.rows),
        "first_seconds": round(first, 2),
        "again_seconds": round(again, 2),
        "slowest": {row.id: row.seconds for row in slowest},
    }


def twins(digits: Digits, network: Any) -> list[tuple[str, float, float, float, float]]:
    """Return name, our value, the twin's value, our seconds and the twin's seconds."""
    from art.attacks.evasion import FastGradientMethod, ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier
    from fairlearn.metrics import MetricFrame
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import accuracy_score
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint

    found: list[tuple[str, float, float, float, float]] = []

    def add(
        name: str, ours: Callable[[], float], theirs: Callable[[], float], repeats: int = 5
    ) -> None:
        (a, s), (b, t) = timed(ours, repeats), timed(theirs, repeats)
        found.append((name, float(a), float(b), s, t))

    rows, labels = digits.test
    model = as_model(network)
    logits = model.logits
    assert logits is not None
    oracle = PyTorchClassifier(
        network, torch.nn.CrossEntropyLoss(), (64,), 10, clip_values=CLIP, device_type="cpu"
    )

    def accuracy_after(attack: Any) -> float:
        changed = attack.generate(rows, labels)
        return float((oracle.predict(changed).argmax(axis=1) == labels).mean())

    add(
        "FGSM accuracy, ART",
        lambda: float(np.mean(attack_by_sign(logits, rows, labels, eps=EPS, clip=CLIP).right)),
        lambda: accuracy_after(FastGradientMethod(oracle, eps=EPS, batch_size=540)),
    )
    pgd = ProjectedGradientDescentPyTorch(
        oracle, eps=EPS, eps_step=2.5 * EPS / STEPS, max_iter=STEPS, batch_size=540, verbose=False
    )

    def descend() -> float:
        outcome = attack_by_descent(
            logits,
            rows,
            labels,
            eps=EPS,
            clip=CLIP,
            steps=STEPS,
            restarts=1,
            loss="cross_entropy",
            seed=0,
        )
        return float(outcome.right.mean())

    add(
        "PGD accuracy, ART (other start)",
        descend,
        lambda: accuracy_after(pgd),
        3,
    )
    rng = np.random.default_rng(0)
    clusters = rng.integers(0, 30, 2000)
    values = rng.normal(size=2000) + rng.normal(size=30)[clusters]
    settings = {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    add(
        "clustered error, statsmodels",
        lambda: clustered_error(values, clusters),
        lambda: OLS(values, np.ones(2000)).fit(**settings).bse[0],
    )
    add(
        "Wilson low end, statsmodels",
        lambda: wilson_interval(523, 540).low,
        lambda: proportion_confint(523, 540, method="wilson")[0],
    )
    add(
        "Clopper-Pearson low end, statsmodels",
        lambda: clopper_pearson_interval(523, 540).low,
        lambda: proportion_confint(523, 540, method="beta")[0],
    )
    p_values = rng.random(40) ** 3
    add(
        "smallest Holm p, statsmodels",
        lambda: min(adjust_holm(p_values.tolist())),
        lambda: min(multipletests(p_values, method="holm")[1]),
    )
    groups = np.where(labels < 5, "low", "high")
    predicted = model.log_proba(rows).argmax(axis=1)
    frame = MetricFrame(
        metrics=accuracy_score, y_true=labels, y_pred=predicted, sensitive_features=groups
    )
    card = evaluate(network, test=digits.test, sensitive=groups, axes=["transparency"], threats=[])
    found.append(
        (
            "group gap, fairlearn",
            card["transparency.group_gap"].value or 0.0,
            frame.difference(),
            0,
            0,
        )
    )

    class Estimator:
        """What scikit-learn's permutation importance asks for."""

        def fit(self, *_: Any) -> Estimator:
            return self

        def predict(self, x: np.ndarray) -> np.ndarray:
            return model.log_proba(x).argmax(axis=1)

        def score(self, x: np.ndarray, y: np.ndarray) -> float:
            return float((self.predict(x) == y).mean())

    importance = permutation_importance(Estimator(), rows, labels, n_repeats=20, random_state=0)
    row = card["transparency.permutation@1"]
    theirs = float(importance.importances_mean[int(row.name.values["feature"])])
    found.append(("top permutation importance, scikit-learn", row.value or 0.0, theirs, 0, 0))
    return found


def main() -> None:
    """Print both tables, and write them where a path is given."""
    digits = Digits()
    network = fit_network(digits.train)
    card = whole_card(digits, network)
    print(
        f"card: {card['rows']} rows in {card['first_seconds']} s with imports, {card['again_seconds']} s again"
    )
    for id, seconds in card["slowest"].items():
        print(f"    {id:<40} {seconds:.3f} s a row")
    table = twins(digits, network)
    print(f"{'measure, twin':<44}{'ours':>12}{'twin':>12}{'ours ms':>10}{'twin ms':>10}")
    for name, ours, twin, mine, other in table:
        times = f"{1000 * mine:>10.2f}{1000 * other:>10.2f}" if mine else f"{'-':>10}{'-':>10}"
        print(f"{name:<44}{ours:>12.6f}{twin:>12.6f}{times}")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps({"card": card, "twins": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
