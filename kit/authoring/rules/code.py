"""Rules on code cells: imports, length, network, errors on purpose."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.registry import BOTH, rule
from kit.authoring.subject import TEACHING_CALLS, Cell, Lesson, Subject, without_magics
from kit.i18n import gettext as _

# A worked example is read as a whole, so it is the shortest; an exercise holds a contract and a solution.
MOST_LINES = {"worked": 12, "exercise": 25, "check": 25, "setup": 25}
MOST_LINES_ELSE = 15

_NETWORK_MODULES = {
    "aiohttp", "ftplib", "httpx", "pooch", "requests", "smtplib", "socket", "urllib", "urllib3",
}  # fmt: skip
_NETWORK_CALLS = {"get_rdataset", "fetch_openml", "urlopen", "urlretrieve", "snapshot_download"}
_ADDRESS = re.compile(r"(https?|ftp|s3|gs)://")


@rule("code-parses", "Every code cell is Python that parses.", kinds=BOTH)
def code_parses(subject: Subject) -> Iterator[Problem]:
    """The other rules read the code's structure, so this one comes first."""
    for cell in subject.cells:
        if cell.is_code:
            try:
                ast.parse(without_magics(cell.source))
            except SyntaxError as err:
                what = _("the code does not parse: {reason}").format(reason=err.msg)
                yield Problem(what, _("Correct the line"), cell.key, err.lineno)


@rule("imports-in-setup", "All imports stand in the setup cell.")
def imports_in_setup(lesson: Lesson) -> Iterator[Problem]:
    """Whoever misses a library learns it in the first code cell, not after half an hour."""
    for cell in lesson.cells:
        if cell.role in ("setup", "mentor") or cell.tree is None or "expect_error" in cell.kit:
            continue
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                text = ast.unparse(node)
                yield Problem(
                    _("'{line}' stands outside the setup cell").format(line=text),
                    _("Move it to the setup cell"),
                    cell.key,
                    node.lineno,
                )


def code_lines(cell: Cell) -> int:
    """Return how many lines of code a cell has.

    Blank lines, comments, docstrings and calls whose text the learner reads (quiz, hint and so on) do
    not count: they are prose.
    """
    if cell.tree is None:
        return 0
    counted: set[int] = set()
    skipped: set[int] = set()
    for node in ast.walk(cell.tree):
        if not isinstance(node, ast.stmt):
            continue
        span = set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        value = node.value if isinstance(node, ast.Expr) else None
        teaching = (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id in TEACHING_CALLS
        )
        if isinstance(value, ast.Constant) or teaching:
            skipped |= span
        else:
            counted |= span
    lines = cell.source.split("\n")
    counted = {
        number
        for number in counted - skipped
        if lines[number - 1].strip() and not lines[number - 1].lstrip().startswith("#")
    }
    return len(counted)


@rule(
    "code-length",
    f"A code cell has at most {MOST_LINES_ELSE} lines of code: {MOST_LINES['worked']} in a worked "
    f"example, {MOST_LINES['exercise']} in setup, exercise (solution included) and check. "
    "Blank lines, comments, docstrings and calls of kit.learn do not count.",
)
def code_length(lesson: Lesson) -> Iterator[Problem]:
    """What does not fit on half a screen is not read."""
    for cell in lesson.cells:
        if cell.role == "mentor":
            continue
        most = MOST_LINES.get(cell.role or "", MOST_LINES_ELSE)
        count = code_lines(cell)
        if count > most:
            what = _("the cell has {n} lines of code, and {most} are allowed here")
            yield Problem(
                what.format(n=count, most=most),
                _("Split it, or move a helper to the setup cell or to the kit"),
                cell.key,
            )


@rule(
    "no-network",
    "No cell uses the network, the shell or a package installer.",
    kinds=BOTH,
)
def no_network(subject: Subject) -> Iterator[Problem]:
    """A lesson runs offline, and in the environment that it finds."""
    fix = _("Use data that an installed library or the kit carries")
    for cell in subject.cells:
        if not cell.is_code or cell.role == "mentor":
            continue
        for number, line in enumerate(cell.source.split("\n"), 1):
            if re.match(r"\s*(!|%%(bash|sh|script|cmd|!)|%(pip|conda|mamba|uv|sx|system)\b)", line):
                what = _("'{line}' runs a shell or an installer").format(line=line.strip())
                yield Problem(what, _("Name the library in the environment"), cell.key, number)
        for node in ast.walk(cell.tree) if cell.tree else []:
            name = _network_use(node)
            if name:
                what = _("{name} uses the network").format(name=name)
                yield Problem(what, fix, cell.key, getattr(node, "lineno", None))


def _network_use(node: ast.AST) -> str | None:
    """What in a node reaches for the network, or None."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] in _NETWORK_MODULES:
                return alias.name
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _NETWORK_MODULES:
        return node.module
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        if function.split(".")[-1] in _NETWORK_CALLS:
            return function
        if function in TEACHING_CALLS or function == "print":
            return None
        for value in [*node.args, *[keyword.value for keyword in node.keywords]]:
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and _ADDRESS.match(text):
                return f"{function}({text!r})"
    return None


@rule(
    "expected-error",
    "A cell that raises on purpose names the exception in its metadata (kit.expect_error) and has "
    "the tag raises-exception; no other cell has the tag.",
    kinds=BOTH,
)
def expected_error(subject: Subject) -> Iterator[Problem]:
    """The tag lets JupyterLab go on; the name lets the runner check that it is that error."""
    for cell in subject.cells:
        tagged = "raises-exception" in cell.node["metadata"].get("tags", [])
        named = cell.kit.get("expect_error")
        if named is not None and not tagged:
            yield Problem(
                _("the cell expects {name} and has no tag").format(name=named),
                _("Add the tag 'raises-exception'"),
                cell.key,
            )
        elif tagged and named is None:
            yield Problem(
                _("the cell has the tag raises-exception and does not say which one"),
                _("Add expect_error with the exception's name to its 'kit' metadata"),
                cell.key,
            )
        known = getattr(builtins, str(named), None)
        if named is not None and hasattr(builtins, str(named)):
            if not (isinstance(known, type) and issubclass(known, BaseException)):
                yield Problem(
                    _("{name} is not an exception").format(name=named),
                    _("Name the class that the cell raises"),
                    cell.key,
                )
        elif named is not None and not re.search(r"(Error|Exception|Warning)$", str(named)):
            yield Problem(
                _("{name} does not look like an exception").format(name=named),
                _("Name the class that the cell raises"),
                cell.key,
            )


@rule("begin", "The setup cell calls begin() with the lesson's id and a seed.")
def begin_call(lesson: Lesson) -> Iterator[Problem]:
    """One line sets the seeds and says hello; the id is what a learner's own log is kept under."""
    calls = [
        call for cell in lesson.with_role("setup") for call in cell.calls if call.name == "begin"
    ]
    key = next((cell.key for cell in lesson.with_role("setup")), None)
    fix = _("Write: rng = begin('{id}', seed=2026)").format(id=lesson.id)
    if not calls and key:
        yield Problem(_("the setup cell does not call begin"), fix, key)
    for call in calls:
        if call.target != lesson.id:
            what = _("begin is called for {target}, and this is {id}")
            yield Problem(what.format(target=call.target, id=lesson.id), fix, key, call.line)
        if call.argument("seed", 1) is None:
            yield Problem(_("begin is called without a seed"), fix, key, call.line)
