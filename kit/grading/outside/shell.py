"""One IPython shell that runs cells and keeps what they show as nbformat outputs, without a kernel around it.

Both sides use it. It is made before the fork, so that a cell costs what the cell does.
"""

from __future__ import annotations

import base64
import contextlib
import io
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

MAX_OUTPUT = 1_000_000
Output = dict[str, Any]


class Outputs:
    """What one cell has shown so far, in the form of nbformat, cut off where nobody could read it."""

    def __init__(self) -> None:
        self.found: list[Output] = []
        self.size = 0

    def add(self, output: Output, size: int) -> None:
        """Add one output."""
        self.size += size
        if self.size <= MAX_OUTPUT or output["output_type"] == "error":
            self.found.append(output)

    def write(self, name: str, text: str) -> None:
        """Add text of a stream to the last output, if that is the same stream."""
        room = MAX_OUTPUT - self.size
        self.size += len(text)
        if room <= 0:
            return
        if len(text) > room:
            text = text[:room] + "\n…\n"
        last = self.found[-1] if self.found else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.found.append({"output_type": "stream", "name": name, "text": text})


class Stream(io.TextIOBase):
    """What ``sys.stdout`` is while a cell runs."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, shell: CellShell, name: str) -> None:
        self.shell = shell
        self.name = name

    def write(self, text: str) -> int:
        """Keep text as the output of the cell."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.shell.outputs.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """Say yes."""
        return True


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        self.shell.show("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:  # noqa: ARG002
        self.shell.outputs.found.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.show("execute_result", format_dict, md_dict or {})

    def finish_displayhook(self) -> None:
        pass


class CellShell(InteractiveShell):
    """An IPython shell whose cells leave nbformat outputs."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, **options: Any) -> None:
        self.outputs = Outputs()
        self.value: Any = None
        super().__init__(**options)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no event loop of a window system here."""

    def init_virtualenv(self) -> None:
        """Do nothing: the interpreter is the right one."""

    def show(self, kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Keep one rich output."""
        clean = {str(name): _to_json(value) for name, value in data.items()}
        size = sum(len(str(value)) for value in clean.values())
        output = {"output_type": kind, "data": clean, "metadata": dict(metadata)}
        if kind == "execute_result":
            output["execution_count"] = self.execution_count
        self.outputs.add(output, size)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = [str(line)[:20_000] for line in list(stb)[:200]]
        self.outputs.add(error_output(etype.__name__, _text(evalue), lines), 0)

    def _format_exception_for_storage(self, *_arguments: Any, **_options: Any) -> list[str]:
        # For the history, which is not kept; formatting a traceback is most of what a failing cell costs.
        return []

    def run(self, source: str, *, keep: Outputs | None = None) -> tuple[list[Output], int, bool]:
        """Run one cell; return its outputs, its number, and whether it came to its end without an error."""
        self.outputs = keep or Outputs()
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self, "stdout"), Stream(self, "stderr")
        number, self.value = self.execution_count, None
        try:
            result = self.run_cell(source, store_history=True)
            self.value = result.result
            error = result.error_before_exec or result.error_in_exec
        except BaseException as err:
            error = err
        finally:
            sys.stdout, sys.stderr = streams
        if error is not None:
            # A learner's code can switch the display of tracebacks off; the error is still one.
            name = type(error).__name__
            shown = [out["ename"] for out in self.outputs.found if out["output_type"] == "error"]
            if name not in shown:
                self.outputs.add(error_output(name, _text(error), []), 0)
        return self.outputs.found, number, error is None


def error_output(name: str, text: str, traceback: list[str]) -> Output:
    """Return nbformat's output of an error."""
    return {
        "output_type": "error",
        "ename": name[:200],
        "evalue": text[:20_000],
        "traceback": traceback or [f"{name}: {text[:20_000]}".rstrip(": ")],
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, str | dict | list) else str(value)


def make_shell() -> CellShell:
    """Make the shell of this process; a second call returns the same one."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    if CellShell.initialized():
        return CellShell.instance()
    shell = CellShell.instance(config=config)
    with contextlib.suppress(Exception):
        # What every first cell runs, so that caches are filled and late imports are done.
        shell.transform_cell("%time 1\n!ls\nx?\nawait y")
        shell.display_formatter.format(["text"])
        shell.run("x = 1\nx")
        shell.run("1 / 0")
        shell.reset(new_session=True)
    shell.execution_count = 1
    return shell


def draw_figures() -> None:
    """Let pyplot show figures at the end of each cell, whenever it was or will be imported."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.install_repl_displayhook()
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline._enable_matplotlib_integration()
