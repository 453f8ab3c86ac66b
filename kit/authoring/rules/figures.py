"""Rules on figures: shown with alt text, labelled, and readable without seeing every colour."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.prose import images
from kit.authoring.registry import BOTH, rule
from kit.authoring.subject import Cell, Subject, literal_text
from kit.i18n import gettext as _

SHORTEST_ALT = 5  # words

_MAKE_FIGURE = {"plt.subplots", "plt.figure", "plt.subplot_mosaic", "plt.subplot", "plt.axes"}
_DRAW = {
    "plot", "scatter", "imshow", "hist", "bar", "barh", "errorbar", "contour", "contourf",
    "pcolormesh", "fill_between", "boxplot", "violinplot", "step", "stem",
}  # fmt: skip
_LABELS = {
    "xlabel": {"set_xlabel", "supxlabel", "xlabel"},
    "ylabel": {"set_ylabel", "supylabel", "ylabel"},
    "title": {"set_title", "suptitle", "title"},
}
_NO_AXES = {"axis_off", "set_axis_off"}
_BAD_MAPS = {
    "jet", "rainbow", "gist_rainbow", "hsv", "nipy_spectral", "gist_ncar", "prism", "flag",
    "Spectral", "RdYlGn", "brg",
}  # fmt: skip
_REDS = {"r", "red", "tab:red", "darkred", "crimson"}
_GREENS = {"g", "green", "tab:green", "darkgreen", "lime", "forestgreen", "limegreen"}


@rule(
    "alt-text",
    f"Every show() has an alt text of at least {SHORTEST_ALT} words that says what the figure "
    "shows; every image in a text cell has one too.",
    kinds=BOTH,
)
def alt_text(subject: Subject) -> Iterator[Problem]:
    """A figure without words is a hole in the page for whoever hears it."""
    fix = _("Say in one sentence what the figure shows, not that it is a figure")
    for call in subject.calls_of("show"):
        alt = call.argument("alt", 1)
        place = (call.cell.key, call.line)
        text = literal_text(alt)
        if alt is None:
            yield Problem(_("this figure is shown without alt text"), fix, *place)
        elif (
            isinstance(alt, ast.Constant | ast.JoinedStr)
            and len((text or "").split()) < SHORTEST_ALT
        ):
            yield Problem(_("the alt text '{text}' is too short").format(text=text), fix, *place)
    for cell in subject.cells:
        for image in images(cell.source) if cell.is_markdown else []:
            if not image.text.strip():
                yield Problem(_("this image has no alt text"), fix, cell.key, image.line)


def _dotted(node: ast.expr) -> str:
    """The name of what is called, such as ``plt.subplots``; empty for anything more complicated."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk the code that runs when the cell runs: what stands in a function is left out."""
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        yield node
        stack.extend(ast.iter_child_nodes(node))


@rule(
    "figure-shown",
    "A cell that draws a figure shows it with show(); plt.show() and fig.show() are not used.",
    kinds=BOTH,
)
def figure_shown(subject: Subject) -> Iterator[Problem]:
    """A figure that Jupyter displays by itself has no alt text."""
    fix = _("End the cell with show(fig, alt='...')")
    for cell in subject.cells:
        if cell.tree is None or cell.role == "mentor":
            continue
        drawing = None
        for node in _outside_functions(cell.tree):
            if not isinstance(node, ast.Call):
                continue
            name = _dotted(node.func)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "show":
                what = _("{name}() shows a figure without alt text").format(name=name)
                yield Problem(what, fix, cell.key, node.lineno)
                drawing = None
                break
            if name in _MAKE_FIGURE or (name.split(".")[-1] in _DRAW and _is_axes(node.func)):
                drawing = node.lineno if drawing is None else min(drawing, node.lineno)
        else:
            if drawing is not None and not any(call.name == "show" for call in cell.calls):
                what = _("this cell draws a figure and does not show it with alt text")
                yield Problem(what, fix, cell.key, drawing)


def _is_axes(function: ast.expr) -> bool:
    """Whether a drawing method is called on axes, by the names that are used for them."""
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value)
    return owner == "plt" or owner.startswith(("ax", "axes")) or owner.endswith((".plot", "_ax"))


