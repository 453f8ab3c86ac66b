"""Small pieces of text: lettered lists, and the little markdown that widgets show."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence


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


def to_html(text: str) -> str:
    """Return a little markdown as HTML: paragraphs, code, bold, italic; formulas stay as they are.

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
            pieces += [
                f"<p>{inline_html(each)}</p>" for each in re.split(r"\n\s*\n", part) if each.strip()
            ]
    return "".join(pieces)


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
