"""Every published attack, graded as a mentor would grade it, in one class with honest learners.

A batch is graded once for all tests of it: by `kit release`, `kit grade` and `kit feedback`.
"""

import contextlib
import functools
import html.parser
import os
import re

import pytest
from arena import ATTACKED, HONEST_PART, make_source
from attacked_class import HONEST, SECRETS, WALL_SECONDS, Classroom, graded
from attacks import ATTACKS, CLASSES
from damage import DAMAGES, STRANGE_STUDENTS

from kit.grading.answers import reference_answers
from kit.sandbox.tiers import probe_tier

ALL = (*ATTACKS, *DAMAGES)
REACHING = tuple(attack for attack in ATTACKS if attack.kind in ("reading", "hurting", "leaving"))
#: name → (walls, as an ordinary user though the tests run as root, attacks). Only what a tier or a user changes
#: is tried again.
BATCHES = {
    "bubblewrap": ("bubblewrap", False, ALL),
    "namespaces": ("namespaces", False, REACHING),
    "ordinary": (
        "bubblewrap",
        True,
        tuple(attack for attack in REACHING if attack.kind != "hurting"),
    ),
}
if os.getuid() != 0:
    del BATCHES["ordinary"]

#: Attacks that succeed today, with the reason. Each stands on the page, too.
OPEN: dict[str, str] = {}

BEST = sum(ATTACKED.values()) + 1


@pytest.fixture(scope="session")
def classes():
    """What became of each class, graded when it is first asked for and once for all tests of a worker.

    Not by a fixture with a parameter: that is made anew whenever the next test has another attack.
    """
    with contextlib.ExitStack() as opened:

        @functools.cache
        def grade(name):
            tier, ordinary, attacks = BATCHES[name]
            outcome = opened.enter_context(graded(attacks, "--walls", tier, ordinary=ordinary))
            return outcome, {attack.student for attack in attacks}, tier

        yield grade


@pytest.fixture
def batch(request, classes):
    """What became of one class, and its attacks."""
    tier = BATCHES[request.param][0]
    probe = probe_tier(tier)
    if not probe.holds:
        pytest.skip(f"no {tier} on this machine: {probe.reason}")
    return classes(request.param)


def cases(collection):
    """Return batch and attack, for each attack in each batch; a batch is graded by one worker only."""
    found = []
    for name, (_tier, _ordinary, attacks) in BATCHES.items():
        for attack in attacks:
            if attack in collection:
                marks = [pytest.mark.xdist_group(f"attacks-{name}")]
                if attack.student in OPEN:
                    marks.append(pytest.mark.xfail(reason=OPEN[attack.student], strict=True))
                found.append(pytest.param(name, attack, id=f"{name}-{attack.student}", marks=marks))
    return found


in_each_batch = pytest.mark.parametrize(
    "batch",
    [pytest.param(name, marks=pytest.mark.xdist_group(f"attacks-{name}")) for name in BATCHES],
    indirect=True,
)


@pytest.mark.parametrize(("batch", "attack"), cases(ATTACKS), indirect=["batch"])
def test_an_attack_earns_nothing_shows_nothing_and_reaches_nothing(batch, attack):
    outcome = batch[0]
    points = outcome.points(attack.student)
    assert {key: points[key] for key in ATTACKED if points[key]} == {}
    assert outcome.leaked(attack.student) == []
    assert "REACHED" not in outcome.shown[attack.student]
    assert [secret for secret in SECRETS if secret in outcome.pages[attack.student]] == []
    if attack.kind == "hurting":
        # It costs the question that it is in, and no other.
        assert points[HONEST_PART] == 1, outcome.results[attack.student]["outcome"]


@pytest.mark.parametrize(("batch", "damage"), cases(DAMAGES), indirect=["batch"])
def test_a_damaged_submission_gets_what_its_work_is_worth(batch, damage):
    outcome = batch[0]
    result = outcome.results[damage.student]
    if damage.earns == "all":
        assert result["score"] == BEST, result["outcome"]
    elif damage.earns == "nothing":
        points = outcome.points(damage.student)
        assert {key: points[key] for key in ATTACKED if points[key]} == {}
    assert outcome.leaked(damage.student) == []
    assert result["outcome"].isprintable()


@in_each_batch
@pytest.mark.parametrize("student", HONEST)
def test_honest_work_in_the_same_class_loses_nothing(batch, student):
    result = batch[0].results[student]
    assert (result["status"], result["score"]) == ("graded", BEST), result["outcome"]


