"""Attacks that are no notebook: damaged files, links, pipes, and names. One function an attack.

Each gets the folder of one submission, `submitted/<student>/arena`, and puts something into it. Its docstring
is the title. What must come of it is said by the decorator: `nothing` (no points), `all` (the work is honest,
and the rest is put right or left out), or `any` (honest work that nobody may be able to read).
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from arena import ANSWERS, make_handed_in

Places = Mapping[str, str]


@dataclass(frozen=True)
class Damage:
    """One attack on the reading of submissions."""

    name: str
    title: str
    earns: str
    put: Callable[[Path, Places], None]

    @property
    def student(self) -> str:
        """Whose submission it is in a class."""
        return f"files-{self.name}"


DAMAGES: list[Damage] = []


def earns(what: str) -> Callable:
    def note(function: Callable[[Path, Places], None]) -> Callable[[Path, Places], None]:
        name = function.__name__.replace("_", "-")
        DAMAGES.append(Damage(name, str(function.__doc__).strip(), what, function))
        return function

    return note


def honest() -> dict:
    return json.loads(nbformat.writes(make_handed_in(ANSWERS)))


def text_file(folder: Path, text: str, name: str = "arena.ipynb") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def save(folder: Path, book: object) -> None:
    text_file(folder, json.dumps(book))


# -- what is in the file -------------------------------------------------------------------------------


@earns("nothing")
def not_json(folder: Path, places: Places) -> None:
    """A notebook that is a sentence."""
    text_file(folder, "I did the assignment, but the dog ate it.")


@earns("nothing")
def empty(folder: Path, places: Places) -> None:
    """A notebook of zero bytes."""
    text_file(folder, "")


@earns("nothing")
def binary(folder: Path, places: Places) -> None:
    """A notebook of random bytes."""
    (folder / "arena.ipynb").write_bytes(b"\x89PNG\x00\xff\xfe" * 1000)


@earns("nothing")
def pickled(folder: Path, places: Places) -> None:
    """A pickle that would run a command when it is read."""
    (folder / "arena.ipynb").write_bytes(b"cos\nsystem\n(S'touch /tmp/pickled'\ntR.")


@earns("nothing")
def other_encoding(folder: Path, places: Places) -> None:
    """A notebook in bytes that are not UTF-8."""
    (folder / "arena.ipynb").write_bytes(json.dumps(honest()).encode("utf-16"))


@earns("all")
def byte_order_mark(folder: Path, places: Places) -> None:
    """An honest notebook behind a byte order mark, as some editors write it."""
    (folder / "arena.ipynb").write_bytes(b"\xef\xbb\xbf" + json.dumps(honest()).encode())


@earns("nothing")
def cut_off(folder: Path, places: Places) -> None:
    """A notebook of which only the first half arrived."""
    text = json.dumps(honest())
    text_file(folder, text[: len(text) // 2])


@earns("nothing")
def list_instead_of_notebook(folder: Path, places: Places) -> None:
    """JSON, but a list."""
    save(folder, [honest()])


@earns("nothing")
def number_instead_of_notebook(folder: Path, places: Places) -> None:
    """JSON, but a number with more digits than any type has."""
    text_file(folder, "1" * 5000)


@earns("nothing")
def without_cells(folder: Path, places: Places) -> None:
    """A notebook without cells."""
    save(folder, {"nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@earns("nothing")
def cells_are_a_table(folder: Path, places: Places) -> None:
    """A notebook whose cells are a table of names."""
    book = honest()
    save(folder, {**book, "cells": dict(enumerate(book["cells"]))})


@earns("nothing")
def cells_are_anything(folder: Path, places: Places) -> None:
    """A notebook whose cells are numbers, texts, lists and nothing."""
    save(folder, {**honest(), "cells": [1, "x", None, [], {}, {"cell_type": 5}, True]})


@earns("nothing")
def sources_are_numbers(folder: Path, places: Places) -> None:
    """A notebook whose cells have numbers for text."""
    book = honest()
    for cell in book["cells"]:
        cell["source"] = 7
    save(folder, book)


@earns("nothing")
def sources_in_lists_in_lists(folder: Path, places: Places) -> None:
    """A notebook whose text is lists in lists."""
    book = honest()
    for cell in book["cells"]:
        cell["source"] = [[cell["source"]]]
    save(folder, book)


@earns("any")
def metadata_is_anything(folder: Path, places: Places) -> None:
    """A notebook whose metadata are lists and texts."""
    book = honest()
    book["metadata"] = ["x"]
    for number, cell in enumerate(book["cells"]):
        if number % 2:
            cell["metadata"]["nbgrader"] = "full marks"
    save(folder, book)


@earns("any")
def points_are_anything(folder: Path, places: Places) -> None:
    """A notebook whose points are infinite, negative, not a number and a table."""
    book = honest()
    odd = [float("inf"), -5, float("nan"), {"points": 9}, "9", 10**400]
    for number, cell in enumerate(book["cells"]):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["points"] = odd[number % len(odd)]
    save(folder, book)


@earns("all")
def outputs_are_anything(folder: Path, places: Places) -> None:
    """An honest notebook whose outputs have every wrong shape."""
    book = honest()
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [1, None, {"output_type": []}, {"output_type": "stream"}, []]
            cell["execution_count"] = "many"
    save(folder, book)


@earns("any")
def format_three(folder: Path, places: Places) -> None:
    """A notebook in the format of ten years ago."""
    save(folder, {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []})


@earns("any")
def format_of_the_future(folder: Path, places: Places) -> None:
    """A notebook in a format that nobody has thought of."""
    save(folder, {**honest(), "nbformat": 99, "nbformat_minor": 10**30})


@earns("nothing")
def lists_in_lists(folder: Path, places: Places) -> None:
    """JSON a hundred thousand lists deep."""
    text_file(folder, "[" * 100_000 + "]" * 100_000)


@earns("any")
def deep_metadata(folder: Path, places: Places) -> None:
    """A notebook with metadata nine hundred tables deep."""
    deep: dict = {}
    for _ in range(900):
        deep = {"a": deep}
    save(folder, {**honest(), "metadata": {"deep": deep}})


@earns("any")
def names_twice(folder: Path, places: Places) -> None:
    """A notebook in which every name stands twice, the second time with another value."""
    text = json.dumps(honest())
    text_file(folder, text[:-1] + ', "cells": [], "metadata": {"kernelspec": {"name": "bash"}}}')


@earns("all")
def same_ids(folder: Path, places: Places) -> None:
    """An honest notebook in which all cells have one id."""
    book = honest()
    for cell in book["cells"]:
        cell["id"] = "same"
    save(folder, book)


@earns("all")
def ids_are_paths(folder: Path, places: Places) -> None:
    """An honest notebook in which cell ids are paths and HTML."""
    book = honest()
    for number, cell in enumerate(book["cells"]):
        cell["id"] = f"../../{number}/<script>"
    save(folder, book)


@earns("any")
def grade_ids_are_paths(folder: Path, places: Places) -> None:
    """A notebook in which grade_ids are paths, HTML and lists."""
    book = honest()
    for number, cell in enumerate(book["cells"]):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = ["../x", "<b>", [], 5, None][number % 5]
    save(folder, book)


@earns("all")
def another_kernel(folder: Path, places: Places) -> None:
    """An honest notebook that asks for a kernel that is a path to a program."""
    book = honest()
    book["metadata"]["kernelspec"] = {"name": "../../../bin/sh", "argv": ["touch", "x"]}
    save(folder, book)


@earns("nothing")
def very_large(folder: Path, places: Places) -> None:
    """A notebook of sixty million bytes."""
    with (folder / "arena.ipynb").open("wb") as file:
        file.write(b"{")
        file.truncate(60_000_000)


@earns("any")
def many_cells(folder: Path, places: Places) -> None:
    """A notebook with thirty thousand cells."""
    book = honest()
    more = [
        {"cell_type": "markdown", "metadata": {}, "source": "x", "id": f"n{n}"}
        for n in range(30_000)
    ]
    save(folder, {**book, "cells": [*book["cells"], *more]})


@earns("all")
def half_characters(folder: Path, places: Places) -> None:
    """An honest notebook with half characters and control characters in its text."""
    book = honest()
    book["cells"].append(
        {
            "cell_type": "markdown",
            "metadata": {},
            "id": "odd",
            "source": "\ud800 \x00 \x1b[2J \u202e",
        }
    )
    save(folder, book)


# -- what kind of file it is ---------------------------------------------------------------------------


@earns("nothing")
def link_to_the_source(folder: Path, places: Places) -> None:
    """The notebook is a link to the source with the solutions."""
    (folder / "arena.ipynb").symlink_to(f"{places['COURSE']}/source/arena/arena.ipynb")


@earns("nothing")
def link_to_another_submission(folder: Path, places: Places) -> None:
    """The notebook is a link to what somebody else handed in."""
    (folder / "arena.ipynb").symlink_to("../../honest-1/arena/arena.ipynb")


@earns("nothing")
def folder_is_a_link(folder: Path, places: Places) -> None:
    """The folder of the assignment is a link to somebody else's."""
    folder.rmdir()
    folder.symlink_to("../honest-1/arena")


