"""The rubric of a written answer, read from ``rubric.md``: levels, each with points and an anchor sentence.

Two shapes are read, as docs/authors.md has them: a table whose rows begin with the number of the level, and a
heading ``### Level 2: sentence`` for each. What is not a level is kept as notes for the mentor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^##\s+(.+?)\s*#*\s*$", re.MULTILINE)
_LEVEL = re.compile(r"^###\s+level\s+(\d+)\b[:. ]*(.*)$", re.IGNORECASE)
_ROW = re.compile(r"^\**(?:level\s+)?(\d+)\**$", re.IGNORECASE)
_FACE_TO_FACE = re.compile(r"face to face|listen for", re.IGNORECASE)


@dataclass(frozen=True)
class Level:
    """One level of a rubric."""

    number: int
    points: float
    anchor: str
    example: str = ""


@dataclass(frozen=True)
class Rubric:
    """How one answer is marked.

    Parameters
    ----------
    levels
        From the lowest to the highest; empty when the rubric has none for this answer.
    notes
        What the section says besides its levels, as Markdown.
    general
        What stands before the first section: it holds for every answer of the assignment.
    talk
        The sections on questions to ask face to face.
    """

    levels: tuple[Level, ...] = ()
    notes: str = ""
    general: str = ""
    talk: str = ""


def read_rubric(text: str, key: str, max_points: float) -> Rubric:
    """Return the rubric of one answer.

    Parameters
    ----------
    text
        The whole ``rubric.md``.
    key
        The grade_id of the answer; its section names it in the heading.
    max_points
        What the answer is worth. Levels without points of their own share it evenly.

    Examples
    --------
    >>> text = "# R\\n## why\\n| 0 | 0 | It says nothing. | |\\n| 1 | 2 | It gives a reason. | because |"
    >>> [(level.points, level.anchor) for level in read_rubric(text, "why", 2).levels]
    [(0.0, 'It says nothing.'), (2.0, 'It gives a reason.')]
    >>> read_rubric(text, "how", 2).levels
    ()
    """
    pieces = _HEADING.split(text)
    general = re.sub(r"^#\s.*$", "", pieces[0], count=1, flags=re.MULTILINE).strip()
    sections = list(zip(pieces[1::2], pieces[2::2], strict=True))
    named = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
    body = next((body for title, body in sections if named.search(title)), "")
    talk = "\n\n".join(
        f"**{title}**\n\n{body.strip()}" for title, body in sections if _FACE_TO_FACE.search(title)
    )
    levels, notes = _read_levels(body)
    highest = max((number for number, *_rest in levels), default=0)
    return Rubric(
        levels=tuple(
            Level(
                number,
                min(max_points, max_points * number / (highest or 1) if points is None else points),
                anchor,
                example,
            )
            for number, points, anchor, example in sorted(levels, key=lambda level: level[0])
        ),
        notes=notes,
        general=general,
        talk=talk,
    )


def _read_levels(body: str) -> tuple[list[tuple[int, float | None, str, str]], str]:
    """Return (number, points, anchor sentence, example) of each level, and the lines of none."""
    levels: list[tuple[int, float | None, str, str]] = []
    notes: list[str] = []
    inside: tuple[int, str] | None = None
    quoted: list[str] = []

    def close() -> None:
        if inside is not None:
            levels.append((inside[0], None, inside[1], " ".join(quoted)))

    for line in body.split("\n"):
        heading = _LEVEL.match(line)
        if heading:
            close()
            inside, quoted = (int(heading[1]), heading[2].strip()), []
        elif line.startswith("|"):
            row = _read_row(line)
            if row is not None:
                levels.append(row)
        elif inside is not None and line.startswith(">"):
            quoted.append(line.lstrip("> ").strip())
        elif inside is not None and quoted and line.strip():
            # A paragraph after the example of a level speaks of the whole answer again.
            close()
            inside = None
            notes.append(line)
        else:
            notes.append(line)
    close()
    return levels, "\n".join(notes).strip()


def _read_row(line: str) -> tuple[int, float | None, str, str] | None:
    columns = [column.strip() for column in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    number = _ROW.match(columns[0])
    if number is None:
        return None
    rest = columns[1:]
    points = None
    if rest and re.fullmatch(r"\d+(?:[.,]\d+)?", rest[0]):
        points = float(rest.pop(0).replace(",", "."))
    anchor = rest[0] if rest else ""
    return int(number[1]), points, anchor, rest[1] if len(rest) > 1 else ""
