"""Making a hub's folder ready: its parts, accounts, what learners get, courses and assignments."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.folders import Replacement, copy_files
from kit.hub.accounts import make_account, missing_accounts, own_folder, refuse_system_accounts
from kit.hub.codes import SHARED, add_codes, read_hashes
from kit.hub.folder import content_digest
from kit.hub.namespace import is_readable_by_all
from kit.hub.people import Person, read_people
from kit.hub.place import Place
from kit.hub.settings import CourseSettings, HubSettings, read_settings
from kit.i18n import gettext as _
from kit.workspace.content import CLONE, WELCOME, find_content, is_clone

EXAMPLE = Path(__file__).parent / "example"
GENERATED = "# Generated from hub.yaml by kit hub start: change db_url there.\n"


def make_hub(root: Path) -> None:
    """Make the folder of a new hub, with settings and a roster to change.

    Raises
    ------
    KitError
        If there is one already.
    """
    place = Place(root)
    if place.settings.exists():
        raise KitError(_("this is a hub already"), where=root, fix=_("Edit hub.yaml in it"))
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    for name in ("hub.yaml", "roster.csv"):
        if not (root / name).exists():
            shutil.copyfile(EXAMPLE / name, root / name)


def prepare_hub(
    root: Path, say: Callable[[str], None], *, accounts: bool = True
) -> tuple[HubSettings, tuple[Person, ...]]:
    """Make everything that a hub needs before it starts; what is there stays.

    Parameters
    ----------
    root
        The folder of the hub.
    say
        Called with a sentence for each thing that was made.
    accounts
        Make Unix accounts and log-in codes; another hub does that where the kit stands beside one.

    Raises
    ------
    KitError
        If settings or roster are wrong, or something can not be made.
    """
    place = Place(root)
    settings = read_settings(place.settings)
    people = read_people(place.roster, [course.name for course in settings.courses])
    check_place(root)
    ids = [person.id for person in people]
    refuse_system_accounts(ids)
    _make_accounts(settings, people if accounts else (), say)
    _make_folders(place, settings)
    if accounts:
        _make_codes(place, settings, people, say)
    _make_courses(place, settings, people, say)
    _make_content(place, settings)
    _make_jupyter(place, settings)
    return settings, people


def check_place(root: Path) -> None:
    """Refuse to run as somebody who can not become other people, or where those could read nothing.

    Raises
    ------
    KitError
        With what to do.
    """
    if sys.platform != "linux" or os.getuid() != 0:
        raise KitError(
            _("a hub for several people needs Linux and the rights of the administrator"),
            fix=_("Start it with sudo: sudo {kit} hub start {root}").format(
                kit=f"{Path(sys.executable).parent}/kit", root=root
            ),
        )
    if not is_readable_by_all(root.resolve()):
        raise KitError(
            _("others can not enter this folder"),
            where=root,
            fix=_("Choose another, such as /srv/bitacora"),
        )
    longest = len(os.fsencode(root / "run")) + 50
    if longest > 107:
        raise KitError(
            _("the path of this folder is too long for sockets"),
            where=root,
            fix=_("Choose a shorter one, such as /srv/bitacora"),
        )


def _make_accounts(
    settings: HubSettings, people: Sequence[Person], say: Callable[[str], None]
) -> None:
    for name in missing_accounts([settings.account]):
        make_account(name, system=True)
        say(_("Made the account {name} for the hub's own services.").format(name=name))
    missing = missing_accounts(person.id for person in people)
    if missing and not settings.make_homes:
        raise KitError(
            _("there are no Unix accounts for: {names}").format(names=", ".join(missing)),
            fix=_("Make them, or write 'make_homes: true' in hub.yaml"),
        )
    for name in missing:
        make_account(name)
    if missing:
        say(_("Made Unix accounts: {names}").format(names=", ".join(missing)))


def _make_folders(place: Place, settings: HubSettings) -> None:
    for folder, mode in (
        (place.state, 0o700),
        (place.log, 0o700),
        (place.public, 0o755),
        (place.kernels, 0o755),
    ):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    for folder in (place.courses, place.inbox, place.queue):
        own_folder(folder, settings.account)
    for secret in (place.people, place.codes):
        if secret.exists():
            secret.chmod(0o600)
    # The address of a gradebook may hold a password. The services read the file again when it changes.
    os.chown(place.settings, 0, pwd.getpwnam(settings.account).pw_gid)
    place.settings.chmod(0o640)


def _make_codes(
    place: Place,
    settings: HubSettings,
    people: Sequence[Person],
    say: Callable[[str], None],
) -> None:
    if settings.accounts not in ("codes", "shared-password"):
        return
    shared = settings.accounts == "shared-password"
    ids = [person.id for person in people if not (shared and person.role == "student")]
    wanted = [*ids, *([SHARED] if shared else [])]
    new = add_codes(wanted, hashes=place.state / "codes.json", sheet=place.codes)
    if new:
        say(
            _("Made {n} log-in codes. Hand them out, then delete the file: {path}").format(
                n=len(new), path=place.codes
            )
        )


def _make_courses(
    place: Place,
    settings: HubSettings,
    people: Sequence[Person],
    say: Callable[[str], None],
) -> None:
    sources = find_sources(settings)
    for course in settings.courses:
        folder = place.course(course.name)
        own_folder(folder, settings.account)
        _write_if_changed(folder / "groups.csv", _groups(course, people))
        _point_to_gradebook(folder / "nbgrader_config.py", course.db_url)
        own_tree(folder, settings.account)
        names = course.assignments or tuple(sorted(sources))
        unknown = [
            name
            for name in names
            if name not in sources and not (folder / "source" / name).is_dir()
        ]
        if unknown:
            raise KitError(
                _("the course {course} names assignments that are not there: {names}").format(
                    course=course.name, names=", ".join(unknown)
                ),
                where=place.settings,
                fix=_("The assignments are: {known}").format(known=", ".join(sorted(sources))),
            )
        for name in names:
            # Released once; later on a mentor decides, with kit hub release.
            if not (folder / "release" / name).is_dir():
                release(place, settings, course.name, sources.get(name, name))
                say(_("Released {name} in {course}.").format(name=name, course=course.name))


def _point_to_gradebook(path: Path, db_url: str) -> None:
    """Tell a course where its gradebook is, in nbgrader's own words; a file that somebody wrote stays."""
    ours = not path.exists() or path.read_text(encoding="utf-8").startswith(GENERATED)
    if db_url and not ours:
        raise KitError(
            _("this course has a configuration of its own, and hub.yaml names a gradebook for it"),
            where=path,
            fix=_("Write c.CourseDirectory.db_url into this file, and take db_url out of hub.yaml"),
        )
    if db_url:
        line = f"{GENERATED}c = get_config()\nc.CourseDirectory.db_url = {db_url!r}\n"
        _write_if_changed(path, line)
    elif ours:
        path.unlink(missing_ok=True)


