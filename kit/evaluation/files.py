"""Models and tables in files, for the command line. A file that could run code is never opened.

A pickle is a program: loading it does what its author wants. So pickles, joblib files and torch's own files are
refused before they are loaded, by what they hold and not by their names.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"x\x9c", b"x\x01", b"x\xda")


def load_model(path: Path, *, trusted: Sequence[str] = ()) -> Any:
    """Return the model in a skops file.

    Parameters
    ----------
    path
        A file that ``skops.io.dump`` wrote.
    trusted
        Names of types beyond those that skops knows to be harmless. Name only those that you know.
    """
    kind = _kind_of(path)
    if kind == "pickle":
        raise KitError(
            _("this is a pickle, and loading a pickle runs whatever its author put there"),
            where=path,
            fix=_(
                "Ask for the model as a skops file: skops.io.dump(model, 'model.skops'). "
                "If you made it yourself, load it in Python and call kit.evaluation.evaluate"
            ),
        )
    if kind == "safetensors":
        raise KitError(
            _("safetensors holds weights and not the network that they belong to"),
            where=path,
            fix=_("Build the network in Python, load the weights and call kit.evaluation.evaluate"),
        )
    if kind != "skops":
        raise KitError(
            _("this is not a model file that can be read"),
            where=path,
            fix=_("Save a fitted scikit-learn model with skops.io.dump(model, 'model.skops')"),
        )
    try:
        import skops.io
    except ImportError as err:
        raise KitError(
            _("the library skops is not installed"),
            fix='pip install "bitacora-kit[evaluation]"',
        ) from err
    unknown = [name for name in skops.io.get_untrusted_types(file=path) if name not in trusted]
    if unknown:
        raise KitError(
            _("this model uses types that are not known to be harmless: {names}").format(
                names=", ".join(unknown)
            ),
            where=path,
            fix=_("Read what they do. Then name each with --trust, or do not load the model"),
        )
    return skops.io.load(path, trusted=list(trusted))


@dataclass(frozen=True)
class Table:
    """Rows of a table: features, labels, and the columns that say who belongs together."""

    features: Any
    labels: Any
    clusters: Any = None
    sensitive: Any = None


def load_table(
    path: Path,
    *,
    target: str,
    features: Sequence[str] | None = None,
    clusters: str | None = None,
    sensitive: str | None = None,
) -> Table:
    """Return the rows of a CSV file.

    Parameters
    ----------
    target
        The column of the true class.
    features
        The columns that the model takes, in its order; by default all that are not named otherwise.
    clusters, sensitive
        Columns with the cluster and the group of each row.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path)
    except (OSError, ValueError) as err:
        raise KitError(
            _("this table can not be read: {error}").format(error=err),
            where=path,
            fix=_("Give a CSV file with one line of column names"),
        ) from err
    named = [name for name in (target, clusters, sensitive) if name is not None]
    wanted = named + list(features or ())
    missing = [name for name in dict.fromkeys(wanted) if name not in frame.columns]
    if missing:
        raise KitError(
            _("these columns are not in the table: {names}").format(names=", ".join(missing)),
            where=path,
            fix=_("The table has: {names}").format(names=", ".join(map(str, frame.columns))),
        )
    columns = (
        list(features)
        if features is not None
        else [name for name in frame.columns if name not in named]
    )
    return Table(
        features=frame[columns],
        labels=frame[target].to_numpy(),
        clusters=None if clusters is None else frame[clusters].to_numpy(),
        sensitive=None if sensitive is None else frame[sensitive].to_numpy(),
    )


def _kind_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as err:
        raise KitError(
            _("this file can not be read: {error}").format(error=err.strerror), where=path
        ) from err
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if "schema.json" in names:
            return "skops"
        # torch.save writes a zip with a pickle inside.
        return "pickle" if any(name.endswith(".pkl") for name in names) else "unknown"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < path.stat().st_size:
        return "safetensors"
    # Protocols 2 to 5 begin with \x80; joblib may compress. Older ones are text and known by their name.
    if head[:1] == b"\x80" or head.startswith(_COMPRESSED):
        return "pickle"
    return "pickle" if path.suffix in (".pkl", ".pickle", ".joblib", ".pt", ".pth") else "unknown"
