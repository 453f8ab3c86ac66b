"""One honest network on digits and its rows; broken models are made from them in the tests."""

import sys
import warnings
from pathlib import Path

import pytest

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def quiet_libraries():
    # captum and MAPIE import parts of torch and scikit-learn that warn about themselves.
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", category=DeprecationWarning, module="(torch|captum|mapie).*"
        )
        warnings.filterwarnings("ignore", category=FutureWarning, module="(torch|captum|mapie).*")
        yield


@pytest.fixture(scope="session")
def digits():
    from evaluation_examples import Digits

    return Digits()


@pytest.fixture(scope="session")
def network(digits):
    from evaluation_examples import fit_network

    return fit_network(digits.train)


@pytest.fixture(scope="session")
def good_card(network, digits):
    from evaluation_examples import card_of

    return card_of(network, digits, name="small network")
