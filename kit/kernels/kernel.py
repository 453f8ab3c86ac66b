"""The kernel that runs in a forked child: an ordinary ipykernel, as much of it made before the fork as can be.

Its shell, magics and completer are the same for everyone until a profile says otherwise, so they are made once.
What belongs to one kernel (sockets, threads, session, history, profile) is made in the child. Where a profile
has configuration, or the arguments are others than the usual ones, the child makes everything itself.
"""

from __future__ import annotations

import atexit
import itertools
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from typing import Any

import ipykernel
import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.history import HistoryManager
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

# Where what is done here to ipykernel's parts has been tried; others start in the plain way.
_KNOWN = (7, 0) <= ipykernel.version_info[:2] < (8, 0)
# The names of the modules that were loaded before the fork.
_MODULES: set[str] = set()


class WarmApp(IPKernelApp):
    """An ipykernel application that says when its sockets are there to be connected to."""

    name = IPKernelApp.name
    on_sockets: Callable[[], None] = staticmethod(lambda: None)

    def init_io(self) -> None:
        """Tell whoever waits; then go on as ever."""
        self.on_sockets()
        super().init_io()

    def start(self) -> None:
        """Run until shut down; then let the control thread finish what it was asked.

        ipykernel ends the thread that writes output first. A control thread that still has output to write then
        waits for it, and on a busy machine the kernel ended only when it was killed.
        """
        super().start()
        thread = self.control_thread
        if thread is not None and thread.is_alive():
            thread.stop()
            thread.join(timeout=1)

    def initialize_prepared(self, connection_file: str, history: str | None) -> None:
        """Do what `initialize` does, apart from what was done before the fork."""
        if history is not None:
            self.config["HistoryManager"] = Config(hist_file=history)
        self.init_crash_handler()
        self.init_blackhole()
        self.open_sockets(connection_file)
        self.init_io()
        self.init_signal()
        self.init_kernel()
        self.init_path()
        self.init_shell()
        self.init_gui_pylab()
        self.init_extensions()
        self._run_startup_files()
        if self.hide_initial_ns:
            self.shell.user_ns_hidden.update(self.shell.user_ns)
        self._know_modules()
        sys.stdout.flush()
        sys.stderr.flush()

    def open_sockets(self, connection_file: str) -> None:
        """Find the profile and open the sockets that the connection file asks for."""
        self.connection_file = connection_file
        self.init_profile_dir()
        self.init_connection_file()
        self.session.username = os.environ.get("USER", "username")
        self.init_sockets()
        if getattr(self, "iopub_thread", None) is None:
            self.init_iopub(self.context)
        self.init_heartbeat()
        self.write_connection_file()
        self.log_connection_info()

    def _know_modules(self) -> None:
        """Note which modules are loaded, as `init_code` does, without touching the names of all of them.

        Counting references to thousands of names copies the pages that they lie on: 5 MiB for each kernel.
        """
        new = len(sys.modules) - len(_MODULES)
        _MODULES.update(itertools.islice(reversed(sys.modules), max(new, 0)))
        self.shell._sys_modules_keys = _MODULES


class PreparedKernel(IPythonKernel):
    """An ipykernel that is made without sockets, and gets them when it is asked for."""

    history_class: Any = HistoryManager

    @classmethod
    def instance(cls, *args: Any, **given: Any) -> PreparedKernel:
        """Return the prepared kernel with what it was missing, or make it without preparation."""
        if cls.initialized() and given:
            kernel: PreparedKernel = super().instance()
            kernel.complete(given)
            return kernel
        return super().instance(*args, **given)

    def complete(self, given: dict[str, Any]) -> None:
        """Take on sockets, threads, session and profile, and hand them to the shell."""
        for name, value in given.items():
            if name not in ("parent", "user_ns"):
                setattr(self, name, value)
        self.ident = str(uuid.uuid4())
        self._stdout, self._stderr = sys.stdout, sys.stderr
        self._add_debugger()
        shell = self.shell
        shell.parent = self
        # At the end of the process it comes before whatever is registered by what follows.
        atexit.unregister(shell.atexit_operations)
        atexit.register(shell.atexit_operations)
        shell.profile_dir = self.profile_dir
        shell.ipython_dir = self.parent.ipython_dir
        shell.starting_dir = os.getcwd()  # noqa: PTH109
        shell.init_environment()
        shell.save_sys_module_state()
        shell.config["HistoryManager"] = self.parent.config["HistoryManager"]
        if shell.history_manager in shell.configurables:
            shell.configurables.remove(shell.history_manager)
        shell.history_manager = self.history_class(shell=shell, parent=shell)
        shell.configurables.append(shell.history_manager)
        shell.init_user_ns()
        if os.environ.get("JPY_SESSION_NAME"):
            shell.user_ns["__session__"] = os.environ["JPY_SESSION_NAME"]
        hook, publisher = shell.displayhook, shell.display_pub
        hook.session = publisher.session = self.session
        hook.pub_socket = publisher.pub_socket = self.iopub_socket
        hook.topic = self._topic("execute_result")

    def _process_children(self) -> list[Any]:
        """Return the child processes to end, without asking each process of the machine for its parent."""
        return list(super()._process_children()) if has_children() else []

    def _add_debugger(self) -> None:
        from ipykernel.debugger import _is_debugpy_available

        if _is_debugpy_available:
            self.debugger = self.debugger_class(
                self.log,
                self.debugpy_stream,
                self._publish_debug_event,
                self.debug_shell_socket,
                self.session,
                self._kernel_modules,
                self.debug_just_my_code,
                self.filter_internal_frames,
            )


