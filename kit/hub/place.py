"""The folder of a hub: what lies where in it, and who may open it.

``hub.yaml`` and ``roster.csv`` are the operator's. ``state/`` is root's alone. ``courses/`` and ``inbox/`` are
the service account's alone: sources with hidden tests, submissions and marks. ``public/`` is for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """The paths of one hub."""

    root: Path

    @property
    def settings(self) -> Path:
        """The operator's settings."""
        return self.root / "hub.yaml"

    @property
    def roster(self) -> Path:
        """Who takes part, by pseudonymous ids."""
        return self.root / "roster.csv"

    @property
    def people(self) -> Path:
        """Who the ids are: names and log-in names elsewhere; root's alone to read."""
        return self.root / "people.csv"

    @property
    def codes(self) -> Path:
        """The log-in codes to hand out, until they are deleted; root's alone to read."""
        return self.root / "codes.csv"

    @property
    def state(self) -> Path:
        """JupyterHub's own files, secrets among them."""
        return self.root / "state"

    @property
    def public(self) -> Path:
        """What people get: the learner's files, and JupyterLab's settings."""
        return self.root / "public"

    @property
    def jupyter(self) -> Path:
        """Configuration, kernels and extensions of everybody's JupyterLab."""
        return self.public / "jupyter"

    @property
    def learner(self) -> Path:
        """What a learner's folder is filled with."""
        return self.public / "learner"

    @property
    def courses(self) -> Path:
        """One nbgrader course directory for each course."""
        return self.root / "courses"

    @property
    def inbox(self) -> Path:
        """The exchange: what was handed in, every attempt."""
        return self.root / "inbox"

    @property
    def queue(self) -> Path:
        """One small file for each submission that waits to be graded."""
        return self.inbox / ".queue"

    @property
    def kernels(self) -> Path:
        """The folder of the socket of the warm kernels; a short path, see `kit.kernels.places`."""
        return self.root / "run"

    @property
    def nursery(self) -> Path:
        """The nursery's socket."""
        return self.state / "nursery.sock"

    @property
    def log(self) -> Path:
        """What the parts of the hub say."""
        return self.root / "log"

    def course(self, name: str) -> Path:
        """Return the directory of a course."""
        return self.courses / name
