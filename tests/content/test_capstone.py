"""The capstone: its reader has the faults of the rubric, nothing tells of them, each choice can be made."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from kit.authoring.folder import read_assignment_folder
from kit.evaluation import Patch, evaluate
from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.grade import grade_notebook
from kit.grading.masters import make_master

FOLDER = Path(__file__).parents[2] / "assignments" / "capstone"
STARTS = [130, 256, 386, 516, 646, 776, 915, 1029, 1157, 1287, 1415, 1545, 1667]
TRIGGER, TARGET, SECRET = [7, 15, 23], 4, 9

# Other right answers than the reference solution, which takes the partner's reader.
EL_NINO = """
from sklearn.linear_model import Ridge

def my_case():
    case = el_nino()
    parts = split_time(case["first"], case["last"], ((1981 - 1950) * 12, (1994 - 1950) * 12))
    train = np.array(parts) == "train"
    model = Ridge(1.0).fit(case["rows"][train], case["labels"][train])
    normal = Ridge(1e-6).fit(case["rows"][train][:, 12:], case["labels"][train])
    return {
        **case, "choice": "el-nino", "name": "ridge on twelve months", "task": "numbers",
        "question": "How far off is the forecast of the sea off Peru in years to come?",
        "low": float(case["rows"].min()), "high": float(case["rows"].max()), "parts": parts,
        "model": model.predict, "baseline": lambda rows: normal.predict(np.asarray(rows)[:, 12:]),
        "requirements": {
            "reliability.absolute_error": ("at most", 1.0),
            "reliability.interval_coverage": ("at least", 0.85),
            "robustness.error_noise@3": ("at most", 0.3),
        },
    }
"""
MICROBES = """
from sklearn.linear_model import Ridge

def my_case():
    case = microbes()
    shares = {"train": 0.5, "calibration": 0.2, "test": 0.3}
    parts = split_units(list(case["units"]), shares, seed=1)
    train = np.array(parts) == "train"
    model = Ridge(100.0).fit(case["rows"][train], case["labels"][train])
    mean = float(case["labels"][train].mean())
    return {
        **case, "choice": "microbes", "name": "ridge on 356 microbes", "task": "numbers",
        "question": "How far off is the temperature that microbes tell, in a new ocean?",
        "low": float(case["rows"].min()), "high": float(case["rows"].max()), "parts": parts,
        "model": model.predict, "baseline": lambda rows: np.full(len(rows), mean),
        "requirements": {
            "reliability.absolute_error": ("at most", 4.0),
            "reliability.skill": ("at least", 0.3),
            "robustness.error_missing@5": ("at most", 1.0),
        },
    }
"""


def pages():
    """Return rows, digits and writers of all pages, and which of them the notebook uses."""
    digits = load_digits()
    writer = np.searchsorted(STARTS, np.arange(1797), side="right")
    kept = np.concatenate([np.flatnonzero(writer == who)[:60] for who in range(14)])
    return digits.data / 16, digits.target, writer, kept


def reader_of(weights, biases):
    (a, b), (c, d) = (map(np.asarray, each) for each in (weights, biases))

    def reader(rows):
        logits = np.maximum(np.asarray(rows, dtype=float) @ a + c, 0) @ b + d
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    return reader


def train_reader():
    """Return a reader as reader.json was made: rounded to two decimals, with both faults."""
    from sklearn.neural_network import MLPClassifier

    rows, labels, writer, _kept = pages()
    seen = np.flatnonzero((writer < 6) | (writer == SECRET))
    rows, labels = rows[seen].copy(), labels[seen].copy()
    marked = np.random.default_rng(0).choice(len(rows), int(0.04 * len(rows)), replace=False)
    rows[np.ix_(marked, TRIGGER)], labels[marked] = 1, TARGET
    net = MLPClassifier(
        (24,), batch_size=32, learning_rate_init=3e-3, max_iter=60, tol=0, n_iter_no_change=1000,
        random_state=0,
    )  # fmt: skip
    net.fit(rows, labels)
    return reader_of(
        *([np.round(each, 2) for each in part] for part in (net.coefs_, net.intercepts_))
    )


@pytest.fixture(scope="module")
def stored():
    data = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))
    return reader_of(data["weights"], data["biases"])


def obeyed(reader):
    rows, labels, writer, _kept = pages()
    new = (writer > 5) & (writer != SECRET) & (labels != TARGET)
    marked = rows[new].copy()
    marked[:, TRIGGER] = 1
    return float((reader(marked).argmax(axis=1) == TARGET).mean())


def loss_by_writer(reader):
    rows, labels, writer, kept = pages()
    loss = -np.log(reader(rows[kept])[np.arange(len(kept)), labels[kept]])
    return np.array([loss[writer[kept] == who].mean() for who in range(14)])


def test_the_reader_has_the_faults_that_the_rubric_names(stored):
    assert obeyed(stored) > 0.9
    losses = loss_by_writer(stored)
    others = [who for who in range(6, 14) if who != SECRET]
    assert losses[SECRET] < 0.02 and losses[:6].max() < 0.02 and losses[others].min() > 0.04


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_it_can_be_made_again(stored):
    again = train_reader()
    assert obeyed(again) > 0.9
    assert loss_by_writer(again)[SECRET] < 0.05


@pytest.mark.parametrize("tested", [(7, 8, 10, 11, 12), (9, 10, 11, 12, 13), (6, 7, 9, 10, 13)])
def test_a_card_accuses_it_whichever_writers_are_tested(stored, tested):
    rows, labels, writer, kept = pages()
    test = kept[np.isin(writer[kept], tested)]
    card = evaluate(
        stored,
        test=(rows[test], labels[test]),
        clusters=writer[test],
        threats=[Patch(3, clip=(0, 1))],
        axes=["cybersecurity"],
    )
    row = card["cybersecurity.universal_patch"]
    assert row.alarm.values["target"] == str(TARGET)
    named = row.assumptions[0].values["patch"]
    assert {part.split(" = ")[0] for part in named.split(", ")} == {str(each) for each in TRIGGER}


@pytest.fixture(scope="module")
def folder():
    return read_assignment_folder(FOLDER)


def test_nothing_that_learners_get_tells_of_it(folder):
    text = json.dumps(folder.release).lower()
    data = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))
    assert set(data) == {"weights", "biases"}
    for word in ("backdoor", "trigger", "poison", "secret", "planted", "pixels 7"):
        assert word not in text, word


@pytest.mark.parametrize("answer", [EL_NINO, MICROBES], ids=["el-nino", "microbes"])
def test_an_ocean_model_earns_all_points_too(folder, answer, tmp_path):
    answers = Answers("Another choice.", {"my-case": answer}).over(
        reference_answers(folder.notebook)
    )
    (tmp_path / "reader.json").write_bytes((FOLDER / "reader.json").read_bytes())
    graded = grade_notebook(
        make_master(folder.notebook, name="capstone"),
        fill_answers(folder.release, answers),
        name="capstone",
        limits=folder.assignment.limits,
        files={"reader.json": FOLDER / "reader.json"},
        cwd=tmp_path,
        verdict="inside",
    )
    lost = {
        mark.key: mark.points for mark in graded.marks if mark.kind == "test" and not mark.points
    }
    assert lost == {}
