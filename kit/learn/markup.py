"""Small pieces of text: lettered lists, and the little markdown that widgets show."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Literal

Frame = Literal["right", "wrong", "neutral"]


def letter(number: int) -> str:
    """Return the letter of an option, counted from 0.

    Examples
    --------
    >>> letter(0), letter(2)
    ('A', 'C')
    """
    return chr(ord("A") + number)


def lettered(options: Sequence[str]) -> tuple[str, str]:
    """Return a lettered list of options, as markdown and as plain text.

    Examples
    --------
    >>> print(lettered(["one", "two"])[1])
      A. one
      B. two
    """
    named = [(letter(number), option) for number, option in enumerate(options)]
    markdown = "\n".join(f"- **{name}.** {option}" for name, option in named)
    plain = "\n".join(f"  {name}. {option}" for name, option in named)
    return markdown, plain


def as_sentence(text: str) -> str:
    """Return a text with a full stop at its end, where it has no mark of its own."""
    return text if text.endswith((".", "?", "!")) else text + "."


def plain_text(text: str) -> str:
    """Return a little markdown without its signs, for places that show plain text only.

    Examples
    --------
    >>> plain_text("the **mean** of `x`")
    'the mean of x'
    """
    return html.unescape(re.sub(r"</?(strong|em|code)>", "", inline_html(text)))


def to_html(text: str) -> str:
    """Return a little markdown as HTML: paragraphs, lists, code, bold, italic.

    Formulas stay as they are, for the page to typeset.

    Examples
    --------
    >>> to_html("Look at `x < 1` **first**.")
    '<p>Look at <code>x &lt; 1</code> <strong>first</strong>.</p>'
    """
    parts = re.split(r"```\w*\n(.*?)```", text.strip(), flags=re.DOTALL)
    pieces = []
    for number, part in enumerate(parts):
        if number % 2:
            pieces.append(f"<pre><code>{html.escape(part.rstrip(), quote=False)}</code></pre>")
        else:
            pieces += [_block(each.strip()) for each in re.split(r"\n\s*\n", part) if each.strip()]
    return "".join(pieces)


def framed(body: str, kind: Frame) -> str:
    """Return HTML in a frame that says at the left whether it is good news; the words say it too.

    The frame is announced by screen readers when it appears.
    """
    line = {
        "right": "4px solid #2e8540",
        "wrong": "4px dashed #c2571a",
        "neutral": "4px solid #8a8a8a",
    }
    # The page's own space after a paragraph would leave a hole at the foot of the frame.
    body = body.replace("<p>", '<p style="margin: 0 0 4px 0">')
    return (
        f'<div role="status" style="border-left: {line[kind]}; padding: 4px 0 4px 12px; margin: 4px 2px; '
        f'max-width: 46em">{body}</div>'
    )


def _block(text: str) -> str:
    lines = text.splitlines()
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
        return "<ul>" + "".join(f"<li>{inline_html(item)}</li>" for item in items) + "</ul>"
    return f"<p>{inline_html(text)}</p>"


def inline_html(text: str) -> str:
    """Return one line of a little markdown as HTML, without a paragraph around it."""
    pieces = []
    # What stands in code or in a formula is not markdown: a * b * c must not become italic there.
    for part in re.split(r"(`[^`]+`|\$[^$]+\$)", text.strip()):
        escaped = html.escape(part, quote=False)
        if part.startswith("`") and part.endswith("`") and len(part) > 1:
            pieces.append(f"<code>{escaped[1:-1]}</code>")
        elif part.startswith("$"):
            pieces.append(escaped)
        else:
            escaped = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escaped)
            escaped = re.sub(r"(?<!\w)\*(\S(?:.*?\S)?)\*(?!\w)", r"<em>\1</em>", escaped)
            pieces.append(escaped)
    return "".join(pieces)
