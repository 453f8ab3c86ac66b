"""The pages of the desk: templates, the frame for what students wrote, and the rules that each page carries."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kit.errors import KitError
from kit.grading.pages import TEMPLATES as GRADING_TEMPLATES
from kit.grading.pages import format_number, format_percent
from kit.i18n import current_language, ngettext
from kit.i18n import gettext as _

HERE = Path(__file__).parent
# Only the desk's own script runs, known by a number that is new for each page. Styles are ours, or those of a
# drawing that was cleaned. Nothing is asked for from elsewhere, and nobody may frame the page.
PAGE_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What a student wrote: no script, no request, no form, whatever a cleaner may have let through.
FRAME_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
# The frame is of the page's own origin only so that the page can measure how tall it is; without
# allow-scripts nothing in it can make use of that.
SANDBOX = "allow-same-origin"


@cache
def _environment() -> Any:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as err:
        raise KitError(
            _("the library jinja2, which writes the pages, is not installed"),
            fix='pip install "bitacora-kit[grading]"',
        ) from err
    environment = Environment(
        loader=FileSystemLoader([HERE / "templates", GRADING_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "ngettext": ngettext, "sandbox": SANDBOX}
    environment.filters |= {"number": format_number, "percent": format_percent}
    return environment


def render(template: str, **values: Any) -> str:
    """Return a page, or a part of one, from a template of the desk."""
    page: str = _environment().get_template(template).render(language=current_language(), **values)
    return page


def render_frame(inside: Markup) -> str:
    """Return a page for a sandboxed frame."""
    return render("frame.html", inside=inside, policy=FRAME_POLICY)


@cache
def stylesheet() -> str:
    """Return the style of all pages: that of feedback and reports, and the desk's own."""
    parts = [GRADING_TEMPLATES / "page.css", HERE / "static" / "desk.css"]
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


def script() -> str:
    """Return the desk's one script."""
    return (HERE / "static" / "desk.js").read_text(encoding="utf-8")
