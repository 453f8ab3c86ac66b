"""The rules for one cell, without a kernel."""

from nbformat.v4 import new_code_cell

from kit.running.judgement import Observation, is_tolerated, judge_cell


def cell(*tags, source="x", **kit):
    return new_code_cell(source, id="c", metadata={"kit": kit, "tags": list(tags)})


def seen(**what):
    return Observation(answered=True, **what)


def warned(category, message="m"):
    warning = {"category": category, "message": message, "text": f"<1>:1: {category}: {message}\n"}
    return {"warnings": [warning]}


def problems(cell, observation, **options):
    return judge_cell(cell, observation, number=1, **options).problems


def test_a_quiet_cell_is_green():
    assert problems(cell(), seen()) == ()


def test_a_cell_that_was_never_sent_is_red():
    assert problems(cell(), None) == ("it was not executed",)


def test_a_cell_without_code_needs_no_kernel():
    record = judge_cell(cell(source=" \n"), None, number=3)
    assert (record.executed, record.problems) == (True, ())


def test_the_key_is_the_grade_id_where_there_is_one():
    graded = cell()
    graded.metadata["nbgrader"] = {"grade_id": "test-mean"}
    assert judge_cell(graded, seen(), number=1).key == "test-mean"


def test_the_text_of_a_warning_is_not_stderr():
    noted = seen(notes=warned("UserWarning"), stderr="<1>:1: UserWarning: m\n")
    record = judge_cell(cell(expect_warning="UserWarning"), noted, number=1)
    assert (record.stderr, record.problems) == ("", ())


def test_each_of_several_declared_warnings_must_come():
    both = cell(expect_warning=["UserWarning", "FutureWarning"])
    assert problems(both, seen(notes=warned("UserWarning"))) == (
        "it declares the warning FutureWarning, but it did not come",
    )


def test_a_declared_error_is_compared_by_its_exact_class():
    # A subclass is another mistake than the one that the lesson explains.
    observation = seen(error="ModuleNotFoundError", error_message="m")
    assert problems(cell(expect_error="ImportError"), observation) == (
        "it declares ImportError, but raised ModuleNotFoundError: m",
    )


def test_a_script_that_fails_as_declared_is_green():
    notes = {"failed_commands": [{"command": "%%bash", "code": 3}]}
    declared = cell("raises-exception", expect_error="CalledProcessError")
    assert problems(declared, seen(error="CalledProcessError", notes=notes)) == ()


def test_an_earlier_failed_command_of_the_same_cell_is_still_red():
    notes = {"failed_commands": [{"command": "ls", "code": 2}, {"command": "%%bash", "code": 3}]}
    declared = cell("raises-exception", expect_error="CalledProcessError")
    assert problems(declared, seen(error="CalledProcessError", notes=notes)) == (
        "a shell command ended with exit code 2: ls",
    )


def test_a_tag_without_a_class_counts_only_where_nobody_is_strict():
    tagged = cell("raises-exception")
    assert not is_tolerated(tagged, "ValueError", strict=True)
    assert is_tolerated(tagged, "ValueError", strict=False)
    assert problems(tagged, seen(error="ValueError"), strict=False) == ()


def test_what_is_allowed_does_not_stand_in_for_another_declaration():
    declared = cell(expect_error="ValueError")
    assert not is_tolerated(declared, "TypeError", strict=True, allow=frozenset({"TypeError"}))


def test_a_timeout_is_no_missing_exception():
    late = Observation(ended="timeout", detail="2 s")
    assert problems(cell(expect_error="ValueError"), late) == (
        "the time ran out while it was running: 2 s",
    )


def test_a_long_message_is_cut():
    (text,) = problems(cell(), seen(error="ValueError", error_message="x" * 1000))
    assert len(text) < 250
    assert text.endswith("…")
