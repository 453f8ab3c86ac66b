"""The trusted side: it runs text of the source notebook, and nothing else."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import sys
from typing import Any

from kit.grading.outside import wire
from kit.grading.outside.encoder import Encoder
from kit.grading.outside.link import Link, LostError
from kit.grading.outside.proxy import is_proxy
from kit.grading.outside.shell import CellShell, error_output

_OURS = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open"})


class Tester:
    """The namespace of the tests, and a link to the learner's process."""

    def __init__(self, shell: CellShell, control: socket.socket) -> None:
        self.shell = shell
        self.control = control
        self.link = Link(shell.user_ns, frozenset())
        self.handed: dict[str, Any] = {}
        self.suites: list[Any] = []

    def serve(self) -> None:
        """Do what the coordinator asks for until it is gone."""
        signal.signal(signal.SIGALRM, self._ring)
        self._watch_unittest()
        while True:
            try:
                request = json.loads(wire.receive(self.control))
                if request["do"] == "end":
                    return
                reply = getattr(self, f"_{request['do']}")(request)
                wire.send(self.control, json.dumps(reply, default=str).encode("utf-8", "replace"))
            except wire.ClosedError:
                return

    def _ring(self, *_: Any) -> None:
        self.link.lost = self.link.lost or "time"
        raise LostError("time")

    def _connect(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take the other end of the link, and hand over again what visible tests have bound."""
        _data, descriptors, _flags, _address = socket.recv_fds(self.control, 1, 1)
        self.link.connect(socket.socket(fileno=descriptors[0]))
        self.link.names = frozenset(request["names"])
        self.link.deadline = request["deadline"]
        with contextlib.suppress(LostError, Exception):
            self.link.hand_over(self.handed)
        return {}

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one cell of the instructor's with the learner's values of some names."""
        link, space = self.link, self.shell.user_ns
        link.deadline = request["deadline"]
        link.surface = frozenset(request.get("surface", ()))
        link.learning = request.get("learning", False)
        link.pushing = request["test"]
        link.used, link.beliefs, link.troubles = set(), set(), []
        before = link.lost
        self.suites.clear()
        absent: dict[str, Any] = {}
        signal.setitimer(signal.ITIMER_REAL, max(0.01, request["seconds"]))
        try:
            if request["wanted"]:
                link.place_names(set(request["wanted"]))
            absent = self._hide(request.get("imported", ()))
            outputs, number, fine = self.shell.run(request["source"])
            link.watch_chance()
            link.bring_up_to_date()
            self._hand_over(request.get("hand", ()), space)
        except BaseException as err:
            outputs, number, fine = [error_output(type(err).__name__, str(err), [])], 0, False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for name, value in absent.items():
                space.setdefault(name, value)
        if fine and (trouble := self._failed_suite()):
            outputs, fine = [error_output("AssertionError", trouble, []), *outputs], False
        if is_proxy(self.shell.value):
            # A number at the end of a test is its points, and this one is not the test's.
            for output in outputs:
                if output["output_type"] == "execute_result":
                    output["data"] = {
                        "text/plain": "the learner's " + output["data"].get("text/plain", "")
                    }
        return {
            "outputs": outputs,
            "number": number or 1,
            "fine": fine,
            "lost": link.lost if link.lost != before else "",
            "beliefs": sorted(link.beliefs),
            "used": sorted(link.used),
            "troubles": link.troubles,
        }

    def _hide(self, names: Any) -> dict[str, Any]:
        """Take names out that the answer was to import and did not; return them, to be put back."""
        bound = self.link.ask(0, "bound", list(names)) if names else []
        space = self.shell.user_ns
        there = set(bound) if type(bound) is list else set()
        return {name: space.pop(name) for name in names if name in space and name not in there}

    def _hand_over(self, names: Any, space: dict[str, Any]) -> None:
        found = {}
        for name in names:
            with contextlib.suppress(Exception):
                if name in space:
                    Encoder().message(space[name])
                    found[name] = space[name]
        self.handed |= found
        self.link.hand_over(found)

    def _observe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one cell of the source as it is; return the names that it binds anew or changes."""
        space = self.shell.user_ns
        words = set(re.findall(r"\w+", request["source"]))
        before = dict(space)
        pictures = {name: _picture(value) for name, value in before.items() if name in words}
        _outputs, _number, fine = self.shell.run(request["source"])
        bound = [
            name for name, value in space.items()
            if before.get(name, self) is not value and not name.startswith("_") and name not in _OURS
        ]  # fmt: skip
        changed = [
            name for name, picture in pictures.items()
            if picture is not None and name in space and name not in bound and _picture(space[name]) != picture
        ]  # fmt: skip
        return {"names": [*bound, *changed], "fine": fine}

    def _watch_unittest(self) -> None:
        import unittest

        run = unittest.TextTestRunner.run
        suites = self.suites

        def keep(self: Any, test: Any) -> Any:
            result = run(self, test)
            suites.append(result)
            return result

        unittest.TextTestRunner.run = keep  # type: ignore[method-assign]

    def _failed_suite(self) -> str:
        """Say why a unittest run is worth nothing; it raises nothing by itself."""
        for result in self.suites:
            if not result.wasSuccessful():
                return "a unittest run failed"
            if result.testsRun <= len(result.skipped):
                return "a unittest run ran no test"
        return ""


def _picture(value: Any) -> bytes | None:
    try:
        return Encoder().message(value)
    except Exception:
        return None


def main(shell: CellShell, control: socket.socket) -> None:
    """Serve as the process of the tests; nobody may look into it from now on."""
    import ctypes

    # PR_SET_DUMPABLE: another process of the same user can then neither trace this one nor read its memory.
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    # A unittest looks for its tests there.
    sys.modules["__main__"] = shell.user_module
    Tester(shell, control).serve()
