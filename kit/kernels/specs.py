"""The kernelspec 'Python 3 (warm)': what it says, and where it is installed."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _

NAME = "python3-warm"
DISPLAY_NAME = "Python 3 (warm)"
PROVISIONER = "warm-provisioner"
# In the metadata of a kernelspec that JupyterLab is to offer first; kit.kernels.extension reads it.
OFFER_FIRST = "kit_offer_first"


def make_spec(
    python: str = "python",
    *,
    preload: Sequence[str] | None = None,
    display_name: str | None = None,
    first: bool = False,
    platform: str = sys.platform,
) -> dict[str, Any]:
    """Return the contents of ``kernel.json``.

    Parameters
    ----------
    python
        The interpreter of the kernel; ``"python"`` is the one that Jupyter itself runs on.
    preload
        Modules to load; None: what each notebook imports.
    display_name
        What people see in JupyterLab.
    first
        Whether JupyterLab offers it before the others, and takes it for a new notebook.
    platform
        As in `sys.platform`. Only Linux has what warm kernels need; elsewhere the kernel is a cold one.

    Examples
    --------
    >>> make_spec(platform="darwin")["metadata"]
    {'debugger': True}
    """
    metadata: dict[str, Any] = {"debugger": True}
    if platform == "linux":
        config = {} if preload is None else {"preload": list(preload)}
        metadata["kernel_provisioner"] = {"provisioner_name": PROVISIONER, "config": config}
    if first:
        metadata[OFFER_FIRST] = True
    return {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": display_name or DISPLAY_NAME,
        "language": "python",
        "metadata": metadata,
        "kernel_protocol_version": "5.5",
    }


def install_spec(
    spec: dict[str, Any], *, name: str = NAME, user: bool = False, prefix: str | None = None
) -> Path:
    """Install a kernelspec and return its folder.

    Parameters
    ----------
    spec
        As `make_spec` returns it.
    name
        The name by which notebooks refer to it.
    user
        For the user, in every environment that they use.
    prefix
        For the environment below this folder; without it, for all users of the machine.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")
        for logo in _find_logos():
            shutil.copy(logo, folder)
        try:
            path = KernelSpecManager().install_kernel_spec(
                folder, kernel_name=name, user=user, prefix=prefix
            )
        except OSError as error:
            raise KitError(
                _("the kernelspec can't be written: {reason}").format(reason=error.strerror),
                where=error.filename,
                fix=_(
                    "Install it for yourself with --user, or for this environment with --sys-prefix"
                ),
            ) from error
    return Path(path)


def _find_logos() -> list[Path]:
    import ipykernel

    return sorted((Path(ipykernel.__file__).parent / "resources").glob("logo-*"))