@rule(
    "figure-labels",
    "Every figure has a title and labels on both axes (with units where there are any).",
    kinds=BOTH,
)
def figure_labels(subject: Subject) -> Iterator[Problem]:
    """A figure is read without the paragraph beside it."""
    local = _functions(subject)
    for cell in subject.cells:
        if cell.tree is None or cell.role == "mentor":
            continue
        scopes: list[tuple[ast.AST, list[ast.AST]]] = [
            (cell.tree, list(_outside_functions(cell.tree)))
        ]
        scopes += [
            (node, list(ast.walk(node)))
            for node in ast.walk(cell.tree)
            if isinstance(node, ast.FunctionDef)
        ]
        for _scope, nodes in scopes:
            made = [
                node
                for node in nodes
                if isinstance(node, ast.Call) and _dotted(node.func) in _MAKE_FIGURE
            ]
            if not made:
                continue
            labels = _labels(nodes, local, set())
            missing = [label for label in _LABELS if label not in labels]
            if missing and "unknown" not in labels:
                what = _("this figure has no {labels}").format(labels=", ".join(missing))
                fix = _("Use ax.set(title=..., xlabel=..., ylabel=...)")
                yield Problem(what, fix, cell.key, min(node.lineno for node in made))


def _functions(subject: Subject) -> dict[str, ast.FunctionDef]:
    """The functions that the notebook itself defines."""
    return {
        node.name: node
        for cell in subject.cells
        if cell.tree
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.FunctionDef)
    }


def _labels(nodes: list[ast.AST], local: dict[str, ast.FunctionDef], seen: set[str]) -> set[str]:
    """Which of title, xlabel and ylabel are set; 'unknown' when a helper from elsewhere may do it."""
    found: set[str] = set()
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        method = name.split(".")[-1]
        for label, methods in _LABELS.items():
            if method in methods and isinstance(node.func, ast.Attribute):
                found.add(label)
        if method == "set" or method.startswith("plot"):
            found |= {keyword.arg for keyword in node.keywords if keyword.arg in _LABELS}
            if any(keyword.arg is None for keyword in node.keywords):
                found.add("unknown")
        if method in _NO_AXES or (
            method == "axis" and any(literal_text(value) == "off" for value in node.args)
        ):
            found |= {"xlabel", "ylabel"}
        if isinstance(node.func, ast.Name) and name in local and name not in seen:
            found |= _labels(list(ast.walk(local[name])), local, seen | {name})
        elif name and name not in local and not name.startswith("plt.") and name != "show":
            passed = [*node.args, *[keyword.value for keyword in node.keywords]]
            if any(_dotted(value).startswith(("ax", "fig")) for value in passed):
                found.add("unknown")
    return found


@rule(
    "colours",
    "Colours can be told apart by a colour-blind reader: no rainbow maps, no red beside green.",
    kinds=BOTH,
)
def colours(subject: Subject) -> Iterator[Problem]:
    """One man in twelve does not see red beside green."""
    for cell in subject.cells:
        for node in ast.walk(cell.tree) if cell.tree else []:
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    text = literal_text(keyword.value)
                    if (
                        keyword.arg in ("cmap", "colormap")
                        and text
                        and text.removesuffix("_r") in _BAD_MAPS
                    ):
                        yield Problem(
                            _("the colour map {name} misleads").format(name=text),
                            _("Use viridis or cividis, or RdBu_r around zero"),
                            cell.key,
                            node.lineno,
                        )
        used = _colour_names(cell)
        if used & _REDS and used & _GREENS:
            yield Problem(
                _("red and green are used in one figure"),
                _(
                    "Use two colours of matplotlib's cycle, such as C0 and C1, and different markers"
                ),
                cell.key,
            )


def _colour_names(cell: Cell) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(cell.tree) if cell.tree else []:
        if isinstance(node, ast.keyword) and node.arg in ("c", "color", "colors", "facecolor"):
            values = (
                node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            )
            names |= {text for value in values if (text := literal_text(value))}
    return names