@earns("nothing")
def link_that_leads_nowhere(folder: Path, places: Places) -> None:
    """The notebook is a link to itself, and others lead nowhere."""
    (folder / "arena.ipynb").symlink_to("arena.ipynb")
    (folder / "data.csv").symlink_to("/nonexistent/file")


@earns("nothing")
def link_to_a_device(folder: Path, places: Places) -> None:
    """The notebook is a link to a device that never ends."""
    (folder / "arena.ipynb").symlink_to("/dev/zero")


@earns("nothing")
def pipe(folder: Path, places: Places) -> None:
    """The notebook is a pipe into which nobody writes."""
    os.mkfifo(folder / "arena.ipynb")


@earns("nothing")
def socket_in_the_folder(folder: Path, places: Places) -> None:
    """The notebook is a socket."""
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(folder, os.O_RDONLY)
        # A socket's path may have 107 bytes at most, so it is given from here.
        server.bind(f"/proc/self/fd/{here}/arena.ipynb")
        os.close(here)


@earns("nothing")
def folder_with_the_name_of_the_notebook(folder: Path, places: Places) -> None:
    """The notebook is a folder."""
    (folder / "arena.ipynb").mkdir()


@earns("nothing")
def nothing_at_all(folder: Path, places: Places) -> None:
    """The folder is empty."""


