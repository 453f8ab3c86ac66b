"""The operator's settings, ``hub.yaml``. Everything that is wrong in the file is reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError
from kit.grading.terms import TermsChecker
from kit.i18n import gettext as _

ACCOUNTS = ("codes", "pam", "shared-password")
_CLASS = re.compile(r"[A-Za-z_][\w.]*(?::|\.)[A-Za-z_]\w*")
# As SQLAlchemy writes it: a database, perhaps with its driver, and where it is.
_ADDRESS = re.compile(r"[a-z][a-z0-9]*(?:\+[a-z0-9_]+)?://\S+")
_COURSE = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


@dataclass(frozen=True)
class CourseSettings:
    """One course of the hub.

    Parameters
    ----------
    name
        The name of its folder, and its name in addresses.
    title
        What people read.
    assignments
        What is released in it, from ``sources``; everything there when empty.
    most_attempts
        How often one person may hand in one assignment; 0 for no limit.
    wait_seconds
        How long to wait between two attempts.
    after_due
        Whether something may be handed in after the due date.
    db_url
        The gradebook; a file in the course's folder when empty.
    """

    name: str
    title: str = ""
    assignments: tuple[str, ...] = ()
    most_attempts: int = 0
    wait_seconds: float = 0.0
    after_due: bool = True
    db_url: str = ""


@dataclass(frozen=True)
class HubSettings:
    """What ``hub.yaml`` says, with its defaults.

    Parameters
    ----------
    address, port
        Where the hub listens. The default can be reached from this machine only.
    base_url
        Where the hub begins in addresses.
    accounts
        How people log in: ``codes``, ``pam``, ``shared-password``, or the name of an Authenticator class.
    account
        The Unix account that the hub's services run as; it is made where it is missing.
    sources
        The folder of the assignments with their hidden tests.
    walls
        What stands around learners' code: ``auto``, or a name that `kit grade --walls` knows.
    jobs
        How many submissions are graded at once.
    memory_mb, processes, processors
        The most that one person may use; 0 megabytes for no limit of any kind, 0 processors for all.
    server_minutes, kernel_minutes
        After how long without work a server and a kernel are ended.
    preload
        What the server of the warm kernels loads; what the lessons import when left out.
    make_homes
        Whether Unix accounts are made for people of the roster who have none.
    news
        The message of the day.
    extra
        A file with further JupyterHub configuration, which has the last word.
    """

    address: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "/"
    accounts: str = "codes"
    account: str = "bitacora-hub"
    sources: str = ""
    walls: str = "auto"
    jobs: int = 2
    memory_mb: int = 2048
    processes: int = 512
    processors: float = 0.0
    server_minutes: float = 60.0
    kernel_minutes: float = 30.0
    preload: tuple[str, ...] | None = None
    make_homes: bool = True
    news: str = ""
    extra: str = ""
    certificate: str = ""
    key: str = ""
    courses: tuple[CourseSettings, ...] = field(default_factory=tuple)

    def course(self, name: str) -> CourseSettings:
        """Return the settings of a course that is there."""
        return next(course for course in self.courses if course.name == name)


_NAMES = set(HubSettings.__dataclass_fields__)


def read_settings(path: Path) -> HubSettings:
    """Read ``hub.yaml``.

    Raises
    ------
    KitError
        With everything that is wrong in it.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise KitError(
            _("this folder is no hub yet"),
            where=path.parent,
            fix=_("Make it one: kit hub new {folder}").format(folder=path.parent),
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        mark = getattr(err, "problem_mark", None)
        raise KitError(
            _("this is not YAML ({reason})").format(reason=getattr(err, "problem", None) or err),
            where=f"{path}, line {mark.line + 1}" if mark else path,
            fix=_("Correct it"),
        ) from None
    if not isinstance(data, dict):
        raise KitError(
            _("this is not a table of names and values"), where=path, fix=_("Write 'port: 8000'")
        )
    return parse_settings(data, where=str(path))


def parse_settings(data: Mapping[str, Any], *, where: str = "hub.yaml") -> HubSettings:
    """Make settings of a table.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.

    Examples
    --------
    >>> parse_settings({"port": 9000, "courses": {"ai": {"title": "AI"}}}).courses[0].title
    'AI'
    """
    checker = TermsChecker(data, where)
    checker.unknown(_NAMES)
    defaults = HubSettings()
    values: dict[str, Any] = {}
    for name, least in (
        ("port", 1),
        ("jobs", 1),
        ("memory_mb", 0),
        ("processes", 32),
        ("processors", 0),
        ("server_minutes", 0.05),
        ("kernel_minutes", 0.05),
    ):
        if name in data:
            number = checker.number(name, least=least)
            is_whole = isinstance(getattr(defaults, name), int)
            values[name] = int(number) if is_whole else number
    for name in ("address", "base_url", "accounts", "account", "sources", "walls", "extra"):
        if name in data:
            values[name] = checker.text(name)
    for name in ("certificate", "key"):
        if name in data:
            values[name] = checker.text(name)
    if "news" in data:
        values["news"] = str(data["news"] or "")
    if "make_homes" in data:
        values["make_homes"] = _read_flag(checker, data, "make_homes")
    if "preload" in data:
        values["preload"] = checker.texts("preload", empty=True)
    accounts = values.get("accounts", defaults.accounts)
    if accounts not in ACCOUNTS and not _CLASS.fullmatch(accounts):
        checker.complain(
            _("'accounts' is {value!r}").format(value=accounts),
            _("Choose one of {known}, or name an Authenticator class of JupyterHub").format(
                known=", ".join(ACCOUNTS)
            ),
        )
    if bool(values.get("certificate")) != bool(values.get("key")):
        checker.complain(_("'certificate' and 'key' belong together"), _("Give both, or none"))
    values["courses"] = _read_courses(checker, data.get("courses", {}))
    checker.finish()
    base = values.get("base_url", "/").strip("/")
    values["base_url"] = f"/{base}/" if base else "/"
    return HubSettings(**values)


def _read_flag(checker: TermsChecker, data: Mapping[str, Any], name: str) -> bool:
    if not isinstance(data[name], bool):
        checker.complain(
            _("'{name}' is {value!r}").format(name=name, value=data[name]),
            _("Write true or false"),
        )
    return bool(data[name])


def _read_courses(checker: TermsChecker, table: Any) -> tuple[CourseSettings, ...]:
    if not isinstance(table, dict) or not table:
        checker.complain(
            _("'courses' is missing or not a table"), _("Write 'courses: {name: {title: ...}}'")
        )
        return ()
    found = []
    for name, given in table.items():
        values = given or {}
        if not _COURSE.fullmatch(str(name)) or not isinstance(values, dict):
            checker.complain(
                _("{name!r} can not be a course").format(name=name),
                _("Use small letters, digits and -, and a table of settings"),
            )
            continue
        inner = TermsChecker(values, f"{checker.where}, courses.{name}")
        fields = CourseSettings.__dataclass_fields__
        inner.unknown(set(fields) - {"name"})
        attempts = inner.number("most_attempts") if "most_attempts" in values else 0
        wait = inner.number("wait_seconds") if "wait_seconds" in values else 0.0
        db_url = str(values.get("db_url") or "")
        if db_url and not _ADDRESS.fullmatch(db_url):
            # Not repeated: there may be a password in it.
            inner.complain(
                _("'db_url' is no address of a gradebook"), _("Write postgresql://user@host/name")
            )
        found.append(
            CourseSettings(
                name=str(name),
                title=str(values.get("title") or name),
                assignments=inner.texts("assignments", empty=True),
                most_attempts=int(attempts),
                wait_seconds=wait,
                after_due=_read_flag(inner, values, "after_due") if "after_due" in values else True,
                db_url=db_url,
            )
        )
        checker.errors += inner.errors
    return tuple(found)
