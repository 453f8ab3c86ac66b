"""Prose inside a notebook: headings, sentences and links, without the code and tables around them.

Markdown is read line by line and only as far as the rules need; rendering it is left to Jupyter.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from kit.authoring.subject import TEACHING_CALLS, Cell, literal_text

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s+")
_LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
_BARE_URL = re.compile(r"https?://[^\s)>\]]+")
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^>]*>|<!--.*?-->", re.DOTALL)

# A full stop after these does not end a sentence.
_ABBREVIATIONS = (
    "e.g.",
    "i.e.",
    "vs.",
    "cf.",
    "et al.",
    "Fig.",
    "Eq.",
    "Sec.",
    "No.",
    "approx.",
    "St.",
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+(?=[\"'“‘(*_]*[A-Z0-9¿¡])")


@dataclass(frozen=True)
class Heading:
    """One heading: its level, its text, and its line in the cell."""

    level: int
    text: str
    line: int


@dataclass(frozen=True)
class Link:
    """One link or image in markdown."""

    text: str
    target: str
    line: int


@dataclass(frozen=True)
class Passage:
    """A piece of running text and the line in the cell where it starts."""

    text: str
    line: int


def headings(source: str) -> list[Heading]:
    """Return the headings of a markdown cell, those of HTML too.

    Examples
    --------
    >>> headings("# A\\n```\\n# not one\\n```\\n### B")
    [Heading(level=1, text='A', line=1), Heading(level=3, text='B', line=5)]
    """
    found = []
    for number, line in _outside_fences(source):
        match = _HEADING.match(line)
        html = re.search(r"<h([1-6])[^>]*>(.*?)(</h|$)", line, re.IGNORECASE)
        if match:
            found.append(Heading(len(match[1]), match[2], number))
        elif html:
            found.append(Heading(int(html[1]), html[2], number))
    return found


def links(source: str) -> list[Link]:
    """Return the links of a markdown cell."""
    return [
        Link(match[1], match[2], number)
        for number, line in _outside_fences(source)
        for match in _LINK.finditer(_SPAN.sub("CODE", line))
    ]


def images(source: str) -> list[Link]:
    """Return the images of a markdown cell, with their alternative text."""
    found = []
    for number, line in _outside_fences(source):
        found += [Link(match[1], match[2], number) for match in _IMAGE.finditer(line)]
        for match in re.finditer(r"<img\b[^>]*>", line, re.IGNORECASE):
            alt = re.search(r"alt\s*=\s*[\"']([^\"']*)[\"']", match[0])
            found.append(Link(alt[1] if alt else "", match[0], number))
    return found


def bare_urls(source: str) -> list[Link]:
    """Return the addresses that stand in a markdown cell without a text of their own."""
    found = []
    for number, line in _outside_fences(source):
        rest = _IMAGE.sub(" ", _LINK.sub(" ", _SPAN.sub("CODE", line)))
        rest = re.sub(r"<(?!https?:)[^>]*>", " ", rest)
        found += [Link("", match[0], number) for match in _BARE_URL.finditer(rest)]
    return found


def list_items(source: str) -> list[str]:
    """Return the top-level items of the lists in a markdown cell, each on one line.

    Examples
    --------
    >>> list_items("Now:\\n\\n1. one\\n   more\\n2. two\\n   - inner")
    ['one more', 'two']
    """
    items: list[str] = []
    open_item = False
    for _number, line in _outside_fences(source):
        match = _ITEM.match(line)
        indent = len(line) - len(line.lstrip())
        if match and indent < 2:
            items.append(line[match.end() :].strip())
            open_item = True
        elif match:
            open_item = False
        elif line.strip() and indent and open_item:
            items[-1] += " " + line.strip()
        else:
            open_item = False
    return items


def plain(text: str) -> str:
    """Return markdown as a person hears it: code, formulas and links are one word each.

    The text of a link is often a title, whose wording is not the author's to choose.

    Examples
    --------
    >>> plain("Use **`np.mean(x)`** and [the guide](https://a.b) with $x_1 + x_2$.")
    'Use CODE and LINK with MATH.'
    """
    text = _SPAN.sub("CODE", text)
    text = _MATH.sub("MATH", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub("LINK", text)
    text = _TAG.sub(" ", text)
    text = re.sub(r"https?://\S+", "URL", text)
    text = re.sub(r"\*\*|__|(?<!\w)[*_]|[*_](?!\w)", "", text)
    return re.sub(r"\s+", " ", text).strip()


def passages(cell: Cell) -> list[Passage]:
    """Return the running text of a cell: paragraphs, list items, headings, and what kit.learn shows.

    Code, tables and formulas on lines of their own are left out.
    """
    if cell.is_markdown:
        return list(_markdown_passages(cell.source))
    found = []
    for call in cell.calls:
        if call.name in TEACHING_CALLS:
            for node in _outermost_texts(call.node):
                text = literal_text(node) or ""
                # kit.learn shows a hint of several lines without a fence as code.
                is_code = call.name == "hint" and "\n" in text.strip() and "```" not in text
                if " " in text.strip() and not is_code:
                    inner = _markdown_passages(textwrap.dedent(text))
                    found += [Passage(each.text, node.lineno) for each in inner]
    return found


def sentences(text: str) -> list[str]:
    """Return the sentences of a passage; a semicolon ends one too, and a label before a colon is none.

    Examples
    --------
    >>> sentences("Input: a list of numbers; a share.")
    ['a list of numbers', 'a share.']
    >>> sentences("It fell by 3.5 points, e.g. here. Why? Look.")
    ['It fell by 3.5 points, e.g. here.', 'Why?', 'Look.']
    """
    for short in _ABBREVIATIONS:
        text = re.sub(rf"(?<!\w){re.escape(short)}", short.replace(".", "\0"), text)
    found = []
    for part in _SENTENCE_END.split(text):
        unlabelled = re.sub(r"^(?:[\w'’-]+ ){0,3}[\w'’-]+: ", "", part.replace("\0", ".").strip())
        found += [piece.strip() for piece in re.split(r";\s", unlabelled) if piece.strip()]
    return found


def count_words(sentence: str) -> int:
    """Return the number of words, where a word holds a letter or a digit, and a list of numbers is one.

    Examples
    --------
    >>> count_words("the scores 1, 0, 0, 1 – four of them")
    6
    """
    sentence = re.sub(
        r"(?<!\w)[-+−±]?[\d.,%°/]+(?:\s+[-+−±]?[\d.,%°/]+)+(?!\w)", "numbers", sentence
    )
    return sum(1 for word in sentence.split() if re.search(r"\w", word))


def _outside_fences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of markdown, numbered from 1, that are neither code nor a formula of their own."""
    fence = None
    display_math = False
    before, in_list, in_code = "", False, False
    for number, line in enumerate(source.split("\n"), 1):
        match = _FENCE.match(line)
        if match and fence in (None, match[1]):
            fence = match[1] if fence is None else None
            continue
        if fence:
            continue
        if line.count("$$") == 1:
            display_math = not display_math
            continue
        if display_math:
            continue
        if line.strip():
            indented = line.startswith(("    ", "\t"))
            # Four spaces after a blank line are code, except inside a list, where they go on with an item.
            in_code = indented and not in_list and (in_code or not before)
            in_list = bool(_ITEM.match(line)) or (
                in_list and (indented or line[0] == " " or bool(before))
            )
        before = line.strip()
        if not (in_code and line.strip()):
            yield number, line


