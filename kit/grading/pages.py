"""The page that feedback and reports are written on: one file, no script, no request.

A page carries its style and pictures in itself, follows the reader's light or dark theme, prints well, and
forbids by a Content-Security-Policy whatever a sanitiser might have let through. What stands on a page is
left to `kit.grading.feedback` and `kit.grading.report`.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import current_language, ngettext
from kit.i18n import gettext as _

TEMPLATES = Path(__file__).parent / "templates"
# Pictures only from the page itself; styles only written in the page; nothing else from anywhere.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


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
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The functions look the language up at each call, so a cached environment still speaks them all.
    environment.globals |= {"_": _, "ngettext": ngettext}
    environment.filters |= {"number": format_number, "percent": format_percent}
    return environment


def render_page(template: str, **values: Any) -> str:
    """Return a whole page.

    Parameters
    ----------
    template
        A file in ``templates/`` that extends ``page.html``.
    **values
        What the template names. Text is escaped, except where it is `markupsafe.Markup`.
    """
    page: str = (
        _environment()
        .get_template(template)
        .render(policy=POLICY, language=current_language(), **values)
    )
    return page


def format_number(value: float) -> str:
    """Return a number of points with at most two decimals and no zeros at the end.

    Examples
    --------
    >>> format_number(12.0), format_number(2.5), format_number(1 / 3)
    ('12', '2.5', '0.33')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def format_percent(share: float) -> str:
    """Return a share as whole percent.

    Examples
    --------
    >>> format_percent(0.666)
    '67 %'
    """
    return f"{100 * share:.0f} %"


def format_moment(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the course's clock and in UTC.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> format_moment(datetime(2027, 3, 2, 2, 59, tzinfo=UTC), ZoneInfo("America/Santiago"))
    '2027-03-01 23:59 (America/Santiago), 2027-03-02 02:59 UTC'
    """
    utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    name = str(zone)
    if name == "UTC":
        return utc
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({name}), {utc}"


def format_duration(seconds: float) -> str:
    """Return a length of time in its two largest units.

    Examples
    --------
    >>> format_duration(100_000), format_duration(60 * 20), format_duration(59)
    ('1 day 3 hours', '20 minutes', '59 seconds')
    """
    rest = round(seconds)
    parts = []
    for size, singular, plural in (
        (86_400, "{n} day", "{n} days"),
        (3_600, "{n} hour", "{n} hours"),
        (60, "{n} minute", "{n} minutes"),
        (1, "{n} second", "{n} seconds"),
    ):
        n, rest = divmod(rest, size)
        if n:
            parts.append(ngettext(singular, plural, n).format(n=n))
        elif parts:
            break
    return " ".join(parts[:2]) or _("no time")