def has_children() -> bool:
    """Say whether this process has a child; True where the system does not tell."""
    try:
        for thread in os.listdir("/proc/self/task"):  # noqa: PTH208
            with open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:  # noqa: PTH123
                if file.read(1):
                    return True
    except OSError:
        return True
    return False


def prepare(history_class: Any = HistoryManager) -> None:
    """Do once, in the server, what every kernel would do.

    Parameters
    ----------
    history_class
        What keeps the history of a kernel.
    """
    PreparedKernel.history_class = history_class
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib._kit_warm_fname = matplotlib.matplotlib_fname()
    if not _KNOWN:
        return
    try:
        _make_parts()
    except Exception as error:
        # Slower, but a kernel all the same.
        print(
            f"the shell is not prepared: {type(error).__name__}: {error}",
            file=sys.stderr,
            flush=True,
        )
        _discard_parts()


def _make_parts() -> None:
    import ipykernel.debugger

    available = ipykernel.debugger._is_debugpy_available
    with tempfile.TemporaryDirectory(prefix="kit-profile-") as folder:
        os.environ["IPYTHONDIR"] = folder
        app = WarmApp.instance(parent_handle=1)
        app.init_pdb()
        # The debugger belongs to one kernel: it holds its sockets.
        ipykernel.debugger._is_debugpy_available = False
        # A history would open a file and start a thread.
        app.config["HistoryManager"] = Config(enabled=False)
        try:
            PreparedKernel.instance(
                parent=app,
                profile_dir=ProfileDir.create_profile_dir(folder),
                user_ns=None,
                log=app.log,
            )
        finally:
            ipykernel.debugger._is_debugpy_available = available
            del os.environ["IPYTHONDIR"]
    app.config.pop("HistoryManager")
    app.kernel_class = PreparedKernel
    _exercise()
    _MODULES.update(sys.modules)


def _exercise() -> None:
    """Run what every first cell runs, so that caches are filled and late imports are done."""
    shell = PreparedKernel.instance().shell
    shell.transform_cell("%time 1\n!ls\nx?\nawait y")
    shell.input_transformer_manager.check_complete("for x in y:")
    shell.display_formatter.format(["text"])
    shell.magics_manager.lsmagic()
    # Looking for them makes them, and that changes a class that others all over the heap descend from.
    for kind in (*zmq.Socket.__mro__, *zmq.Context.__mro__):
        getattr(kind, "__annotations__", None)


def _discard_parts() -> None:
    """Forget the prepared shell, so that another can take its place."""
    if PreparedKernel.initialized():
        shell = PreparedKernel.instance().shell
        if shell is not None:
            atexit.unregister(shell.atexit_operations)
            type(shell).clear_instance()
        PreparedKernel.clear_instance()
    WarmApp.clear_instance()


def run(
    argv: list[str], plain: tuple[str, str | None] | None, on_sockets: Callable[[], None]
) -> int:
    """Run an ipykernel with these arguments until it is shut down.

    Parameters
    ----------
    argv
        What follows `python -m ipykernel_launcher`.
    plain
        Connection file and history file, if nothing else is asked for or configured; else None.
    on_sockets
        Called when clients can connect.
    """
    prepared = PreparedKernel.initialized()
    if prepared and plain is None:
        _discard_parts()
        prepared = False
    # 1 means to ipykernel that there is no parent to watch: the lifeline does that.
    app = WarmApp.instance(parent_handle=1)
    app.on_sockets = on_sockets
    if prepared and plain is not None:
        app.initialize_prepared(*plain)
    else:
        app.initialize(argv)
    _show_figures()
    app.start()
    return 0


def _show_figures() -> None:
    """Let pyplot and the inline backend, imported before there was a shell, draw at the end of each cell."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.install_repl_displayhook()
    inline: Any = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline._enable_matplotlib_integration()
