"""Put the lessons into the wheel, as learners get them.

A wheel is what a learner installs, so it carries learner versions and released assignments: no solution of
an assignment, no hidden test. In a clone (an editable installation) the kit reads courses/ and assignments/.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContentHook(BuildHookInterface):
    """Build kit/_content from courses/ and assignments/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the content before the wheel is packed; hatchling passes the kind of build as ``version``."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from kit.workspace.content import build_content

        content = Path(self.directory) / "content"
        shutil.rmtree(content, ignore_errors=True)
        build_content(Path(self.root), content)
        build_data["force_include"][str(content)] = "kit/_content"
