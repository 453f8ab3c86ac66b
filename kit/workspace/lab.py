"""JupyterLab on a learner's folder: the command that starts it, and what it is told."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.kernels.specs import make_spec

FIRST_LESSON = "courses/00-start/01-first-steps.ipynb"

# Defaults only: what a learner sets in JupyterLab's own settings wins.
_DEFAULTS = {
    # What was answered in a widget is still there when the notebook is opened again.
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
    # Otherwise the first thing that a newcomer sees is a question about news from the internet.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    # A link to START-HERE.md shows the page, not its source.
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}

# Where a mentor's nbgrader is installed too, its tools for mentors have no place in a learner's window.
_PAGE = {"disabledExtensions": {"@jupyter/nbgrader": True}}

# The libraries of the lessons are loaded while JupyterLab opens, so that the first notebook starts at once.
# Time on task is kept in the learner's folder, for them to share or not.
_EXTENSIONS = {"kit.kernels.extension": True, "kit.workspace.timekeeping": True}
_SERVER = {"ServerApp": {"jpserver_extensions": _EXTENSIONS}}


@dataclass(frozen=True)
class LabCommand:
    """How JupyterLab is started: the command, and its environment."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def prepare_lab(
    folder: Path,
    *,
    browser: bool = True,
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> LabCommand:
    """Write JupyterLab's defaults into a learner's folder and return the command that opens it.

    The first time it opens the first lesson; later it opens what was open before.

    Parameters
    ----------
    folder
        A learner's folder.
    browser
        Open the browser.
    port
        The port to listen on; JupyterLab chooses one by default.
    environment
        The environment to start from; that of this process by default.

    Raises
    ------
    KitError
        If JupyterLab is not installed beside the kit.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise KitError(
            _("JupyterLab is not installed in this environment"),
            where=sys.prefix,
            fix=_("Install it with: {python} -m pip install jupyterlab").format(
                python=sys.executable
            ),
        )
    own = folder / ".kit" / "jupyter"
    workspaces = own / "workspaces"
    for name, content in (
        ("labconfig/default_setting_overrides.json", _DEFAULTS),
        ("labconfig/page_config.json", _PAGE),
        ("jupyter_server_config.d/bitacora-kit.json", _SERVER),
        # Under the name that the lessons ask for: nobody has to choose a kernel.
        ("kernels/python3/kernel.json", make_spec()),
    ):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    first_time = not any(workspaces.glob("*")) and (folder / FIRST_LESSON).is_file()
    arguments = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.workspaces_dir={workspaces}",
        f"--LabApp.default_url=/lab{'/tree/' + FIRST_LESSON if first_time else ''}",
    ]
    if not browser:
        arguments.append("--no-browser")
    if port is not None:
        arguments.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container the only user is often root, and JupyterLab would refuse.
        arguments.append("--allow-root")
    result = dict(os.environ if environment is None else environment)
    for variable in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        result[variable] = os.pathsep.join([str(own), *filter(None, [result.get(variable)])])
    # A kernel called python3 in the home folder may belong to another Python, without our libraries.
    result["JUPYTER_PREFER_ENV_PATH"] = "1"
    result.setdefault("OMP_NUM_THREADS", "1")
    # So that `kit check` works in JupyterLab's terminal too, when no environment was activated here.
    programs = str(Path(sys.executable).parent)
    result["PATH"] = os.pathsep.join([programs, *filter(None, [result.get("PATH")])])
    return LabCommand(tuple(arguments), result)


def kernel_warning() -> str | None:
    """Return a warning if the kernel of the lessons runs another Python than this one, or None."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    before = os.environ.get("JUPYTER_PREFER_ENV_PATH")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    try:
        python = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return _(
            "The kernel of the lessons (python3) is not installed. "
            "Install it with: {python} -m pip install ipykernel"
        ).format(python=sys.executable)
    finally:
        if before is None:
            del os.environ["JUPYTER_PREFER_ENV_PATH"]
        else:
            os.environ["JUPYTER_PREFER_ENV_PATH"] = before
    # A bare name is looked up on the path that JupyterLab itself runs with.
    same = not Path(python).is_absolute() or Path(python).parent == Path(sys.executable).parent
    if same:
        return None
    return _(
        "The kernel python3 runs {other}, not {python}. Lessons may not find the kit. "
        "Repair it with: {python} -m ipykernel install --sys-prefix"
    ).format(other=python, python=sys.executable)