def find_sources(settings: HubSettings) -> dict[str, Path]:
    """Return name → folder of the assignments that can be released."""
    top = Path(settings.sources) if settings.sources else CLONE / "assignments"
    if settings.sources and not top.is_dir():
        raise KitError(_("there is no such folder"), where=top, fix=_("Correct 'sources'"))
    return {path.parent.name: path.parent for path in sorted(top.glob("*/assignment.yaml"))}


def release(
    place: Place, settings: HubSettings, course: str, assignment: str | Path, **options: Any
) -> None:
    """Release an assignment in a course of the hub, as `kit release` does, and offer it to learners."""
    from kit.grading.course import load_course
    from kit.grading.gradebook import visiting_as
    from kit.grading.publication import publish_assignment

    folder = place.course(course)
    with visiting_as(pwd.getpwnam(settings.account).pw_uid):
        publish_assignment(load_course(folder, new=True), assignment, **options)
    own_tree(folder, settings.account)


def release_again(root: Path, course: str, assignment: str, *, force: bool = False) -> None:
    """Release one assignment of a running hub, and offer it to learners.

    Raises
    ------
    KitError
        If there is no such course, or it can not be released.
    """
    place = Place(root)
    check_place(root)
    settings = read_settings(place.settings)
    if course not in [known.name for known in settings.courses]:
        raise KitError(
            _("there is no course {name!r}").format(name=course),
            where=place.settings,
            fix=_("The courses are: {known}").format(
                known=", ".join(known.name for known in settings.courses)
            ),
        )
    folder = Path(assignment)
    known = folder if folder.is_dir() else find_sources(settings).get(assignment, assignment)
    release(place, settings, course, known, force=force)
    _make_content(place, settings)


def renew_codes(root: Path, ids: Sequence[str]) -> dict[str, str]:
    """Give new log-in codes to people who lost theirs.

    Raises
    ------
    KitError
        If somebody is not in the roster, or the hub uses no codes.
    """
    place = Place(root)
    check_place(root)
    hashes = place.state / "codes.json"
    present = read_hashes(hashes)
    unknown = [id_ for id_ in ids if id_ not in present]
    if unknown:
        raise KitError(
            _("these have no log-in code here: {names}").format(names=", ".join(unknown)),
            where=place.roster,
            fix=_("Add them to the roster and start the hub again"),
        )
    return add_codes(present, hashes=hashes, sheet=place.codes, again=ids)