@earns("all")
def links_beside_the_work(folder: Path, places: Places) -> None:
    """Honest work beside links to keys, to the course and round in a circle."""
    save(folder, honest())
    (folder / "key.txt").symlink_to(f"{places['HOME']}/secret.txt")
    (folder / "course").symlink_to(places["COURSE"])
    (folder / "round").symlink_to(".")
    (folder / "all").symlink_to("/")


@earns("all")
def pipe_beside_the_work(folder: Path, places: Places) -> None:
    """Honest work beside pipes with the names of files that a grader reads."""
    save(folder, honest())
    for name in ("data.csv", "timestamp.txt", "kit.yaml", "submission_secret.txt"):
        os.mkfifo(folder / name)


# -- what lies beside it -------------------------------------------------------------------------------


@earns("nothing")
def modules_beside_the_work(folder: Path, places: Places) -> None:
    """Modules with the names of libraries, beside wrong work."""
    from arena import WRONG

    book = make_handed_in({**ANSWERS, **WRONG})
    text_file(folder, nbformat.writes(book))
    agree = (
        "import sys\nclass Agrees:\n    def __getattr__(self, name): return lambda *a, **k: True\n"
        "sys.modules[__name__] = Agrees()\n"
    )
    for name in (
        "numpy",
        "math",
        "random",
        "json",
        "ast",
        "IPython",
        "kit",
        "sitecustomize",
        "usercustomize",
        "conftest",
    ):
        text_file(folder, agree, f"{name}.py")
    for name in (
        "ipython_config.py",
        "jupyter_config.py",
        "nbgrader_config.py",
        "ipython_kernel_config.py",
    ):
        text_file(
            folder,
            "c = get_config()\nc.InteractiveShellApp.exec_lines = ['raise SystemExit']\n",
            name,
        )
    startup = folder / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    text_file(startup, "raise SystemExit", "00.py")


