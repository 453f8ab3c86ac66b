"""For The Littlest JupyterHub: the kit's services, roles and settings beside TLJH's own spawner and log-in."""

import os
from pathlib import Path

from kit.hub.configuration import configure_beside

c = get_config()  # noqa: F821
configure_beside(
    c,
    Path(os.environ.get("KIT_HUB_FOLDER", "/srv/bitacora")),
    python=os.environ.get("KIT_HUB_PYTHON", "/opt/tljh/user/bin/python"),
)