def _groups(course: CourseSettings, people: Sequence[Person]) -> str:
    lines = [
        f"{person.id},{person.site},{person.language}"
        for person in people
        if person.role == "student" and person.takes_part(course.name)
    ]
    return "\n".join(["id,group,language", *lines]) + "\n"


def _make_content(place: Place, settings: HubSettings) -> None:
    """Write what learners get: the lessons, and the release version of each assignment of a course."""
    content = find_content()
    with Replacement(place.learner) as fresh:
        for name, data in content.files.items():
            if name.startswith("courses/") or name == WELCOME:
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        for course in settings.courses:
            released = place.course(course.name) / "release"
            for folder in sorted(released.iterdir()) if released.is_dir() else []:
                files = {
                    f"assignments/{folder.name}/{path.relative_to(folder)}": path
                    for path in folder.rglob("*")
                    if path.is_file()
                }
                copy_files(files, fresh)
    _open_tree(place.learner)
    titles = json.dumps(_read_titles(), ensure_ascii=False)
    _write_if_changed(place.public / "titles.json", titles + "\n")
    (place.public / "titles.json").chmod(0o644)
    (place.public / "digest").write_text(content_digest(place.learner), encoding="utf-8")
    (place.public / "digest").chmod(0o644)


def _read_titles() -> dict[str, str]:
    """Return course → title, of the courses of a clone."""
    import yaml

    found = {}
    for path in sorted((CLONE / "courses").glob("*/course.yaml")):
        about = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.parent.name] = str(about.get("title", path.parent.name))
    return found


def _make_jupyter(place: Place, settings: HubSettings) -> None:
    """Write the settings of everybody's JupyterLab, where nobody but root can change them."""
    from kit.workspace.lab import prepare_lab

    with Replacement(place.jupyter) as fresh:
        prepare_lab(fresh, browser=False)
        made = fresh / ".kit" / "jupyter"
        for path in sorted(made.iterdir()):
            path.rename(fresh / path.name)
        shutil.rmtree(fresh / ".kit")
        shutil.rmtree(fresh / "jupyter_server_config.d", ignore_errors=True)
        (fresh / "jupyter_server_config.json").write_text(
            json.dumps(_server_settings(settings), indent=1) + "\n", encoding="utf-8"
        )
        shutil.copytree(
            Path(__file__).parent / "labextension", fresh / "labextensions" / "bitacora-hub"
        )
    _open_tree(place.jupyter)


def _server_settings(settings: HubSettings) -> dict[str, Any]:
    wanted = dict.fromkeys(
        (
            "jupyterlab",
            "jupyter_server_terminals",
            "kit.hub.learner",
            "kit.workspace.timekeeping",
        ),
        True,
    )
    # The operator's server has the kernels. The rest is for mentors, or for nobody here.
    unwanted = [
        "kit.kernels.extension",
        "jupyter_lsp",
        "notebook_shim",
        "nbclassic",
        "notebook",
        "nbgrader.server_extensions.formgrader",
        "nbgrader.server_extensions.validate_assignment",
        "nbgrader.server_extensions.assignment_list",
        "nbgrader.server_extensions.course_list",
    ]
    return {
        "ServerApp": {"jpserver_extensions": {**wanted, **dict.fromkeys(unwanted, False)}},
        "MappingKernelManager": {
            "cull_idle_timeout": int(settings.kernel_minutes * 60),
            "cull_interval": max(1, min(60, int(settings.kernel_minutes * 60))),
        },
        # How often a server tells the hub of work: so often that nobody who works is taken for idle.
        "JupyterHubSingleUser": {
            "hub_activity_interval": max(1, min(300, int(settings.server_minutes * 15)))
        },
        "FileContentsManager": {"always_delete_dir": True},
    }


def own_tree(folder: Path, account: str) -> None:
    """Give a folder with everything in it to an account; links are not followed."""
    entry = pwd.getpwnam(account)
    for top, names, files in os.walk(folder):
        for path in (top, *(os.path.join(top, name) for name in (*names, *files))):  # noqa: PTH118
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _open_tree(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _write_if_changed(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def hidden_folders() -> list[Path]:
    """Return what people of the hub must not see where the kit runs from a clone."""
    return [CLONE / "assignments", CLONE / ".git"] if is_clone(CLONE) else []
