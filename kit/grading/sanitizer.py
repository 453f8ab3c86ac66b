"""HTML, SVG and Markdown that strangers wrote, cleaned by an allow list.

What is not on a list here is left out: scripts, styles, forms, frames, pictures from elsewhere, every
attribute that could act. nh3 parses as a browser does, so that what it lets through is what is shown.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markupsafe import Markup

from kit.errors import KitError
from kit.grading.formulas import (
    MATH_ATTRIBUTES,
    MATH_TAGS,
    keep_math_attribute,
    render_formula,
)
from kit.grading.terminal import shorten, strip_codes
from kit.i18n import gettext as _

MAX_HTML = 200_000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _words(
    "a abbr b blockquote br caption cite code col colgroup dd del div dl dt em figcaption figure hr i "
    "kbd li ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr u ul var wbr"
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope"},
}
# The text inside these says nothing to a reader.
_SILENT = _words("script style template iframe object noscript textarea select")

_SVG_SHAPES = _words(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clipPath "
    "linearGradient radialGradient stop use"
)
_SVG_LEAVES = _words(
    "path rect circle ellipse line polyline polygon clipPath linearGradient radialGradient"
)
_SVG_ATTRIBUTES = _words(
    "viewBox width height preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry d points transform fill "
    "stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-opacity "
    "fill-opacity fill-rule opacity font-size font-family font-weight text-anchor dominant-baseline offset "
    "stop-color stop-opacity clip-path clipPathUnits gradientUnits gradientTransform href xlink:href id style"
)
_SVG_STYLES = _words(
    "fill stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset "
    "stroke-opacity fill-opacity fill-rule opacity font-size font-family font-weight text-anchor "
    "stop-color stop-opacity"
)


def render_html(fragment: str) -> Markup:
    """Return the harmless part of a piece of HTML: text, tables, formulas, and links to the web."""
    if len(fragment) > MAX_HTML:
        return render_note(_("This output is too large to be shown."))

    def keep(tag: str, name: str, value: str) -> str | None:
        return keep_math_attribute(name, value) if tag in MATH_TAGS else value

    return Markup(
        _nh3().clean(
            fragment,
            tags=set(_TAGS | MATH_TAGS),
            clean_content_tags=set(_SILENT),
            attributes={
                **{tag: set(names) for tag, names in _ATTRIBUTES.items()},
                **{tag: set(MATH_ATTRIBUTES) for tag in MATH_TAGS},
            },
            attribute_filter=keep,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
            url_relative="deny",
        )
    )


def render_svg(drawing: str, prefix: str) -> Markup:
    """Return the harmless part of an SVG drawing: its shapes and texts.

    Parameters
    ----------
    drawing
        The SVG text.
    prefix
        Put before every id in it, so that two drawings on a page do not mix.
    """
    if len(drawing) > MAX_HTML * 5:
        return render_note(_("This drawing is too large to be shown."))

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            # What holds other shapes has no name here: groups that repeat groups ("use") could grow without
            # bound while they are drawn.
            return prefix + value if tag in _SVG_LEAVES else None
        if name.endswith("href"):
            return f"#{prefix}{value[1:]}" if value.startswith("#") else None
        if "url(" in value.lower().replace(" ", ""):
            inside = re.fullmatch(r"url\(#([\w.-]+)\)", value)
            return f"url(#{prefix}{inside[1]})" if inside else None
        return value

    cleaned = _nh3().clean(
        drawing,
        tags=set(_SVG_SHAPES),
        clean_content_tags=set(_SILENT) | {"foreignObject", "animate", "set", "image"},
        attributes={"*": set(_SVG_ATTRIBUTES)},
        attribute_filter=keep,
        filter_style_properties=set(_SVG_STYLES),
        url_relative="pass_through",
        link_rel=None,
    )
    return Markup('<div class="drawing" role="img" aria-label="{}">{}</div>').format(
        _("Drawing made by the notebook"), Markup(cleaned)
    )


def render_markdown(text: str) -> Markup:
    """Return Markdown as harmless HTML; its headings become bold lines, since the page has its own."""
    text = strip_codes(shorten(text))
    page = _markdown()(text)
    # A formula takes ten times the room of its source.
    return render_html(page if len(page) <= MAX_HTML else _markdown(formulas=False)(text))


@cache
def _markdown(*, formulas: bool = True) -> Any:
    try:
        import mistune
    except ImportError as err:
        raise KitError(
            _("the library mistune, which shows written answers, is not installed"),
            fix='pip install "bitacora-kit[grading]"',
        ) from err

    class _Renderer(mistune.HTMLRenderer):
        def heading(self, text: str, level: int, **attrs: Any) -> str:  # noqa: ARG002
            return f"<p><strong>{text}</strong></p>\n"

        def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
            return f"[{_('picture')}: {text}]"

        def inline_math(self, text: str) -> str:
            return render_formula(text) if formulas else Markup("<code>{}</code>").format(text)

        def block_math(self, text: str) -> str:
            if formulas:
                return render_formula(text, display=True)
            return Markup("<pre>{}</pre>\n").format(text)

        def block_code(self, code: str, info: str | None = None) -> str:
            if (info or "").strip() == "math":
                return self.block_math(code)
            return super().block_code(code, info)

    return mistune.create_markdown(
        renderer=_Renderer(escape=False), plugins=["table", "strikethrough", "math"]
    )


@cache
def _nh3() -> Any:
    try:
        import nh3
    except ImportError as err:
        raise KitError(
            _("the library nh3, which makes student outputs safe to look at, is not installed"),
            fix='pip install "bitacora-kit[grading]"',
        ) from err
    return nh3


def render_note(text: str) -> Markup:
    """Return a line that says why something is not shown."""
    return Markup('<p class="left-out">{}</p>').format(text)
