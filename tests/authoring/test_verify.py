"""Verifying as a whole: what is executed, what is reported, and in which form."""

import json
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from kit.authoring.registry import rules_for
from kit.authoring.rules.verdicts import find_claims
from kit.authoring.targets import Target, find_targets
from kit.authoring.verify import verify
from kit.cli import main
from kit.errors import KitErrors


def run(argv, capsys):
    """Run the command line; return exit code, stdout and stderr."""
    try:
        main(argv)
        code = 0
    except SystemExit as stop:
        code = stop.code
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def place(finding):
    return finding.rule, finding.cell


def test_what_kit_new_makes_verifies_when_it_is_executed_too(example):
    report = verify(find_targets([example.root]), jobs=2)
    assert report.findings == ()
    assert [target.kind for target in report.targets] == ["assignment", "lesson"]


def test_a_cell_that_fails_fails_in_both_versions_of_a_lesson(example):
    example.edit(example.lesson, lambda cells, _: cells.append("run-median", "unknown_name"))
    findings = verify([Target(example.lesson, "lesson")]).findings
    assert [place(finding) for finding in findings] == [
        ("learner-runs", "run-median"),
        ("source-runs", "run-median"),
    ]
    assert "NameError" in findings[0].what


def test_a_solution_that_fails_its_own_check_is_found(example):
    def edit(cells, notebook):
        cells.replace("check-ratio", "1.15 < got < 1.35", "got > 9")

    example.edit(example.lesson, edit)
    findings = verify([Target(example.lesson, "lesson")]).findings
    assert [place(finding) for finding in findings] == [("source-runs", "check-ratio")]


def test_an_exercise_that_is_not_done_yet_may_stop_a_later_cell(example):
    def edit(cells, notebook):
        cells.insert_after(
            "make-middle",
            new_code_cell("middle([1, 2, 3])", id="use-middle", metadata={"kit": {"role": "code"}}),
        )

    example.edit(example.lesson, edit)
    assert verify([Target(example.lesson, "lesson")]).ok


def test_a_name_that_only_an_exercise_binds_breaks_the_learners_version(example):
    def edit(cells, notebook):
        function = "def shift_of_mean(error, count):\n    return error / count"
        cells["modify-shift"].source = f"### BEGIN SOLUTION\n{function}\n### END SOLUTION"
        cells.insert_after(
            "modify-shift",
            new_code_cell(
                "print(shift_of_mean(1, 2))", id="use-shift", metadata={"kit": {"role": "code"}}
            ),
        )

    example.edit(example.lesson, edit)
    findings = verify([Target(example.lesson, "lesson")]).findings
    assert [place(finding) for finding in findings] == [("learner-runs", "use-shift")]


def test_a_lesson_that_takes_too_long_is_told_which_cell_to_begin_with(example, monkeypatch):
    monkeypatch.setattr("kit.authoring.rules.executed.SLOWEST", 0.0)
    findings = verify([Target(example.lesson, "lesson")]).findings
    assert [finding.rule for finding in findings] == ["time"]
    assert findings[0].cell is not None


def test_known_answers_that_do_not_earn_what_they_should_are_found(example):
    def edit(cells, notebook):
        # The reference solution fails a test that the wrong answers pass.
        cells.replace(
            "standard-error",
            "return math.sqrt(",
            "print(1 / 0 if count == 18 else '')\n    return math.sqrt(",
        )
        # A test that no answer is needed for.
        cells[
            "test-units"
        ].source = "# Free.\n### BEGIN HIDDEN TESTS\nassert np.pi > 3\n### END HIDDEN TESTS"

    example.edit(example.notebook, edit)
    example.rewrite(example.folder / "wrong" / "too_few.py", "test-too-few: 2", "test-too-few: 1")
    findings = verify([Target(example.folder, "assignment")]).findings
    assert [
        (finding.rule, finding.cell or finding.path.rsplit("/", 1)[1]) for finding in findings
    ] == [
        ("release-zero", "test-units"),
        ("reference-full", "test-repeats"),
        ("wrong-loses", "too_few.py"),
    ]


def test_a_released_version_that_fails_in_another_way_is_found(example):
    def edit(cells, notebook):
        cells["standard-error"].source = (
            "### BEGIN SOLUTION\ndef standard_error(readings: list[float]) -> float:\n"
            "    if len(readings) < 2:\n        raise ValueError('two readings are needed')\n"
            "    return float(np.std(readings, ddof=1) / math.sqrt(len(readings)))\n### END SOLUTION"
        )

    example.edit(example.notebook, edit)
    findings = verify([Target(example.folder, "assignment")]).findings
    assert {finding.rule for finding in findings} == {"release-zero"}
    assert "NameError" in findings[0].what


def test_a_task_for_which_nothing_is_handed_in_is_no_fault(example):
    def edit(cells, notebook):
        task = new_markdown_cell("### A talk (2 points)\n\nA jury marks it.", id="talk")
        task.metadata["nbgrader"] = {
            "grade": False, "grade_id": "talk", "locked": True, "points": 2, "schema_version": 3,
            "solution": False, "task": True, "cell_type": "markdown",
        }  # fmt: skip
        notebook.cells.append(task)

    example.edit(example.notebook, edit)
    example.rewrite(example.folder / "assignment.yaml", "points: 12", "points: 14")
    findings = verify([Target(example.folder, "assignment")]).findings
    assert [(finding.rule, finding.cell) for finding in findings] == []


def test_a_reference_solution_that_warns_is_found(example):
    def edit(cells, notebook):
        warning = "    import warnings\n\n    warnings.warn('old')\n    count = len"
        cells.replace("standard-error", "    count = len", warning)

    example.edit(example.notebook, edit)
    findings = verify([Target(example.folder, "assignment")]).findings
    assert {finding.rule for finding in findings} == {"reference-full"}
    assert "warns" in findings[0].what