@in_each_batch
def test_every_attack_has_an_outcome_in_words(batch):
    outcome, students, _tier = batch
    assert outcome.code == 0, outcome.log[-3000:]
    assert students | {*HONEST} == set(outcome.results)
    assert all(result["outcome"].strip() for result in outcome.results.values())


@in_each_batch
def test_no_submission_takes_longer_than_its_limits_allow(batch):
    # The time once, and once more after a cell that did not end; and what the slowest machine needs to start.
    for student, result in batch[0].results.items():
        for told in result["evidence"]["executed"].values():
            assert told["seconds"] < 2 * WALL_SECONDS + 30, student


@in_each_batch
def test_the_walls_that_stood_are_in_the_evidence(batch):
    outcome, _students, tier = batch
    for result in outcome.results.values():
        assert result["evidence"]["walls"].split("+")[0] == tier
        assert result["evidence"]["verdict"] == "outside"


@in_each_batch
def test_nothing_survives_and_nothing_outside_is_reached_or_changed(batch):
    outcome = batch[0]
    assert outcome.survivors == []
    assert outcome.reached == []
    assert outcome.changed == []


class _Hunter(html.parser.HTMLParser):
    """Finds what a browser would run or load."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in (
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "link",
            "frame",
            "foreignobject",
        ):
            self.found.append(tag)
        for name, value in attributes:
            text = re.sub(r"[\s\x00-\x20]", "", value or "").lower()
            if (
                name.startswith("on")
                or name == "srcdoc"
                or text.startswith(("javascript:", "vbscript:"))
            ):
                self.found.append(f"{tag} {name}")
            loads = name in ("src", "poster", "background", "xlink:href")
            if loads and not text.startswith(("data:image/", "#")):
                self.found.append(f"{tag} {name}={value}")
            if name == "http-equiv" and text == "refresh":
                self.found.append("refresh")

    handle_startendtag = handle_starttag


@in_each_batch
def test_no_page_runs_or_loads_anything(batch):
    outcome = batch[0]
    for student, page in outcome.pages.items():
        if outcome.results[student]["status"] == "graded":
            assert "<html" in page, student
        hunter = _Hunter()
        hunter.feed(page)
        assert hunter.found == [], student
        assert "evil.invalid" not in re.sub(r"<(pre|code)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)


@pytest.mark.xdist_group("attacks-open")
def test_each_assertion_can_fail():
    """With tests inside and no walls the same attacks succeed, and the same looks find it out."""
    names = {
        "forging-drop-asserts-from-the-tree",
        "reading-hook-before-each-cell",
        "reading-secrets-of-the-mentor",
        "leaving-tcp",
        "leaving-udp",
        "leaving-unix-socket",
        "leaving-files-outside",
    }
    attacks = [attack for attack in ATTACKS if attack.student in names]
    assert len(attacks) == len(names)
    with graded(attacks, "--walls", "none", "--verdict", "inside") as outcome:
        points = outcome.points("forging-drop-asserts-from-the-tree")
        assert sum(points[key] for key in ATTACKED) > 0
        assert "QUOKKA-7261" in outcome.leaked("reading-hook-before-each-cell")
        assert "OCELOT-3385" in outcome.leaked("reading-secrets-of-the-mentor")
        assert "REACHED tcp" in outcome.shown["leaving-tcp"]
        assert len(set(outcome.reached)) == 3
        assert any("secret.txt" in path for path in outcome.changed)
        assert next(iter(outcome.results.values()))["evidence"]["verdict"] == "inside"


@pytest.mark.xdist_group("attacks-open")
def test_names_of_folders_that_are_no_names_stop_nobody():
    with Classroom() as room:
        for name in STRANGE_STUDENTS:
            (room.course / "submitted" / name / "arena").mkdir(parents=True)
        outcome = room.grade("--walls", "none")
        assert outcome.code == 0, outcome.log[-3000:]
        assert "\x1b" not in outcome.log
        assert [outcome.results[student]["score"] for student in HONEST] == [BEST] * len(HONEST)
        assert not list(room.root.rglob("*pwned"))


def test_the_collection_has_all_classes_and_no_secret():
    assert {attack.kind for attack in ATTACKS} == {*CLASSES}
    assert len({attack.student for attack in ALL}) == len(ALL)
    for attack in ATTACKS:
        text = "\n".join(part for _place, part in attack.cells)
        assert not [secret for secret in SECRETS if secret in text], attack.student


def test_the_assignment_of_the_attacks_is_a_sound_one():
    source = make_source()
    assert set(reference_answers(source).cells) == {
        "double",
        "anomaly",
        "Cutoff",
        "depth",
        "apply",
        "greet",
    }
