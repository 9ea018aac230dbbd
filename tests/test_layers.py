"""The floors: a module imports only from those below its own, or from its own package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT

#: From the ground up. What stands on one floor does not know its neighbours.
FLOORS = (
    {"allocator", "arrays", "boxes", "emotions", "errors", "paths"}
    | {"sizes", "spreadsheet", "system_files", "words"},
    {"time_zones", "workers"},
    {"config"},
    {"vision"},
    {"face"},
    {"affect", "drawing", "texts"},
    {"learner", "photos"},
    {"reading", "recall"},
    {"sessions"},
    {"storage", "video"},
    {"live"},
    {"charts"},
    {"api", "training"},
    {"scale"},
    {"cli"},
)
FLOOR_OF = {package: number for number, packages in enumerate(FLOORS) for package in packages}
MODULES = sorted((PROJECT_ROOT / "fer_core").rglob("*.py"))


def package_of(module: str) -> str:
    """Return the package of a dotted name: "fer_core.vision.faces" is in "vision"."""
    return module.split(".")[1]


def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            assert node.module is not None
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def is_entrance(path: Path) -> bool:
    """Tell the package's own front: what it offers comes from every floor."""
    return path.parent.name == "fer_core" and path.name in ("__init__.py", "__main__.py")


@pytest.mark.parametrize(
    "path", [path for path in MODULES if not is_entrance(path)], ids=lambda path: path.stem
)
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    own = path.relative_to(PROJECT_ROOT / "fer_core").with_suffix("").parts[0]
    used = {package_of(name) for name in imports_of(path) if name.startswith("fer_core.")}
    above = {package for package in used - {own} if FLOOR_OF[package] >= FLOOR_OF[own]}
    assert not above, f"{own} imports from {sorted(above)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_core_knows_no_page(path: Path) -> None:
    packages = {name.split(".")[0] for name in imports_of(path)}
    assert not packages & {"streamlit", "streamlit_webrtc", "app", "pages", "tests", "benchmarks"}


def test_contributing_tells_of_every_package() -> None:
    table = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {package for package in FLOOR_OF if f"`{package}`" not in table} == set()


def test_every_room_stands_on_one_floor() -> None:
    packages = {
        path.relative_to(PROJECT_ROOT / "fer_core").with_suffix("").parts[0] for path in MODULES
    }
    assert packages - {"__init__", "__main__"} <= set(FLOOR_OF)
    assert sum(map(len, FLOORS)) == len(FLOOR_OF)
