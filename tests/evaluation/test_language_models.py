"""A function becomes a model of inspect_ai, without a network, and its log an honest interval.

What needs inspect_ai is skipped where the extra `llm` is not installed. That the lesson on language models
needs neither it nor a network is held by `tests/content`.
"""

import importlib
import json
import subprocess
import sys

import numpy as np
import pytest

from kit.errors import KitError
from kit.evaluation.language_models import make_inspect_model, score_interval
from kit.evaluation.statistics import clustered_interval, wilson_interval

# All evaluations in one process, in which nothing can ask for the internet. (inspect_ai leaves streams open,
# and warnings are errors here.)
EVALUATE = """
import json, socket, sys

def refuse(event, arguments):
    asked = event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6)
    if asked or event == "socket.getaddrinfo":
        print("INTERNET", event, arguments, file=sys.stderr)
        raise PermissionError(event)

sys.addaudithook(refuse)

from inspect_ai import Epochs, Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import generate, system_message
from kit.evaluation.language_models import make_inspect_model

def adder(prompt):
    a, b = prompt.rstrip("=").split("+")
    return "0" if a.startswith("3") else str(int(a) + int(b))

def silent(prompt):
    if prompt == "10+24=":
        raise RuntimeError("no answer")
    return adder(prompt)

heard = []

def listener(prompt):
    heard.append(prompt)
    return "43"

def evaluate(answer, numbers, solver=(), epochs=1, **options):
    samples = [
        Sample(f"{a}+{b}=", target=str(a + b), id=f"{a}+{b}", metadata={"tens": a // 10})
        for a in numbers
        for b in range(10, 50, 7)
    ]
    [log] = eval(
        Task(MemoryDataset(samples), solver=[*solver, generate()], scorer=match(location="exact")),
        model=make_inspect_model(answer),
        epochs=Epochs(epochs, "mean"),
        log_dir=sys.argv[1],
        log_format="json",
        display="none",
        **options,
    )
    return log.location

print(json.dumps({
    "groups": evaluate(adder, range(10, 50, 3)),
    "epochs": evaluate(adder, [10, 31], epochs=3),
    "all right": evaluate(adder, [10, 11]),
    "no text": evaluate(lambda prompt: 43, [10]),
    "silent": evaluate(silent, [10], fail_on_error=False),
    "system": evaluate(listener, [17], solver=[system_message("Add.")]),
    "heard": heard,
}))
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    pytest.importorskip(
        "inspect_ai", reason='inspect_ai is not installed: pip install "bitacora-kit[llm]"'
    )
    command = [sys.executable, "-c", EVALUATE, str(tmp_path_factory.mktemp("logs"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "INTERNET" not in done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_without_the_library_the_error_names_the_install(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(KitError, match=r'pip install "bitacora-kit\[llm\]"'):
        make_inspect_model(str)


def test_a_function_is_evaluated_without_asking_for_the_internet(logs):
    assert score_interval(logs["groups"]).n == 84


def test_all_messages_reach_the_function(logs):
    assert "Add.\n\n17+24=" in logs["heard"]


def test_the_interval_counts_groups(logs):
    numbers = np.repeat(np.arange(10, 50, 3), 6)
    expected = clustered_interval(numbers // 10 != 3, numbers // 10)
    assert score_interval(logs["groups"], cluster="tens") == expected


def test_an_answer_of_another_epoch_is_no_further_question(logs):
    assert score_interval(logs["epochs"]) == wilson_interval(6, 12)


def test_the_interval_has_a_length_where_all_is_right(logs):
    assert score_interval(logs["all right"]) == wilson_interval(12, 12)


def test_an_evaluation_that_did_not_end_well_gives_no_number(logs):
    with pytest.raises(KitError, match="returned int"):
        score_interval(logs["no text"])


def test_samples_without_a_score_are_named(logs):
    with pytest.raises(KitError, match=r"no score: 10\+24\."):
        score_interval(logs["silent"])


def test_the_scorers_are_named(logs):
    with pytest.raises(KitError, match="Name one of them with scorer: match"):
        score_interval(logs["groups"], scorer="judge")


def test_samples_without_a_group_are_named(logs):
    with pytest.raises(KitError, match=r"no 'passage': 10\+10, 10\+17"):
        score_interval(logs["all right"], cluster="passage")
