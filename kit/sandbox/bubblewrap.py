"""The first tier: what bubblewrap is told to build."""

from __future__ import annotations

from collections.abc import Mapping

from kit.sandbox.inside import HOME, UID, WORK, Layout


def make_arguments(
    layout: Layout,
    *,
    sources: Mapping[str, str],
    scratch: str,
    sockets: tuple[str, str] | None,
    env: Mapping[str, str],
    filter_fd: int,
    status_fd: int,
    close_namespaces: bool,
    files: Mapping[str, str],
) -> list[str]:
    """Return bubblewrap's options.

    Parameters
    ----------
    layout
        What is shown.
    sources
        Where each shown path really lies, for those that were made readable in another place.
    scratch
        The folder that holds everything writable: ``work``, ``home``, ``tmp`` and ``shm``.
    sockets
        A folder that is shown writable, for sockets: where it lies, and where it is shown.
    env
        The environment of the command.
    filter_fd, status_fd
        Descriptors of the seccomp filter and of bubblewrap's own report.
    close_namespaces
        Whether new user namespaces are forbidden inside.
    files
        Where the small files of the layout lie.
    """
    arguments = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    if close_namespaces:
        arguments.append("--disable-userns")
    arguments += ["--cap-drop", "ALL", "--uid", str(UID), "--gid", str(UID), "--hostname", "walls"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    places = [
        (f"{scratch}/shm", "/dev/shm", "--bind"),
        (f"{scratch}/work", WORK, "--bind"),
        (f"{scratch}/home", HOME, "--bind"),
        (f"{scratch}/tmp", "/tmp", "--bind"),
        *((sources.get(path, path), path, "--ro-bind") for path in layout.shown),
        *((source, path, "--ro-bind") for path, source in files.items()),
    ]
    if sockets is not None:
        places.append((*sockets, "--bind"))
    # A folder is mounted before what lies below it.
    for source, path, option in sorted(places, key=lambda place: place[1].count("/")):
        arguments += [option, source, path]
    for path, target in layout.links:
        arguments += ["--symlink", target, path]
    # Otherwise the root itself takes files, up to half of the machine's memory.
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK]
    arguments += ["--seccomp", str(filter_fd), "--json-status-fd", str(status_fd), "--clearenv"]
    for name, value in env.items():
        arguments += ["--setenv", name, value]
    return arguments
