"""Write kit/locale/kit.pot, the list of every string of the kit that can be translated, and compile catalogues.

Calls of gettext are found in the text. The help of the commands and the sentences of the rules are looked up
when they are shown, so they are asked of the commands and the rules themselves.

Run it with ``make messages`` after a string changed. It notes the files in which a string stands but no line
numbers and no date, so that the list changes only when a string does.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kit.authoring.registry import rules_for
from kit.cli import COMMANDS, GROUPS, _kit
from kit.cli.help import help_strings

REPO = Path(__file__).resolve().parent.parent
POT = REPO / "kit" / "locale" / "kit.pot"
HEADER = "# Generated from kit/ by tools/messages.py: run `make messages`, and do not edit."
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def extract_messages(package: Path, looked_up: Iterable[tuple[str, str]] = ()) -> str:
    """Return the text of the template for every string below a package.

    ``looked_up`` are further strings, each with the file that it stands in.
    """
    catalog = Catalog(project="bitacora-kit", version="source", header_comment=HEADER, fuzzy=False)
    found = extract_from_dir(
        package,
        method_map=[("_content/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")],
        keywords=KEYWORDS,
        comment_tags=(),
    )
    for name, line, message, _comments, context in sorted(
        found, key=lambda each: (str(each[0]), each[1])
    ):
        place = f"{package.name}/{Path(name).as_posix()}"
        catalog.add(message, locations=[(place, line)], context=context)
    for place, message in looked_up:
        catalog.add(message, locations=[(place, 0)])
    stream = io.BytesIO()
    write_po(stream, catalog, include_lineno=False, sort_by_file=True, width=100)
    lines = stream.getvalue().decode().splitlines(keepends=True)
    # Names of people are for catalogues, dates and Babel's version for nobody.
    unwanted = ("-Date: ", "Generated-By: ", "Last-Translator: ", "Language-Team: ", "Report-Msgid")
    return "".join(line for line in lines if not any(word in line for word in unwanted))


def strings_looked_up() -> Iterator[tuple[str, str]]:
    """Yield the file and the text of what stands in no call of gettext."""
    for text in (*help_strings(_kit), *GROUPS, *(line for _module, line in COMMANDS.values())):
        yield "kit/cli/__init__.py", text
    for name, (module, _line) in COMMANDS.items():
        found = importlib.import_module(f"kit.cli.{module}")
        for text in help_strings(getattr(found, name.replace("-", "_"))):
            yield f"kit/cli/{module}.py", text
    for each in {
        each.name: each for kind in ("lesson", "assignment") for each in rules_for(kind)
    }.values():
        yield f"{each.check.__module__.replace('.', '/')}.py", each.asks


def read_catalogue(path: Path) -> Catalog:
    """Return a catalogue that somebody translated."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    # Babel would write the present in here, and every run would make another file.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return catalogue


def compile_catalogue(catalogue: Catalog) -> bytes:
    """Return what gettext reads."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def main() -> None:
    """Write the template, and compile every catalogue beside it."""
    POT.parent.mkdir(parents=True, exist_ok=True)
    POT.write_text(
        extract_messages(REPO / "kit", strings_looked_up()), encoding="utf-8", newline="\n"
    )
    print(f"{POT.relative_to(REPO)} written")
    for path in sorted(POT.parent.glob("*/LC_MESSAGES/kit.po")):
        compiled = path.with_suffix(".mo")
        compiled.write_bytes(compile_catalogue(read_catalogue(path)))
        print(f"{compiled.relative_to(REPO)} written")


if __name__ == "__main__":
    main()
