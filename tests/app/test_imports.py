"""A page knows its own parts and the shared ones, and no other page's."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT

APP = PROJECT_ROOT / "app"
FOLDERS = sorted(file.parent.name for file in APP.glob("*/__init__.py"))


def imported_by(file: Path) -> set[str]:
    """Return the folders of `app` that a file imports from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("app.")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_from_itself_and_the_shared_parts_only(folder: str) -> None:
    files = list((APP / folder).rglob("*.py"))
    assert files
    for file in files:
        assert imported_by(file) <= {folder, "parts"}, file


#: What a page shows besides its own folder.
ALSO = {"photos": {"video"}}


def test_a_page_imports_its_own_folder_and_the_shared_parts_only() -> None:
    for file in (PROJECT_ROOT / "pages").glob("*.py"):
        assert imported_by(file) <= {file.stem, "parts"} | ALSO.get(file.stem, set()), file
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 60, file
