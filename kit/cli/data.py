"""`kit data`: the ocean data sets: list, fetch, verify, mirror, pack."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext

if TYPE_CHECKING:
    from kit.ocean.catalogue import Entry

EXAMPLES = """
\b
Examples:
  kit data list                          every data set, and whether it is here
  kit data list enso-indices             all that is known about one
  kit data fetch argo-5906072            bring one to this machine
  kit data fetch --all                   bring all, for a class without network
  kit data verify                        check all copies on this machine
  kit data mirror /media/stick/ocean     copy all to a USB stick
  kit data pack ocean.zip                one archive of what may be passed on
"""

names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")


@click.group(epilog=EXAMPLES)
def data() -> None:
    """List, fetch and check the ocean data sets of the lessons.

    A file is looked for in the mirror (the folder or web address in KIT_DATA_MIRROR), in the cache
    (KIT_DATA_CACHE, or the user's cache folder), and in the network (not with KIT_DATA_OFFLINE=1).
    """


@data.command("list")
@names_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def list_(names: tuple[str, ...], form: str) -> None:
    """List the data sets; with a NAME, all that is known about it."""
    from kit.ocean.catalogue import find_entries, load_catalogue

    entries = find_entries(names) if names else list(load_catalogue().values())
    if form == "json":
        described = {entry.name: _describe(entry) for entry in entries}
        click.echo(json.dumps(described, ensure_ascii=False, indent=1))
    elif names:
        for entry in entries:
            _print_entry(entry)
    else:
        _print_table(entries)


@data.command()
@names_argument
@click.option("--all", "everything", is_flag=True, help="All of them but those of tier C.")
def fetch(names: tuple[str, ...], everything: bool) -> None:
    """Bring data sets to this machine, and check them.

    A data set whose licence is in doubt (tier C) comes only by its name.
    """
    from kit.ocean.collection import fetch_entries

    fetch_entries(_choose(names, everything), tell=_tell_done)


@data.command()
@names_argument
def verify(names: tuple[str, ...]) -> None:
    """Check the copies on this machine: bytes, then dates, units, shape and ranges.

    The exit code is 1 if a copy is wrong, if a NAME has none, or if there is no copy of anything.
    """
    from kit.ocean.catalogue import find_entries, load_catalogue
    from kit.ocean.collection import verify_entry

    entries = find_entries(names) if names else list(load_catalogue().values())
    verdicts = [verify_entry(entry) for entry in entries]
    signs = {"good": ("✓", "green"), "absent": ("○", None), "wrong": ("✗", "red")}
    for verdict in verdicts:
        sign, colour = signs[verdict.state]
        note = {
            "good": _("good ({places})").format(places=", ".join(verdict.origins)),
            "absent": _("no copy here"),
            "wrong": verdict.reason,
        }[verdict.state]
        click.echo(f"{click.style(sign, fg=colour)} {verdict.entry.name}: {note}")
    count = {
        state: sum(verdict.state == state for verdict in verdicts)
        for state in ("good", "wrong", "absent")
    }
    click.echo(_("{good} good, {wrong} wrong, {absent} not here").format(**count))
    if count["wrong"] or not count["good"] or (names and count["absent"]):
        sys.exit(1)


@data.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@names_argument
def mirror(folder: Path, names: tuple[str, ...]) -> None:
    """Copy data sets into FOLDER, for a class without network.

    Without a NAME: all but those of tier C. Then set KIT_DATA_MIRROR to that folder.
    """
    from kit.ocean.collection import write_mirror

    write_mirror(folder, _choose(names, not names), tell=_tell_done)
    click.echo(_("Use it with: KIT_DATA_MIRROR={folder}").format(folder=folder.absolute()))


@data.command()
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))
@names_argument
def pack(archive: Path, names: tuple[str, ...]) -> None:
    """Write what may be passed on into one ARCHIVE (.zip or .tar.gz), with the licences.

    Unpacked, it is a mirror. Data sets of tier C are left out.
    """
    from kit.ocean.collection import pack_entries

    wanted = _choose(names, not names)
    packed = pack_entries(archive, wanted)
    for entry in wanted:
        if entry not in packed:
            click.echo(_("left out: {name}: {doubt}").format(name=entry.name, doubt=entry.doubt))
    size = archive.stat().st_size
    done = ngettext("{n} data set, {size}", "{n} data sets, {size}", len(packed))
    click.echo(f"{archive}: " + done.format(n=len(packed), size=_size(size)))


def _choose(names: tuple[str, ...], everything: bool) -> list[Entry]:
    from kit.ocean.catalogue import find_entries, load_catalogue
    from kit.ocean.collection import default_entries

    if not names and not everything:
        raise click.UsageError(_("Name a data set, or say --all. List them with: kit data list"))
    chosen = find_entries(names)
    for entry in chosen:
        if entry.doubt:
            _note(_("licence in doubt: {name}: {doubt}").format(name=entry.name, doubt=entry.doubt))
    if everything:
        chosen += [entry for entry in default_entries() if entry not in chosen]
        skipped = [each.name for each in load_catalogue().values() if each not in chosen]
        if skipped:
            _note(
                _("not taken along, since the licence is in doubt: {names}").format(
                    names=", ".join(skipped)
                )
            )
    return chosen


def _note(text: str) -> None:
    click.secho(text, fg="yellow", err=True)


def _tell_done(entry: Entry) -> None:
    click.echo(f"✓ {entry.name} ({_size(entry.bytes)})")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def _here(entry: Entry) -> str:
    """Say where the files are, by name only: the hashes are for `kit data verify`."""
    from kit.ocean.store import cache_folder, mirror_folder

    for word, folder in ((_("mirror"), mirror_folder()), (_("cache"), cache_folder())):
        if folder is not None and all((folder / file.name).is_file() for file in entry.files):
            return word
    return "-"


def _print_table(entries: list[Entry]) -> None:
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        click.echo(
            f"{entry.name:<{width}}  {entry.tier}  {_size(entry.bytes):>8}  {_here(entry):<7} "
            f"{entry.title}"
        )
    total = _size(sum(entry.bytes for entry in entries))
    click.echo(
        "\n"
        + _(
            "{n} data sets, {total}. Tier A: clean licence. B: public data from a package under a "
            "copyleft licence. C: licence in doubt, comes only by its name."
        ).format(n=len(entries), total=total)
    )


def _print_entry(entry: Entry) -> None:
    click.secho(f"{entry.name}: {entry.title}", bold=True)
    click.echo("  " + _("licence, tier {tier}: {text}").format(tier=entry.tier, text=entry.licence))
    if entry.doubt:
        click.echo("  " + _("in doubt: {text}").format(text=entry.doubt))
    click.echo("  " + _("cite as: {text}").format(text=entry.citation))
    for defect in entry.defects:
        click.echo("  " + _("know this: {text}").format(text=defect))
    for file in entry.files:
        click.echo(f"  {file.name} ({_size(file.bytes)}, SHA-256 {file.sha256})")
        click.echo(f"    {file.urls[0]}")
    for name, variable in entry.holds.variables.items():
        units = f" {variable.units}" if variable.units else ""
        low, high = variable.range or ("", "")
        click.echo(f"  {name}: {low} … {high}{units}")


def _describe(entry: Entry) -> dict[str, Any]:
    return {
        "title": dict(entry.titles),
        "tier": entry.tier,
        "licence": entry.licence,
        "doubt": entry.doubt,
        "citation": entry.citation,
        "defects": list(entry.defects),
        "files": [
            {
                "name": file.name,
                "url": file.urls[0],
                "commit": file.commit,
                "bytes": file.bytes,
                "sha256": file.sha256,
            }
            for file in entry.files
        ],
        "sizes": dict(entry.holds.sizes),
        "variables": {
            name: {"units": each.units, "range": each.range}
            for name, each in entry.holds.variables.items()
        },
        "here": _here(entry),
    }
