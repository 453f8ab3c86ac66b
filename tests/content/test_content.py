"""Every lesson is executed and every assignment is verified, as an author does it with `kit verify`."""

from pathlib import Path

import pytest

from kit.authoring.targets import find_targets
from kit.authoring.verify import verify

REPO = Path(__file__).resolve().parents[2]
LESSONS = sorted((REPO / "courses").glob("*/*.ipynb"))
ASSIGNMENTS = sorted(path.parent for path in (REPO / "assignments").glob("*/assignment.yaml"))


@pytest.mark.parametrize(
    "path", [*LESSONS, *ASSIGNMENTS], ids=lambda path: str(path.relative_to(REPO))
)
def test_it_keeps_every_rule_and_runs(path):
    report = verify(find_targets([path]), static=False, jobs=1)
    assert [str(finding) for finding in report.findings] == []
    assert report.ok


def test_something_was_there_to_verify():
    assert len(LESSONS) >= 3
    assert len(ASSIGNMENTS) >= 3
