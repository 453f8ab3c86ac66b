"""nbgrader's own ``autograde``, and the formgrader's button, with the kit's repairs, walls and verdict.

For those who stay with nbgrader. Two lines in ``nbgrader_config.py`` are enough::

    from kit.grading.under_nbgrader import use_kit
    use_kit(get_config())

nbgrader keeps its loop, its folders and its gradebook; what runs a submission and decides its marks is the
kit's.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from kit.grading.grade import GradedNotebook
    from kit.grading.marking import Desk
    from kit.grading.masters import Master

_HERE = "kit.grading.under_nbgrader"
#: nbgrader's steps, with the kit's in the places of those that restore cells, execute, and save points.
SANITIZE = [f"{_HERE}.KitRepair"]
AUTOGRADE = [
    f"{_HERE}.KitExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    f"{_HERE}.KitMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]


def use_kit(config: Any, *, walls: str = "auto") -> None:
    """Let nbgrader grade with the kit.

    Parameters
    ----------
    config
        What ``get_config()`` returns in ``nbgrader_config.py``.
    walls
        As for ``kit grade --walls``: ``"auto"``, a kind by name, or ``"none"``.
    """
    config.Autograde.sanitize_preprocessors = list(SANITIZE)
    config.Autograde.autograde_preprocessors = list(AUTOGRADE)
    config.KitExecute.walls = walls


_desks: dict[tuple[str, str, str, str], Desk] = {}
_lock = threading.Lock()


def _find_course(config: Any, resources: Any) -> Path:
    """Return the course in which nbgrader is at work."""
    named = config.get("CourseDirectory", {}).get("root")
    if isinstance(named, str) and named:
        return Path(named)
    place = Path(resources.get("metadata", {}).get("path") or ".").absolute()
    for folder in (place, *place.parents):
        if (folder / "nbgrader_config.py").is_file() or (folder / "gradebook.db").is_file():
            return folder
    return Path.cwd()


def _desk(config: Any, resources: Any, walls: str) -> Desk:
    """Return what grading an assignment needs; made once in a process, and again when the source changes."""
    from kit.grading.course import load_course
    from kit.grading.marking import Desk
    from kit.grading.masters import read_masters, source_files
    from kit.grading.policy import load_policy
    from kit.grading.versions import source_digest
    from kit.sandbox import choose_tier

    course = load_course(_find_course(config, resources))
    assignment = resources["nbgrader"]["assignment"]
    key = (str(course.root), assignment, source_digest(course, assignment), walls)
    with _lock:
        if key not in _desks:
            folder = course.folder("source", assignment)
            masters = read_masters(course, source_files(folder, ignore=course.ignore))
            policy = load_policy(course, assignment)
            chosen = None if walls == "none" else choose_tier(None if walls == "auto" else walls)
            _desks[key] = Desk.prepare(course, assignment, masters, policy, walls=chosen)
        return _desks[key]


def _master(desk: Desk, name: str) -> Master:
    found = next((master for master in desk.masters if master.name == name), None)
    if found is None:
        raise KitError(
            _("there is no notebook {name}.ipynb in this assignment").format(name=name),
            where=desk.course.folder("source", desk.assignment),
            fix=_("Those that there are: {known}").format(
                known=", ".join(master.name for master in desk.masters)
            ),
        )
    return found


def _execute(desk: Desk, master: Master, notebook: NotebookNode, folder: Path) -> GradedNotebook:
    from kit.grading.folders import working_folder
    from kit.grading.grade import grade_notebook
    from kit.grading.masters import source_files

    files = source_files(folder, ignore=desk.course.ignore)
    present = {name: path for name, path in files.items() if not name.endswith(".ipynb")}

    def run() -> GradedNotebook:
        with working_folder(present) as cwd:
            return grade_notebook(
                master,
                notebook,
                limits=desk.limits,
                files=desk.files,
                cwd=cwd,
                preload=desk.preload,
                walls=desk.walls,
                verdict=desk.verdict,
            )

    # Not in this thread: the formgrader's server has an event loop in it.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def __getattr__(name: str) -> Any:
    # nbgrader is imported when nbgrader asks for its steps, not when its configuration is read.
    if name not in ("KitRepair", "KitExecute", "KitMarks"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals().update(_make_steps())
    return globals()[name]


def _make_steps() -> dict[str, Any]:
    from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
    from traitlets import Unicode

    class KitRepair(NbGraderPreprocessor):
        """Puts a submission right from the source, in the place of five of nbgrader's steps."""

        def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
            """Return the notebook with every cell that grading needs."""
            from kit.grading.repair import repair_notebook
            from kit.grading.submission import parse_submission

            desk = _desk(self.config, resources, "none")
            master = _master(desk, resources["nbgrader"]["notebook"])
            read, mended = parse_submission(json.dumps(nb), name=f"{master.name}.ipynb")
            repaired = repair_notebook(read, master=master.full, release=master.release)
            for sentence in (*mended, *repaired.repairs):
                self.log.warning("%s: %s", resources["nbgrader"]["student"], sentence)
            notebook = repaired.notebook
            notebook.metadata["kit"] = {"repairs": [*mended, *repaired.repairs]}
            return notebook, resources

    class KitExecute(NbGraderPreprocessor):
        """Executes a submission behind walls, with its tests in a process that it can not reach."""

        walls = Unicode("auto", help="What stands around learners' code.").tag(config=True)

        def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
            """Return the executed notebook, and leave the marks for `KitMarks`."""
            desk = _desk(self.config, resources, self.walls)
            master = _master(desk, resources["nbgrader"]["notebook"])
            folder = Path(resources["metadata"]["path"])
            done = _execute(desk, master, nb, folder)
            for sentence in (done.why, *done.events):
                if sentence:
                    self.log.warning("%s: %s", resources["nbgrader"]["student"], sentence)
            done.notebook.metadata["kit"] = {
                **nb.metadata.get("kit", {}),
                "verdict": done.verdict,
                "walls": done.walls,
                "events": list(done.events),
            }
            resources["kit"] = {mark.key: mark for mark in done.marks}
            return done.notebook, resources

    class KitMarks(SaveAutoGrades):
        """Saves the points that the kit found, with nbgrader's own class."""

        def _add_score(self, cell: NotebookNode, resources: Any) -> None:
            key = cell.metadata["nbgrader"]["grade_id"]
            grade = self.gradebook.find_grade(
                key, self.notebook_id, self.assignment_id, self.student_id
            )
            mark = resources["kit"].get(key)
            grade.auto_score = None if mark is None else mark.points
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            self.gradebook.db.commit()

    return {one.__name__: one for one in (KitRepair, KitExecute, KitMarks)}
