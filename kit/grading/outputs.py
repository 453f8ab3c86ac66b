"""The outputs of a student's cell as HTML that can do no harm.

An output holds whatever the student's code made: text, pictures, HTML, a thousand pieces of each. Here each
becomes markup of a limited size that shows it and does nothing else. How HTML, SVG and Markdown are cleaned
is left to `kit.grading.sanitizer`; the page around it (`kit.grading.pages`) forbids the same things again.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from kit.grading.sanitizer import render_html, render_markdown, render_note, render_svg
from kit.grading.terminal import clean_text, render_terminal, shorten
from kit.i18n import gettext as _

MAX_IMAGE = 3_000_000
MAX_OUTPUTS = 40


def render_code(source: str) -> Markup:
    """Return Python code as HTML, coloured by class."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer
    from pygments.token import Token

    text = clean_text(shorten(source))
    formatter = HtmlFormatter(nowrap=True)
    # A lexer marks what it can not read; a beginner's half-finished line is not a fault of the
    # page.
    formatter.ttype2class = {**formatter.ttype2class, Token.Error: ""}
    return Markup(highlight(text, PythonLexer(stripnl=False, ensurenl=False), formatter))


def render_image(data: str, mime: str, alt: str) -> Markup:
    """Return a picture that is stored in the page itself, if it is what it says it is."""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    signature = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}[mime]
    if not content.startswith(signature):
        return render_note(_("This output says that it is a picture, and it is not."))
    if len(content) > MAX_IMAGE:
        return render_note(_("This picture is too large to be shown."))
    encoded = base64.b64encode(content).decode("ascii")
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(mime, encoded, clean_text(alt))


def render_outputs(
    outputs: Iterable[Mapping[str, Any]], prefix: str, secrets: Iterable[str] = ()
) -> Markup:
    """Return the outputs of one cell.

    Parameters
    ----------
    outputs
        Outputs in nbformat's form; a broken one is left out, with a note.
    prefix
        Unique on the page.
    secrets
        Lines that must not be seen. An output that holds one of them is left out, with a note.
    """
    outputs = _join_streams(outputs)
    secrets = tuple(secrets)
    parts = []
    for number, output in enumerate(outputs[:MAX_OUTPUTS]):
        try:
            # The texts are compared whole, before anything is cut.
            if holds_secret(_all_text(output), secrets):
                parts.append(
                    render_note(_("This output is left out, because it holds text of a test."))
                )
            else:
                parts.append(_render_output(output, f"{prefix}-{number}-"))
        except (KeyError, TypeError, AttributeError):
            parts.append(render_note(_("This output is damaged and can not be shown.")))
    if len(outputs) > MAX_OUTPUTS:
        left = len(outputs) - MAX_OUTPUTS
        parts.append(render_note(_("{n} more outputs are left out.").format(n=left)))
    return Markup("\n").join(parts)


def holds_secret(text: str, secrets: Iterable[str]) -> bool:
    """Say whether a text holds one of some secret lines, however it is broken, quoted or coloured.

    Examples
    --------
    >>> holds_secret("got: 'assert  f(21)\\n == 42'", ["assert f(21) == 42"])
    True
    >>> holds_secret("f(21) is 42", ["assert f(21) == 42"])
    False
    """
    # Shorter ones ("else:", "n = 3") say nothing, and stand in many honest outputs.
    guarded = {squashed for secret in secrets if len(squashed := _squash(secret)) >= 8}
    if not guarded:
        return False
    squashed = _squash(text)
    return any(secret in squashed for secret in guarded)


def _squash(text: str) -> str:
    """Return text without white space, quotes and terminal codes, to find it again in other shapes."""
    return re.sub(r"[\s\"'\\]+", "", html.unescape(clean_text(text)))


def _all_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(_all_text(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "".join(_all_text(part) for part in value)
    return ""


def _join_streams(outputs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Join neighbouring pieces of one stream, as JupyterLab does."""
    joined: list[Mapping[str, Any]] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.get("output_type") == "stream" == last.get("output_type") and output.get(
            "name"
        ) == last.get("name"):
            text = _as_text(last.get("text", "")) + _as_text(output.get("text", ""))
            joined[-1] = {**last, "text": text}
        else:
            joined.append(output)
    return joined


def _as_text(value: Any) -> str:
    """Return nbformat's multi-line text, which is a text or a list of lines, as one text."""
    return "".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _render_output(output: Mapping[str, Any], prefix: str) -> Markup:
    kind = output["output_type"]
    if kind == "stream":
        label = (
            _("Printed as a warning or error") if output.get("name") == "stderr" else _("Printed")
        )
        css = "stderr" if output.get("name") == "stderr" else "stdout"
        return _block(label, css, render_terminal(_as_text(output["text"])))
    if kind == "error":
        traceback = "\n".join(map(str, output.get("traceback") or []))
        text = traceback or f"{output.get('ename')}: {output.get('evalue')}"
        return _block(_("Error"), "stderr", render_terminal(text))
    return _render_bundle(output["data"], output.get("metadata") or {}, prefix)


def _render_bundle(data: Mapping[str, Any], metadata: Mapping[str, Any], prefix: str) -> Markup:
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            described = metadata.get(mime)
            alt = described.get("alt") if isinstance(described, Mapping) else None
            fallback = _("Picture made by the notebook, without a description")
            return render_image(_as_text(data[mime]), mime, str(alt or fallback))
    if "image/svg+xml" in data:
        return render_svg(_as_text(data["image/svg+xml"]), prefix)
    if "text/html" in data:
        inside = render_html(_as_text(data["text/html"]))
        # What consists of a script only would leave an empty frame.
        if inside.striptags().strip():
            return Markup('<div class="rich">{}</div>').format(inside)
    if "text/markdown" in data:
        return Markup('<div class="rich">{}</div>').format(
            render_markdown(_as_text(data["text/markdown"]))
        )
    if "text/plain" in data:
        return _block(_("Result"), "result", render_terminal(_as_text(data["text/plain"])))
    return render_note(
        _("This output ({kinds}) is not shown.").format(kinds=", ".join(map(str, data))[:200])
    )


def _block(label: str, css: str, inside: Markup) -> Markup:
    # A block that scrolls has to be reachable with the keyboard.
    return Markup('<pre class="{}" tabindex="0" role="region" aria-label="{}">{}</pre>').format(
        css, label, inside
    )