def _markdown_passages(source: str) -> Iterator[Passage]:
    block: list[str] = []
    start = 0
    last = -1
    for number, line in _outside_fences(source):
        text = line.strip()
        table = text.startswith("|") or re.fullmatch(r"[-:| ]*\|[-:| ]*", text)
        quote = text.startswith(">")
        begins = bool(_ITEM.match(line) or _HEADING.match(line) or table or not text)
        if block and (begins or number != last + 1):
            yield Passage(plain(" ".join(block)), start)
            block = []
        last = number
        if not text or table or re.fullmatch(r"[-*_=]{3,}", text):
            continue
        heading = _HEADING.match(line)
        if heading:
            yield Passage(plain(heading[2]), number)
            continue
        if not block:
            start = number
        block.append(
            _ITEM.sub("", line).strip().lstrip("> ") if quote else _ITEM.sub("", line).strip()
        )
        if line.endswith(("  ", "\\")) or re.search(r"<br\s*/?>\s*$", line):
            yield Passage(plain(" ".join(block)), start)
            block = []
    if block:
        yield Passage(plain(" ".join(block)), start)


def _outermost_texts(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the texts of a call's arguments, each f-string or joined text once."""
    values = [*call.args, *[keyword.value for keyword in call.keywords]]
    stack: list[ast.AST] = values[::-1]  # type: ignore[assignment]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.expr) and literal_text(node) is not None:
            yield node
        elif isinstance(node, ast.Call):
            continue  # a call inside has its own turn
        else:
            stack.extend(list(ast.iter_child_nodes(node))[::-1])
