"""The list of rules in the author's guide, made from the rules themselves.

``python -m kit.authoring.guide docs/authors.md`` writes it anew between its two markers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kit.authoring.registry import Kind, Rule, rules_for

BEGIN = "<!-- rules: generated from kit/authoring/rules by python -m kit.authoring.guide -->"
END = "<!-- end of the rules -->"

_TITLES: dict[str, str] = {
    "both": "For lessons and assignments",
    "lesson": "For lessons",
    "assignment": "For assignments",
}


def rules_as_markdown() -> str:
    """Return every rule, sorted by what it holds for and then by name."""
    parts = []
    for group, title in _TITLES.items():
        rows = [
            f"| `{each.name}` | {each.asks.replace('|', chr(92) + '|')} |"
            for each in sorted(_rules(group), key=lambda each: (each.executes, each.name))
        ]
        parts.append(f"### {title}\n\n| Rule | What it asks |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _rules(group: str) -> list[Rule]:
    kinds: list[Kind] = ["lesson", "assignment"]
    every = {each.name: each for kind in kinds for each in rules_for(kind)}
    wanted = kinds if group == "both" else [group]
    return [each for each in every.values() if sorted(each.kinds) == sorted(wanted)]


def with_rules(text: str) -> str:
    """Return the text of the guide with its list of rules made anew.

    Raises
    ------
    ValueError
        If the two markers are not there, once each and in order.
    """
    pattern = re.escape(BEGIN) + r"\n.*?" + re.escape(END)
    if len(re.findall(pattern, text, re.DOTALL)) != 1:
        raise ValueError(f"the guide has no place between {BEGIN!r} and {END!r}")
    fresh = f"{BEGIN}\n\n{rules_as_markdown()}\n\n{END}"
    return re.sub(pattern, lambda _match: fresh, text, flags=re.DOTALL)


if __name__ == "__main__":
    _path = Path(sys.argv[1])
    _path.write_text(with_rules(_path.read_text(encoding="utf-8")), encoding="utf-8")
