"""Unix accounts: making those that the roster names, and becoming the hub's own."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterable

from kit.errors import KitError
from kit.i18n import gettext as _

FIRST_UID = 1000


def missing_accounts(names: Iterable[str]) -> list[str]:
    """Return the names that no account of this machine has."""
    return [name for name in names if not has_account(name)]


def has_account(name: str) -> bool:
    """Say whether this machine has an account of this name."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def refuse_system_accounts(names: Iterable[str]) -> None:
    """Refuse a roster that would give somebody the account of a service or of root.

    Raises
    ------
    KitError
        With the names.
    """
    taken = [name for name in names if has_account(name) and pwd.getpwnam(name).pw_uid < FIRST_UID]
    if taken:
        raise KitError(
            _("these ids are accounts of the system: {names}").format(names=", ".join(taken)),
            fix=_("Choose other ids in the roster"),
        )


def make_account(name: str, *, system: bool = False) -> None:
    """Make a Unix account without a password; nobody but the hub can log in to it.

    Raises
    ------
    KitError
        If it can not be made.
    """
    kind = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    person = ["--create-home", "--shell", "/bin/bash"]
    command = ["useradd", "--user-group", *(kind if system else person), name]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as err:
        reason = getattr(err, "stderr", "") or str(err)
        raise KitError(
            _("the account {name} can not be made ({reason})").format(
                name=name, reason=reason.strip()
            ),
            fix=_("Make it yourself: sudo {command}").format(command=" ".join(command)),
        ) from err
    if not system:
        os.chmod(pwd.getpwnam(name).pw_dir, 0o700)  # noqa: PTH101


def own_folder(path: str | os.PathLike[str], account: str, mode: int = 0o700) -> None:
    """Make a folder that belongs to an account."""
    os.makedirs(path, exist_ok=True)  # noqa: PTH103
    entry = pwd.getpwnam(account)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    os.chmod(path, mode)  # noqa: PTH101


def become_account(name: str) -> None:
    """Give up root for an account, for good, and end when the parent ends.

    The parent is the hub: where it was killed, a new one starts its services again.
    """
    from kit.hub.nursery import become
    from kit.sandbox.syscalls import die_with_parent

    parent = os.getppid()
    entry = pwd.getpwnam(name)
    become(entry.pw_uid, entry.pw_gid, [entry.pw_gid])
    os.environ["HOME"] = "/"
    os.environ["USER"] = name
    # What a service holds lies on the disk: it ends at once, however it is asked.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    die_with_parent()
    if os.getppid() != parent:
        sys.exit(0)


def main(arguments: list[str]) -> None:
    """``python -m kit.hub.accounts NAME COMMAND ...``: run a command as an account."""
    become_account(arguments[0])
    os.execvp(arguments[1], arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
