"""The hook by which JupyterLab starts the fork servers when it opens, so that the first notebook is warm too.

Jupyter loads it where `{"ServerApp": {"jpserver_extensions": {"kit.kernels.extension": true}}}` is configured.
Nothing here may hold up or break the start of JupyterLab: it all happens in a thread, and errors are logged.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME

from kit.kernels.specs import OFFER_FIRST, PROVISIONER

MOST_NOTEBOOKS = 200
DEEPEST = 3
LARGEST_BYTES = 5_000_000


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kit.kernels.extension"}]


def _load_jupyter_server_extension(app: Any) -> None:
    specs = app.kernel_spec_manager.get_all_specs()
    offer_first(app.kernel_manager, specs)
    if sys.platform != "linux":
        return
    root = Path(app.root_dir)

    def start() -> None:
        try:
            start_servers(specs, root, os.environ)
        except Exception as error:
            app.log.warning("No fork server was started: %s", error)

    threading.Thread(target=start, name="start warm kernels", daemon=True).start()


def offer_first(kernel_manager: Any, specs: Mapping[str, Any]) -> None:
    """Make the kernelspec that asks for it the default, unless somebody configured another one."""
    asking = [name for name, entry in specs.items() if entry["spec"]["metadata"].get(OFFER_FIRST)]
    if asking and kernel_manager.default_kernel_name == NATIVE_KERNEL_NAME:
        kernel_manager.default_kernel_name = min(asking)


def start_servers(specs: Mapping[str, Any], root: Path, env: Mapping[str, str]) -> list[Path]:
    """Start a server for each warm kernelspec and return their sockets.

    It loads what the kernelspec says, or else what the notebooks below `root` import.

    Parameters
    ----------
    specs
        Kernelspecs by name, as `KernelSpecManager.get_all_specs` gives them.
    root
        The folder that JupyterLab shows.
    env
        The environment in which kernels will be started.
    """
    from kit.kernels.client import Request, start_server
    from kit.kernels.imports import preload_for
    from kit.kernels.provisioner import split_command

    found = []
    for entry in specs.values():
        spec = entry["spec"]
        wanted = spec.get("metadata", {}).get("kernel_provisioner", {})
        if wanted.get("provisioner_name") != PROVISIONER:
            continue
        options, program, argv = split_command(spec["argv"])
        preload = wanted.get("config", {}).get("preload")
        if preload is None:
            preload = preload_for(find_notebooks(root))
        python = spec["argv"][0]
        request = Request(
            # As jupyter_client does it: `python` is the interpreter that it runs on itself.
            python=python if os.path.isabs(python) else sys.executable,  # noqa: PTH117
            options=options,
            program=program,
            argv=argv,
            env=dict(env) | spec.get("env", {}),
            cwd=str(root),
            sockets="",
            preload=tuple(preload),
        )
        found.append(start_server(request))
    return found


def find_notebooks(root: Path) -> Iterator[Path]:
    """Yield notebooks in and not far below a folder, so many that reading them takes no notable time."""
    left = MOST_NOTEBOOKS
    for folder, names, files in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        names[:] = (
            sorted(name for name in names if not name.startswith(".")) if depth < DEEPEST else []
        )
        for name in sorted(files):
            path = Path(folder, name)
            if name.endswith(".ipynb") and left and path.stat().st_size < LARGEST_BYTES:
                left -= 1
                yield path
