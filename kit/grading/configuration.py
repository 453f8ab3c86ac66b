"""nbgrader's configuration of a course: read with traitlets, so that nbgrader itself is not imported.

Only the file of the course is read. What is in it and not followed is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.rules import Region, ReleaseRules
from kit.i18n import gettext as _

CONFIG = "nbgrader_config.py"


def read_config(root: Path) -> Any:
    """Read ``nbgrader_config.py`` of a course; an empty configuration when there is none.

    Raises
    ------
    KitError
        If the file can not be read or raises something.
    """
    from traitlets.config import Config
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    try:
        return PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except ConfigFileNotFound:
        return Config()
    # The file is Python and may raise anything.
    except Exception as err:
        raise KitError(
            _("nbgrader's configuration can not be read ({reason})").format(
                reason=f"{type(err).__name__}: {err}"
            ),
            where=root / CONFIG,
            fix=_("Correct the file; it is Python"),
        ) from err


class Configuration:
    """Values of nbgrader's configuration, with a check of the type that matters."""

    def __init__(self, config: Any, root: Path) -> None:
        self.config = config
        self.root = root

    def value(self, section: str, name: str, default: Any) -> Any:
        """Return an option as it stands, with what a file appended to its default."""
        if section not in self.config or name not in self.config[section]:
            return default
        value = self.config[section][name]
        # What "c.X.y.append(...)" leaves behind: a change to the default.
        return value.get_value(default) if hasattr(value, "get_value") else value

    def text(self, section: str, name: str, default: str = "") -> str:
        """Return an option that has to be a text."""
        value = self.value(section, name, default)
        if not isinstance(value, str):
            raise KitError(
                _("c.{section}.{name} is {value!r}, not a text").format(
                    section=section, name=name, value=value
                ),
                where=self.root / CONFIG,
            )
        return value

    def flag(self, section: str, name: str, default: bool = True) -> bool:
        """Return an option that is true or false."""
        return bool(self.value(section, name, default))


def read_rules(get: Configuration) -> ReleaseRules:
    """Return the delimiters, stubs and locks of a course."""
    default = ReleaseRules()

    def region(section: str, kind: str, known: Region) -> Region:
        return Region(
            known.name,
            get.text(section, f"begin_{kind}_delimeter", known.begin),
            get.text(section, f"end_{kind}_delimeter", known.end),
            get.flag(section, "enforce_metadata"),
        )

    stub = get.value("ClearSolutions", "code_stub", dict(default.code_stub))
    return ReleaseRules(
        solution=region("ClearSolutions", "solution", default.solution),
        hidden=region("ClearHiddenTests", "test", default.hidden),
        marks=region("ClearMarkScheme", "mark_scheme", default.marks),
        code_stub={"python": stub} if isinstance(stub, str) else dict(stub),
        text_stub=get.text("ClearSolutions", "text_stub", default.text_stub),
        lock_solution=get.flag("LockCells", "lock_solution_cells"),
        lock_grade=get.flag("LockCells", "lock_grade_cells"),
        lock_readonly=get.flag("LockCells", "lock_readonly_cells"),
        lock_all=get.flag("LockCells", "lock_all_cells", False),
        check_attachments=get.flag("ClearMarkScheme", "check_attachment_leakage"),
        autotest=get.text("InstantiateTests", "autotest_delimiter", default.autotest),
    )


def list_notices(config: Any) -> tuple[str, ...]:
    """Return what of nbgrader's configuration is not followed, so that nobody has to find out."""
    said = []
    for section, name in (
        ("AssignLatePenalties", "plugin_class"),
        ("Autograde", "autograde_preprocessors"),
        ("Autograde", "sanitize_preprocessors"),
        ("GenerateAssignment", "preprocessors"),
    ):
        # Those of `kit.grading.under_nbgrader` are the kit's own.
        if (
            section in config
            and name in config[section]
            and "kit." not in str(config[section][name])
        ):
            said.append(
                _("c.{section}.{name} in nbgrader_config.py is not followed.").format(
                    section=section, name=name
                )
            )
    return tuple(said)
