"""`kit desk`: the mentor's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kit.i18n import gettext as _


@click.command(short_help="Mark in the browser.")
@click.option(
    "--course",
    "course_dir",
    required=True,
    type=click.Path(path_type=Path),
    help="The course directory (any nbgrader course that kit grade graded).",
)
@click.option(
    "--mentor",
    "mentors",
    multiple=True,
    metavar="NAME",
    help="Who marks; may be repeated, and each gets an address. Your user name when left out.",
)
@click.option("--port", default=0, show_default=_("any that is free"), help="Where to listen.")
@click.option(
    "--address", default="127.0.0.1", show_default=True, help="The network address to listen on."
)
@click.option(
    "--socket", type=click.Path(path_type=Path), help="Listen on this Unix socket instead."
)
@click.option(
    "--base-url",
    default="/",
    show_default=True,
    help="The part of the address that is not the desk's own.",
)
@click.option(
    "--token",
    envvar="KIT_DESK_TOKEN",
    help="The token of a single mentor, for programs that start the desk. A new one when left out.",
)
@click.option("--mentor-group", "mentor_groups", multiple=True, metavar="GROUP", hidden=True)
@click.option("--student-group", "student_groups", multiple=True, metavar="GROUP", hidden=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def desk(
    course_dir: Path,
    mentors: tuple[str, ...],
    port: int,
    address: str,
    socket: Path | None,
    base_url: str,
    token: str | None,
    mentor_groups: tuple[str, ...],
    student_groups: tuple[str, ...],
    browser: bool,
) -> None:
    """Open the page on which a mentor marks.

    It shows who needs a look, lets you mark one question across the class by keyboard, answers appeals, and
    writes the feedback pages. Marks go to gradebook.db, as with nbgrader's formgrader. Keep the printed
    address to yourself: whoever has it can mark.

    \b
    Examples:
      kit desk --course ai-2027
      kit desk --course ai-2027 --mentor ana --mentor ben --port 8899
    """
    import getpass

    from kit.desk import make_app, serve
    from kit.desk.access import Access, HubAccess, TokenAccess, hub_prefix
    from kit.desk.server import hub_place
    from kit.grading.course import load_course

    course = load_course(course_dir)
    prefix = hub_prefix()
    access: Access
    if prefix is not None:
        name = course.course_id or course.root.name
        access = HubAccess(
            mentor_groups or (f"mentors-{name}", f"formgrade-{name}"),
            student_groups or (f"students-{name}", f"nbgrader-{name}"),
        )
        address, port = hub_place()
        app = make_app(course, access, base_url=prefix)
        serve(app, port=port, address=address, socket=socket)
        return
    names = mentors or (getpass.getuser(),)
    access = (
        TokenAccess({token: names[0]})
        if token and len(names) == 1
        else TokenAccess.for_names(names)
    )
    app = make_app(course, access, base_url=base_url)
    tokens: dict[str, str] = dict(access.mentors)

    def ready(used: int) -> None:
        _tell(tokens, address, used, app.settings["base_url"], socket, browser)

    serve(app, port=port, address=address, socket=socket, ready=ready)


def _tell(
    tokens: dict[str, str], address: str, port: int, base: str, socket: Path | None, browser: bool
) -> None:
    if socket is not None:
        click.echo(_("The desk listens on {socket}").format(socket=socket))
        return
    host = f"[{address}]" if ":" in address else address
    addresses: dict[str, Any] = {
        name: f"http://{host}:{port}{base}?token={token}" for token, name in tokens.items()
    }
    for name, one in addresses.items():
        click.echo(f"{name}: {one}" if len(addresses) > 1 else one)
    click.echo(_("Stop with Ctrl-C."))
    if browser and len(addresses) == 1:
        import webbrowser

        webbrowser.open(next(iter(addresses.values())))
