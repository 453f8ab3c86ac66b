"""Digits, a small network, and the settings with which the tests make its card."""

import numpy as np
from sklearn.datasets import load_digits

from kit.evaluation import Corruptions, Linf, Patch, evaluate


class Digits:
    """Digits in [0, 1], split into training, calibration and test rows."""

    def __init__(self, seed=0):
        rows, labels = load_digits(return_X_y=True)
        order = np.random.default_rng(seed).permutation(len(labels))
        rows, labels = (rows[order] / 16).astype(np.float32), labels[order]
        self.train = rows[:857], labels[:857]
        self.calibration = rows[857:1257], labels[857:1257]
        self.test = rows[1257:], labels[1257:]


def fit_network(train, seed=0, epochs=30, width=64):
    import torch

    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Linear(64, width),
        torch.nn.ReLU(),
        torch.nn.Linear(width, width),
        torch.nn.ReLU(),
        torch.nn.Linear(width, 10),
    )
    optimiser = torch.optim.Adam(net.parameters(), 2e-3)
    rows, labels = torch.as_tensor(train[0]), torch.as_tensor(train[1])
    for _epoch in range(epochs):
        for batch in torch.randperm(len(rows)).split(64):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(rows[batch]), labels[batch]).backward()
            optimiser.step()
    return net


def threats(access="white-box"):
    return [
        Linf(eps=(0.05, 0.1), clip=(0, 1), access=access, steps=15, restarts=1, queries=100),
        Corruptions(clip=(0, 1)),
        Patch(clip=(0, 1)),
    ]


def card_of(model, digits, **changes):
    given = {
        "test": digits.test,
        "calibration": digits.calibration,
        "train": digits.train,
        "threats": threats(),
    }
    return evaluate(model, **(given | changes))