def write_test(example, source):
    def edit(cells, notebook):
        cells[
            "test-units"
        ].source = f"# By chance.\n### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"

    example.edit(example.notebook, edit)
    findings = verify([Target(example.folder, "assignment")]).findings
    return {
        finding.rule: finding.what
        for finding in findings
        if finding.cell == "test-units" and finding.rule not in ("wrong-loses",)
    }


linux = pytest.mark.skipif(sys.platform != "linux", reason="needs two processes of Linux")


@linux
def test_a_test_that_needs_the_process_of_the_answers_is_named(example):
    found = write_test(
        example, "import inspect\nassert 'return' in inspect.getsource(standard_error)"
    )
    assert "can be forged" in found["asked-outside"]


@linux
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("assert isinstance(standard_error([1.0, 2.0]), float)", "the class of what it gets"),
        ("assert standard_error.__code__ != standard_error", "compare itself"),
    ],
)
def test_a_test_that_believes_too_much_is_named(example, source, said):
    assert said in write_test(example, source)["believes-little"]


def test_a_score_that_the_answer_computes_is_not_believed():
    assert find_claims("assert model.score(X, y) > 0.9")
    assert not find_claims("assert accuracy_score(y, model.predict(X)) > 0.9")


@linux
def test_an_answer_that_earns_more_inside_than_outside_is_named(example):
    script = sorted((example.folder / "wrong").glob("*.py"))[0]
    with script.open("a", encoding="utf-8") as file:
        file.write(
            "\nclear = lambda lines: [line for line in lines if 'assert' not in line]\n"
            "get_ipython().input_transformers_cleanup.append(clear)\n"
        )
    findings = verify([Target(example.folder, "assignment")]).findings
    assert {
        (finding.rule, finding.cell) for finding in findings if finding.rule == "same-outside"
    } == {("same-outside", "test-repeats")}


def test_every_rule_that_executes_was_broken_above():
    names = {
        rule.name for kind in ("lesson", "assignment") for rule in rules_for(kind, executes=True)
    }
    assert names == {
        "learner-runs",
        "source-runs",
        "time",
        "reference-full",
        "release-zero",
        "wrong-loses",
        "same-outside",
        "asked-outside",
        "believes-little",
    }


# the report


def break_twice(example):
    def edit(cells, notebook):
        cells["run-median"].outputs = [new_output("stream", name="stdout", text="12.0\n")]
        cells.append("why-empty", "It's so.")

    example.edit(example.lesson, edit)


def test_every_violation_is_printed_at_once_with_its_place_and_what_to_do(example, capsys):
    break_twice(example)
    code, out, _err = run(["verify", "--static", str(example.root)], capsys)
    assert code == 1
    assert f"\n{example.lesson}\n" in out
    assert "cell 8 (run-median): no-outputs: the cell has stored outputs" in out
    assert "cell 11 (why-empty), line 2: contractions: 'It's' is a contraction" in out
    assert "Write it out" in out
    assert out.endswith("1 lesson, 1 assignment, read only: 2 violations\n")


def test_json_holds_the_same(example, capsys):
    break_twice(example)
    code, out, _err = run(["verify", "--static", "--format", "json", str(example.lesson)], capsys)
    data = json.loads(out)
    assert code == 1
    assert data["ok"] is False
    assert data["checked"] == [{"path": str(example.lesson), "kind": "lesson"}]
    assert [each["rule"] for each in data["findings"]] == ["no-outputs", "contractions"]
    assert data["findings"][1] | {"what": "", "fix": ""} == {
        "path": str(example.lesson), "rule": "contractions", "what": "", "fix": "",
        "cell": "why-empty", "number": 11, "line": 2,
    }  # fmt: skip


def test_what_verifies_ends_with_0(example, capsys):
    code, out, _err = run(["verify", "--static", str(example.root)], capsys)
    assert code == 0
    assert out == "1 lesson, 1 assignment, read only: 0 violations\n"


def test_a_notebook_that_can_not_be_read_does_not_stop_the_others(example, capsys):
    broken = example.lesson.with_name("02-broken.ipynb")
    broken.write_text("{ not json", encoding="utf-8")
    break_twice(example)
    code, out, _err = run(["verify", "--static", str(example.root)], capsys)
    assert code == 1
    assert "readable: this is not a notebook: line 1 is not JSON" in out
    assert "2 lessons, 1 assignment, read only: 3 violations" in out


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_path_with_nothing_to_verify_is_refused(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    code, _out, err = run(["verify", str(tmp_path / name)], capsys)
    assert code == 1
    assert name in err


def test_all_paths_without_anything_are_named_at_once(tmp_path):
    with pytest.raises(KitErrors) as caught:
        find_targets([tmp_path / "a", tmp_path / "b"])
    assert len(caught.value.errors) == 2


def test_a_path_named_twice_is_verified_once(example):
    targets = find_targets(
        [example.lesson, example.root / "courses", example.notebook, example.folder]
    )
    assert targets == [Target(example.lesson, "lesson"), Target(example.folder, "assignment")]


def test_the_rules_are_listed_with_what_they_ask(capsys):
    code, out, _err = run(["verify", "--rules"], capsys)
    assert code == 0
    for kind in ("lesson", "assignment"):
        for rule in rules_for(kind):
            assert out.count(f"{rule.name} (") == 1
            assert rule.asks in out


def test_verifying_changes_no_file(example):
    before = {path: path.read_bytes() for path in example.root.rglob("*") if path.is_file()}
    verify(find_targets([example.root]), static=True)
    assert {path: path.read_bytes() for path in example.root.rglob("*") if path.is_file()} == before
