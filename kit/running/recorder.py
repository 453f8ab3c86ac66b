"""What runs inside the kernel: note warnings, failed commands and versions, and show nothing.

The text of this file is sent to the kernel and executed there in a namespace of its own, so it imports
the standard library and IPython only, never `kit`. What it notes travels in the metadata of the reply
to each cell, which no front end shows and no notebook stores. It writes no output, binds no name in the
notebook's namespace, adds no stack frame to the author's code (IPython expands ``{name}`` in shell
lines by looking at frames), and draws no random number.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.metadata
import os
import platform
import sys
import warnings
from typing import Any

MAX_TEXT = 4000


class Recorder:
    """The notes on one cell at a time, handed over with the reply to it."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.notes: dict[str, Any] = {}
        self.forget()

    def forget(self) -> None:
        """Start the notes of the next cell."""
        self.notes = {"warnings": [], "failed_commands": []}

    def install(self) -> None:
        """Hook into this interpreter, once, before the first cell."""
        self._watch_warnings()
        self._watch_commands()
        self._watch_scripts()
        original = self.kernel.finish_metadata

        def finish_metadata(parent: Any, metadata: Any, reply_content: Any) -> Any:
            metadata = original(parent, metadata, reply_content)
            metadata["kit"] = self.notes
            self.forget()
            return metadata

        finish_metadata.recorder = self  # type: ignore[attr-defined]
        self.kernel.finish_metadata = finish_metadata
        self.notes["pid"] = os.getpid()

    def summarise(self, libraries: list[str], names: list[str]) -> None:
        """Note the versions of libraries, and the whole numbers that some names are bound to."""
        versions = {}
        for library in libraries:
            module = sys.modules.get(library)
            if module is None:
                continue
            # vars, not getattr: a module may compute its attributes, and importing is a side effect.
            version = vars(module).get("__version__")
            if not isinstance(version, str):
                try:
                    version = importlib.metadata.version(library)
                except importlib.metadata.PackageNotFoundError:
                    continue
            versions[library] = version
        namespace = self.kernel.shell.user_ns
        values = {name: namespace[name] for name in names if type(namespace.get(name)) is int}
        self.notes["lost"] = self._lost_exceptions()
        self.notes.update(versions=versions, values=values, python=platform.python_version())

    def _lost_exceptions(self) -> list[str]:
        """Return the exceptions of tasks that ended, and that nobody asked for their result."""
        # The first name is that of Python 3.12 and later.
        names = ("_scheduled_tasks", "_all_tasks")
        known = [task for name in names for task in list(getattr(asyncio.tasks, name, ()))]
        # asyncio itself says so only when the task is collected, which may be never.
        lost = [
            task
            for task in known
            if task.done() and not task.cancelled() and getattr(task, "_log_traceback", False)
        ]
        return [f"{type(error).__name__}: {error}" for error in (task.exception() for task in lost)]

    def leave(self) -> None:
        """End this kernel, in the way that ``exit()`` does.

        After a shutdown request, ipykernel's control thread flushes stdout while the main thread stops the
        thread that would do it: in about one of five shutdowns it then waits for 10 s, or for good.
        """
        loop = self.kernel.io_loop
        loop.call_later(0.001, loop.stop)

    def _watch_warnings(self) -> None:
        # The outermost function on the way of a warning that passed the filters. Code that collects
        # warnings (`catch_warnings(record=True)`) replaces the innermost one while it does; those
        # warnings are in good hands and are not noted.
        shown = warnings._showwarnmsg  # type: ignore[attr-defined]
        innermost = warnings._showwarnmsg_impl  # type: ignore[attr-defined]

        def showwarnmsg(message: Any) -> None:
            if warnings._showwarnmsg_impl is innermost:  # type: ignore[attr-defined]
                self.notes["warnings"].append(
                    {
                        "category": message.category.__name__,
                        "message": str(message.message)[:MAX_TEXT],
                        "text": warnings._formatwarnmsg(message)[:MAX_TEXT],  # type: ignore[attr-defined]
                    }
                )
            shown(message)

        warnings._showwarnmsg = showwarnmsg  # type: ignore[attr-defined]

    def _note_exit(self, command: Any, code: int | None) -> None:
        if code:
            self.notes["failed_commands"].append({"command": str(command)[:MAX_TEXT], "code": code})

    def _watch_commands(self) -> None:
        from importlib import import_module

        from IPython.utils import _process_common

        # !command. Each module that runs one holds its own reference to IPython's function.
        for name in ("IPython.core.interactiveshell", "ipykernel.zmqshell"):
            module = import_module(name)
            module.system = self._noted_system(module.system)  # type: ignore[attr-defined]
        process_handler = _process_common.process_handler

        def noted_process_handler(command: Any, callback: Any, stderr: Any = None) -> Any:
            processes = []

            def noted_callback(process: Any) -> Any:
                processes.append(process)
                return callback(process)

            result = process_handler(command, noted_callback, stderr)
            for process in processes:
                self._note_exit(command, process.returncode)
            return result

        _process_common.process_handler = noted_process_handler  # lines = !command

    def _noted_system(self, system: Any) -> Any:
        def noted_system(command: str) -> int:
            code: int = system(command)
            self._note_exit(command, code)
            return code

        return noted_system

    def _watch_scripts(self) -> None:
        from IPython.core.magics.script import ScriptMagics

        shebang = ScriptMagics.shebang

        @functools.wraps(shebang)
        def noted_shebang(magics: Any, line: str, cell: str) -> Any:
            spawn = asyncio.create_subprocess_exec
            processes = []

            async def noted_spawn(*command: Any, **options: Any) -> Any:
                try:
                    process = await spawn(*command, **options)
                except OSError:
                    # IPython prints "Couldn't find program" and goes on as if nothing had happened.
                    self._note_exit(f"%%{command[0]}", 127)
                    raise
                processes.append((command[0], process))
                return process

            asyncio.create_subprocess_exec = noted_spawn
            try:
                return shebang(magics, line, cell)
            finally:
                asyncio.create_subprocess_exec = spawn
                for program, process in processes:
                    self._note_exit(f"%%{program}", process.returncode)

        ScriptMagics.shebang = noted_shebang
        # IPython makes the magics when the first one is used; a kernel that has them already keeps
        # the method it bound then.
        manager = self.kernel.shell.magics_manager
        made = manager.registry.get("ScriptMagics")
        if made is not None:
            manager.magics["cell"]["script"] = made.shebang


def install() -> None:
    """Start recording in the kernel that executes this."""
    from IPython import get_ipython

    Recorder(get_ipython().kernel).install()
