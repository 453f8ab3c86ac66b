"""The shape of the house: floors import downwards only, and the two wings never meet."""

import ast
from pathlib import Path

import pytest

KIT = Path(__file__).parent.parent / "kit"

# From the ground up. A room imports from rooms on floors below its own, never beside or above.
FLOORS = [
    {"notebooks"},
    {"sandbox"},
    {"kernels"},
    {"running"},
    {"grading"},
    {"authoring", "desk"},
    {"workspace"},
    {"hub"},
    {"cli"},
]
LESSON_WING = {"learn", "evaluation", "ocean", "languages", "compute"}
# errors and i18n carry nothing of either wing; _content is data.
GROUND = {"errors", "i18n", "__init__", "__main__", "_content", "locale"}

FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room_of(path: Path) -> str:
    return path.relative_to(KIT).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """Every room of kit that a file names in an import, at the top or inside a function."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            if node.module == "kit":
                names = [f"kit.{alias.name}" for alias in node.names]
            else:
                names = [node.module or ""]
        for name in names:
            parts = name.split(".")
            if parts[0] == "kit" and len(parts) > 1:
                rooms.add(parts[1])
    return rooms


SOURCES = sorted(path for path in KIT.rglob("*.py") if "_content" not in path.parts)


def test_every_room_is_on_the_plan():
    rooms = {room_of(path) for path in SOURCES}
    assert rooms <= set(FLOOR_OF) | LESSON_WING | GROUND


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(KIT)))
def test_a_room_imports_only_from_below_and_never_from_the_other_wing(path):
    here = room_of(path)
    for there in imported_rooms(path) - {here} - {"__version__", "errors", "i18n"}:
        if here in LESSON_WING:
            allowed = there == "learn"
        elif here in FLOOR_OF:
            # The door opens onto both wings; nothing else of the engine does.
            allowed = FLOOR_OF.get(there, 99) < FLOOR_OF[here] or (
                here == "cli" and there in LESSON_WING
            )
        else:
            allowed = here == "__main__" and there == "cli"
        assert allowed, f"kit.{here} must not import kit.{there}"


def test_the_check_itself_sees_an_import_inside_a_function(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("def f():\n    from kit.cli import main\n    import kit.hub.x\n")
    assert imported_rooms(file) == {"cli", "hub"}
