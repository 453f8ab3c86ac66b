"""Figures that everybody can read: a picture, and a sentence that says what it shows."""

from __future__ import annotations

import base64
import html
import io
import struct
import sys
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Pixels for each CSS pixel: sharp on the screens of today's laptops, and still not a large file.
SCALE = 2


def show(fig: Figure, *, alt: str, caption: str | None = None) -> None:
    """Show a figure with alt text that stays with it in every export, and close it.

    The picture is stored twice. ``image/png`` carries the alt text in its metadata, for programs that
    look there; ``text/html`` carries it in the page, since nbconvert's default template drops it
    otherwise.

    Parameters
    ----------
    fig
        The matplotlib figure.
    alt
        One sentence that says what the figure shows, for people who do not see it.
    caption
        A line under the figure, for everybody.

    Raises
    ------
    KitError
        If the alt text is empty, or ``fig`` is not a figure.
    """
    if not hasattr(fig, "savefig"):
        raise KitError(
            _("show() was given {kind}, not a figure").format(kind=type(fig).__name__),
            fix=_("Make it with: fig, ax = plt.subplots(), then show(fig, alt=...)"),
        )
    alt = " ".join(alt.split())
    if not alt:
        raise KitError(_("the figure has no alt text"), fix=_("Say in one sentence what it shows"))
    data, metadata = figure_bundle(draw_png(fig), alt=alt, caption=caption)
    if "matplotlib.pyplot" in sys.modules:
        # Otherwise the inline backend would show the figure once more at the end of the cell.
        sys.modules["matplotlib.pyplot"].close(fig)
    _display(data, metadata)


def draw_png(fig: Figure) -> bytes:
    """Return a figure as PNG, at `SCALE` times its size on the screen."""
    stream = io.BytesIO()
    fig.savefig(
        stream, format="png", dpi=SCALE * fig.dpi, bbox_inches="tight", facecolor=_background(fig)
    )
    return stream.getvalue()


def figure_bundle(
    png: bytes, *, alt: str, caption: str | None = None
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the notebook output of a picture with alt text: data and metadata by content type."""
    width, height = (round(size / SCALE) for size in struct.unpack(">II", png[16:24]))
    encoded = base64.b64encode(png).decode("ascii")
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    page = (
        f'<figure style="margin: 0.5em 0"><img src="data:image/png;base64,{encoded}" '
        f'alt="{html.escape(alt)}" width="{width}" style="max-width: 100%; height: auto">'
        f"{below}</figure>"
    )
    plain = _("Figure: {alt}").format(alt=alt) + (f"\n{caption}" if caption else "")
    data = {"image/png": encoded, "text/html": page, "text/plain": plain}
    return data, {"image/png": {"alt": alt, "width": width, "height": height}}


def _background(fig: Figure) -> Any:
    # A transparent figure has black labels on black in a dark theme.
    colour = fig.get_facecolor()
    return colour if colour[3] else "white"


def _display(data: dict[str, str], metadata: dict[str, Any]) -> None:
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(data["text/plain"])
        return
    display(data, metadata=metadata, raw=True)
