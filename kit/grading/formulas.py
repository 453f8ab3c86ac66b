"""A formula in TeX, drawn by the browser itself: as MathML, without a script and without a network.

The converter copies what stands in ``\\text{…}`` as it is. So its tree is written out again here, with every
text escaped, and only what is on the lists below goes into the page: `kit.grading.sanitizer` cleans the
formula together with the Markdown around it. What can not be converted is shown as it was typed.
"""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from kit.errors import KitError
from kit.i18n import gettext as _


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No link, no action, no annotation: only what is drawn.
MATH_TAGS = _words(
    "math menclose mfrac mi mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub "
    "msubsup msup mmultiscripts mtable mtd mtext mtr munder munderover none"
)
_SIZES = _words("width height depth lspace rspace minsize maxsize linethickness")
MATH_ATTRIBUTES = _SIZES | _words(
    "accent accentunder columnalign display displaystyle fence form largeop mathvariant movablelimits "
    "notation scriptlevel separator stretchy"
)

# Longer ones are no formulas, and the work grows with the length.
MAX_FORMULA = 2000
# A definition can double what it makes at every step.
_DEFINES = re.compile(r"\\(?:re|provide)?newcommand|\\[egx]?def|\\let|\\newenvironment|\\Declare")
_WORD = re.compile(r"[a-z-]{1,30}|\d")
_SIZE = re.compile(r"\+?\d?(?:\.\d{1,4})?(?:em|ex|px|pt)?|-0?\.\d{1,4}(?:em|ex)")


def render_formula(tex: str, *, display: bool = False) -> Markup:
    """Return a formula as MathML, or the TeX source as text where it can not be converted.

    Parameters
    ----------
    tex
        The formula, without the dollars around it.
    display
        On a line of its own.

    Examples
    --------
    >>> "<mfrac>" in render_formula(r"\\frac{1}{n}")
    True
    >>> render_formula(r"\\frac{")
    Markup('<code>\\\\frac{</code>')
    """
    tree = _convert(tex.strip(), display) if len(tex) <= MAX_FORMULA else None
    if tree is None:
        return Markup("<pre>{}</pre>\n" if display else "<code>{}</code>").format(tex)
    return Markup(ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False))


def keep_math_attribute(name: str, value: str) -> str | None:
    """Return the value of an attribute of MathML if it is an ordinary one, and None if not.

    Sizes are small, so that no formula covers the page around it.

    Examples
    --------
    >>> keep_math_attribute("width", "0.167em"), keep_math_attribute("width", "900em")
    ('0.167em', None)
    """
    pattern = _SIZE if name in _SIZES else _WORD
    return value if pattern.fullmatch(value) else None


def _convert(tex: str, display: bool) -> Any | None:
    try:
        from latex2mathml.converter import convert_to_element
    except ImportError as err:
        raise KitError(
            _("the library latex2mathml, which shows formulas, is not installed"),
            fix='pip install "bitacora-kit[grading]"',
        ) from err

    if not tex or _DEFINES.search(tex):
        return None
    # Within a formula the two environments look the same, and the converter knows one.
    tex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", tex)
    try:
        tree = convert_to_element(tex, display="block" if display else "inline")
    except (
        Exception
    ):  # What students type breaks the converter in many ways, and none matters here.
        return None
    # Browsers know the name of the element; the cleaning would leave the namespace out in any case.
    tree.attrib.pop("xmlns", None)
    for element in tree.iter():
        element.text = html.unescape(element.text or "")
        # A command or a mark that the converter does not know arrives as if it were a name.
        if element.text.startswith("\\") or (
            element.tag == "mi" and element.text in {"&", "{", "}"}
        ):
            return None
        if element.get("width") == "negativethinmathspace":
            element.set("width", "-0.167em")
    return tree
