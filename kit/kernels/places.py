"""Where the sockets of servers and kernels lie, and how servers are told apart.

A socket's path has at most 107 bytes and must lie where nobody else can put anything: in `/run/user/UID`, or
in a folder of one's own with mode 0700 in the system's temporary directory, whose owner is checked. A server
that the operator runs for all users has its socket in `/run/kit-kernels`, which belongs to root.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _

FOLDER_VARIABLE = "KIT_KERNELS_DIR"
SHARED_VARIABLE = "KIT_KERNELS_SHARED"
SHARED_FOLDER = Path("/run/kit-kernels")
LONGEST_PATH = 107
# The longest name that is made in the folder: a server's socket while it is bound, with its process id.
_LONGEST_NAME = len("/0123456789abcdef-0123456789ab.sock.4194304")

# What interpreters and libraries read once, when they start or are imported. Kernels that differ in one of
# these can't come from the same server. Thread counts, MPLBACKEND, TZ and locale are applied after the fork.
_READ_AT_IMPORT = re.compile(
    r"PYTHON(HASHSEED|OPTIMIZE|UTF8|DEVMODE|MALLOC|WARNINGS|NOUSERSITE|USERBASE|DONTWRITEBYTECODE|HOME"
    r"|PYCACHEPREFIX|WARNDEFAULTENCODING|INTMAXSTRDIGITS|COERCECLOCALE|NODEBUGRANGES|TRACEMALLOC"
    r"|FAULTHANDLER|ASYNCIODEBUG|PLATLIBDIR|PROFILEIMPORTTIME)"
    r"|LD_.*|CUDA_.*|NVIDIA_.*|ROCR_.*|HIP_.*|HF_.*|HUGGINGFACE_.*|TRANSFORMERS_.*|TORCH.*|PYTORCH.*|ATEN_.*"
    r"|JAX_.*|XLA_.*|TF_(CPP|FORCE|XLA|ENABLE|USE|NUM|DETERMINISTIC|GPU)_.*|KERAS_.*|NUMBA_.*|NUMEXPR_MAX_.*|NPY_.*|NUMPY_.*|PANDAS_.*|SCIPY_.*|SKLEARN_.*"
    r"|JOBLIB_.*|MPLCONFIGDIR|MATPLOTLIBRC|ARROW_.*|POLARS_.*|DASK_.*|GDAL_.*|PROJ_.*|ESMFMKFILE|HDF5_.*|NETCDF.*"
    r"|OPENBLAS_(?!NUM_THREADS).*|MKL_(?!NUM_THREADS).*|KMP_.*|GOMP_.*|OMP_(?!NUM_THREADS).*|MALLOC_.*|GLIBC_.*"
    r"|XDG_(CONFIG|CACHE|DATA)_HOME|PYDEVD_.*|DEBUGPY_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|NLTK_DATA|SPACY_.*"
)


def select_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of `env` that interpreters and libraries read once.

    Examples
    --------
    >>> select_variables({"PYTHONHASHSEED": "0", "HF_HOME": "/data", "TOKEN": "x", "OMP_NUM_THREADS": "4"})
    {'HF_HOME': '/data', 'PYTHONHASHSEED': '0'}
    """
    return {name: env[name] for name in sorted(env) if _READ_AT_IMPORT.fullmatch(name)}


def digest(*parts: Iterable[object]) -> str:
    """Return 32 hexadecimal digits that stand for the parts, in their order."""
    text = repr([list(map(str, part)) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def environment_key(python: str, options: Sequence[str]) -> str:
    """Return 16 digits that stand for an interpreter and its options."""
    # `python` and `python3` of an environment are one interpreter; the folder tells environments apart.
    where = (os.path.realpath(Path(python).parent), os.path.realpath(python))
    return digest(where, options)[:16]


def server_key(preload: Iterable[str], variables: str) -> str:
    """Return 12 digits that stand for a preload list, in any order, and a digest of variables."""
    return digest(sorted(set(preload)), [variables])[:12]


def own_folder() -> Path:
    """Return the folder of this user's sockets, made if need be.

    Raises
    ------
    KitError
        Where the folder is not this user's alone, or its path is too long.
    """
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return _make_private(Path(chosen))
    run = Path(f"/run/user/{os.getuid()}")
    if run.is_dir() and run.stat().st_uid == os.getuid():
        return _make_private(run / "kit-kernels")
    return _make_private(Path(f"/tmp/kit-kernels-{os.getuid()}"))


def _make_private(folder: Path) -> Path:
    if len(os.fsencode(folder)) + _LONGEST_NAME > LONGEST_PATH:
        raise KitError(
            _("the path of this folder is too long for sockets"),
            where=folder,
            fix=_("Set {variable} to a shorter one").format(variable=FOLDER_VARIABLE),
        )
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.lstat()
    except OSError as error:
        raise KitError(
            _("this folder can't be made: {reason}").format(reason=error.strerror), where=folder
        ) from error
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise KitError(
            _("this folder for sockets is not yours alone"),
            where=folder,
            fix=_("Remove it, or set {variable} to another folder").format(
                variable=FOLDER_VARIABLE
            ),
        )
    return folder


def shared_folder() -> Path | None:
    """Return the folder of the operator's servers, if there is one and only root can write to it."""
    folder = Path(os.environ.get(SHARED_VARIABLE) or SHARED_FOLDER)
    try:
        state = folder.lstat()
    except OSError:
        return None
    trusted = stat.S_ISDIR(state.st_mode) and state.st_uid == 0 and not state.st_mode & 0o022
    return folder if trusted else None
