"""`kit evaluate` on files as its user has them."""

import json
import pickle

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kit.cli import main


@pytest.fixture
def wine(tmp_path):
    frame = load_wine(as_frame=True).frame.sample(frac=1, random_state=0)
    frame["target"] = frame["target"].map({0: "a", 1: "b", 2: "c"})
    features = [name for name in frame.columns if name != "target"]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(frame[features][:80], frame["target"][:80])
    skops.io.dump(model, tmp_path / "wine.skops")
    frame[:80].to_csv(tmp_path / "train.csv", index=False)
    frame[80:].to_csv(tmp_path / "test.csv", index=False)
    return tmp_path, model


def test_a_model_and_a_table_give_a_page_and_its_data(wine, capsys):
    folder, _model = wine
    arguments = [str(folder / "wine.skops"), str(folder / "test.csv"), "--target", "target"]
    main(["evaluate", *arguments, "--train", str(folder / "train.csv"), "--lang", "es"])
    assert "Ficha de evaluación: wine" in (folder / "wine.html").read_text(encoding="utf-8")
    data = json.loads((folder / "wine.json").read_text(encoding="utf-8"))
    assert data["facts"]["classes"] == ["a", "b", "c"]
    assert "alarm" not in capsys.readouterr().out


def test_a_leak_is_said_on_the_terminal_and_two_cards_are_compared(wine, capsys):
    folder, _model = wine
    first = [str(folder / "wine.skops"), str(folder / "test.csv"), "--target", "target"]
    main(["evaluate", *first, "--output", str(folder / "old.json")])
    again = [*first, "--compare", str(folder / "old.json"), "--output", str(folder / "new.md")]
    main(["evaluate", *again, "--train", str(folder / "test.csv")])
    out = capsys.readouterr().out
    assert "98 of 98 test rows are also in the training data" in out
    assert "invalid on this card" in out
    assert (folder / "new.md").read_text(encoding="utf-8").startswith("---\n")


@pytest.mark.parametrize(
    "save",
    [
        lambda model, path: path.write_bytes(pickle.dumps(model)),
        lambda model, path: path.write_bytes(pickle.dumps(model, protocol=0)),
        lambda model, path: joblib.dump(model, path, compress=3),
    ],
    ids=["pickle", "text pickle", "joblib"],
)
def test_a_pickle_is_refused_before_it_is_loaded(wine, capsys, save):
    folder, model = wine
    save(model, folder / "model.pkl")
    with pytest.raises(SystemExit) as end:
        main(
            ["evaluate", str(folder / "model.pkl"), str(folder / "test.csv"), "--target", "target"]
        )
    assert end.value.code == 1
    assert "loading a pickle runs whatever its author put there" in capsys.readouterr().err


def test_a_pickle_under_another_name_is_refused_too(wine, capsys):
    folder, model = wine
    (folder / "model.skops").write_bytes(pickle.dumps(model))
    with pytest.raises(SystemExit):
        main(
            [
                "evaluate",
                str(folder / "model.skops"),
                str(folder / "test.csv"),
                "--target",
                "target",
            ]
        )
    assert "this is a pickle" in capsys.readouterr().err


class Unknown:
    """A type that skops does not know."""

    classes_ = np.array([0, 1])


def test_a_type_that_nobody_vouched_for_is_named(wine, capsys):
    folder, _model = wine
    skops.io.dump(Unknown(), folder / "odd.skops")
    with pytest.raises(SystemExit):
        main(
            ["evaluate", str(folder / "odd.skops"), str(folder / "test.csv"), "--target", "target"]
        )
    assert "Unknown" in capsys.readouterr().err


def test_a_size_without_a_range_is_refused(wine, capsys):
    folder, _model = wine
    with pytest.raises(SystemExit):
        main(["evaluate", str(folder / "wine.skops"), str(folder / "test.csv"), "--target", "target",
              "--linf", "0.1"])  # fmt: skip
    assert "--clip" in capsys.readouterr().err


def test_a_column_that_is_not_there_is_named_with_those_that_are(wine, capsys):
    folder, _model = wine
    with pytest.raises(SystemExit):
        main(["evaluate", str(folder / "wine.skops"), str(folder / "test.csv"), "--target", "kind"])
    said = capsys.readouterr().err
    assert "kind" in said
    assert "alcohol" in said