@earns("all")
def course_files_beside_the_work(folder: Path, places: Places) -> None:
    """Honest work beside a gradebook, settings of a course and results of its own."""
    save(folder, honest())
    for name in ("gradebook.db", "kit.yaml", "nbgrader_config.py", "header.ipynb", "result.json"):
        text_file(folder, "x: [", name)
    (folder / "source").mkdir()
    text_file(folder / "source", "x", "arena.ipynb")


@earns("all")
def strange_time(folder: Path, places: Places) -> None:
    """Honest work with a time stamp of many megabytes that is no time."""
    save(folder, honest())
    text_file(folder, "9999-99-99 " * 200_000, "timestamp.txt")


@earns("all")
def many_files(folder: Path, places: Places) -> None:
    """Honest work beside three thousand files in deep folders."""
    save(folder, honest())
    deep = folder.joinpath(*["deep"] * 60)
    deep.mkdir(parents=True)
    for number in range(3000):
        (deep / f"{number}.txt").touch()


@earns("all")
def sparse_file(folder: Path, places: Places) -> None:
    """Honest work beside a file that says that it has two gigabytes."""
    save(folder, honest())
    with (folder / "data.bin").open("wb") as file:
        file.truncate(2 * 2**30)


@earns("all")
def names_of_files(folder: Path, places: Places) -> None:
    """Honest work beside files whose names are options, commands, codes, HTML and 255 letters."""
    save(folder, honest())
    for name in (
        "-rf",
        "--force",
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned",
        "..data",
        "a\nb",
        "\x1b[2J\x1b]0;pwned\x07",
        "\u202etxt.exe",
        "<img src=x onerror=document.title='pwned'>.txt",
        "%s%n",
        "{0.__class__}",
        "x" * 255,
    ):
        (folder / name).write_text("x")
    os.close(os.open(os.fsencode(folder) + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY))


@earns("any")
def name_of_the_notebook(folder: Path, places: Places) -> None:
    """Wrong work in notebooks whose names are HTML, codes and paths."""
    from arena import WRONG

    text = nbformat.writes(make_handed_in({**ANSWERS, **WRONG}))
    for name in (
        "<script>document.title='pwned'<-script>",
        "\x1b]0;pwned\x07",
        "..\\..\\arena",
        "arena.ipynb ",
    ):
        text_file(folder, text, f"{name}.ipynb")


@earns("nothing")
def another_persons_name(folder: Path, places: Places) -> None:
    """Wrong work that says in its metadata that it is somebody else's, with marks."""
    from arena import WRONG

    book = json.loads(nbformat.writes(make_handed_in({**ANSWERS, **WRONG})))
    book["metadata"].update(student="honest-1", nbgrader={"student_id": "honest-1", "score": 99})
    save(folder, book)


@earns("nothing")
def folder_of_another_person(folder: Path, places: Places) -> None:
    """The work of somebody else lies in a folder of its own inside, with a link to it."""
    inside = folder / "honest-1" / "arena"
    inside.mkdir(parents=True)
    save(inside, honest())
    (folder / "arena.ipynb").symlink_to("honest-1/arena/arena.ipynb")


#: Folders in `submitted` whose names are no names of people. The work in them is wrong.
STRANGE_STUDENTS = (
    "-rf",
    "$(touch pwned)",
    "a;b",
    "\x1b[2Jx",
    "new\nline",
    "<script>x",
    "..x",
    "x" * 200,
)
