"""What a person's JupyterLab knows of the hub: courses, assignments, handing in, feedback.

A server extension that runs as the person. It asks the hub's service with the token of this server, so the
browser needs no second log-in.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from kit.errors import KitError
from kit.hub import client

# What a lesson asks, as its source says: each has an id that the learner's log names.
_ASKED = re.compile(r"\b(quiz|predict|check)\(\s*\"([^\"]+)\"")
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups"
)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kit.hub.learner"}]


def _load_jupyter_server_extension(app: Any) -> None:
    base = app.web_app.settings["base_url"]
    name = r"([^/]+)"
    routes: list[Any] = [
        (url_path_join(base, "kit/work"), Work),
        (url_path_join(base, rf"kit/hand-in/{name}/{name}"), HandIn),
        (url_path_join(base, rf"kit/feedback/{name}/{name}"), Feedback),
    ]
    app.web_app.add_handlers(".*", routes)


def describe_lessons(root: Path) -> list[dict[str, Any]]:
    """Return the courses of a learner's folder with their lessons, and how far the learner came in each."""
    seen = read_log(root / ".kit" / "log.jsonl")
    courses = []
    for folder in sorted((root / "courses").glob("*/")):
        lessons = []
        for path in sorted(folder.glob("*.ipynb")):
            try:
                notebook = json.loads(path.read_text(encoding="utf-8"))
                about = notebook["metadata"].get("lesson", {})
                source = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
            asked = {match[2] for match in _ASKED.finditer(source)}
            answered = asked & seen.get(str(about.get("id", "")), set())
            lessons.append(
                {
                    "path": path.relative_to(root).as_posix(),
                    "title": str(about.get("title", path.stem)),
                    "minutes": about.get("minutes"),
                    "asked": len(asked),
                    "answered": len(answered),
                }
            )
        if lessons:
            courses.append({"name": folder.name, "title": _title(folder.name), "lessons": lessons})
    return courses


def _title(name: str) -> str:
    try:
        titles = json.loads(
            (Path(os.environ["KIT_HUB_LEARNER"]).parent / "titles.json").read_text(encoding="utf-8")
        )
        return str(titles[name])
    except (OSError, ValueError, KeyError):
        return name


def read_log(path: Path) -> dict[str, set[str]]:
    """Return lesson → ids that the learner has answered; damaged lines are passed over."""
    seen: dict[str, set[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    for line in lines:
        try:
            found = json.loads(line)
            if found["event"] in ("quiz", "predict", "check"):
                seen.setdefault(str(found["lesson"]), set()).add(str(found["id"]))
        except (ValueError, KeyError, TypeError):
            continue
    return seen


async def _ask(function: Any, *arguments: Any) -> Any:
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(None, function, *arguments)
    except KitError as error:
        raise web.HTTPError(409, reason="refused", log_message=error.message()) from error


class Work(APIHandler):
    """Courses with progress, assignments with their state."""

    @web.authenticated
    async def get(self) -> None:
        """Answer with plain data."""
        root = Path(self.settings["serverapp"].root_dir)
        loop = asyncio.get_running_loop()
        lessons = await loop.run_in_executor(None, describe_lessons, root)
        try:
            standing = await loop.run_in_executor(None, client.read_standing)
        except KitError as error:
            standing = {"courses": [], "problem": error.message()}
        self.finish(json.dumps({**standing, "lessons": lessons}))


class HandIn(APIHandler):
    """Hand in what lies in the learner's folder."""

    @web.authenticated
    async def post(self, course: str, assignment: str) -> None:
        """Answer with the receipt, or with what is wrong."""
        root = Path(self.settings["serverapp"].root_dir)
        loop = asyncio.get_running_loop()
        try:
            receipt = await loop.run_in_executor(
                None, client.hand_in_assignment, root, course, assignment
            )
        except KitError as error:
            self.set_status(409)
            self.finish(json.dumps({"message": error.message()}))
            return
        self.finish(json.dumps(receipt))


class Feedback(JupyterHandler):
    """The learner's feedback page; nothing in it runs."""

    @web.authenticated
    async def get(self, course: str, assignment: str) -> None:
        """Answer with the page."""
        page = await _ask(client.read_feedback, course, assignment)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", PAGE_POLICY)
        self.finish(page)
