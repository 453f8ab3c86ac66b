"""The file that JupyterHub reads; everything in it comes from the folder of the hub."""

import os
from pathlib import Path

from kit.hub.configuration import configure
from kit.hub.services import FOLDER_VARIABLE
from kit.hub.settings import read_settings

_root = Path(os.environ[FOLDER_VARIABLE])
c = get_config()  # type: ignore[name-defined]  # noqa: F821
configure(c, _root)
_extra = read_settings(_root / "hub.yaml").extra
if _extra:
    # The operator has the last word.
    load_subconfig(str(_root / _extra))  # type: ignore[name-defined]  # noqa: F821
