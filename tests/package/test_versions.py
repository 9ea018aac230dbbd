"""The three versions move by the rules that CONTRIBUTING gives them."""

from __future__ import annotations

import json
import re
import tomllib

import fer_core
from fer_core.paths import PROJECT_ROOT

CLIENTS = PROJECT_ROOT / "clients"


def first_two(version: str) -> str:
    """Return the numbers that a client shares with the app."""
    match = re.fullmatch(r"(\d+\.\d+)\.\d+", version)
    assert match is not None, version
    return match[1]


def test_the_contract_has_the_version_of_the_app() -> None:
    contract = json.loads((CLIENTS / "openapi.json").read_text(encoding="utf-8"))
    assert contract["info"]["version"] == fer_core.__version__


def test_both_clients_share_two_numbers_with_the_app_whose_contract_they_speak() -> None:
    python = tomllib.loads((CLIENTS / "python" / "pyproject.toml").read_text(encoding="utf-8"))
    typescript = json.loads((CLIENTS / "typescript" / "package.json").read_text(encoding="utf-8"))
    for version in (python["project"]["version"], typescript["version"]):
        assert first_two(version) == first_two(fer_core.__version__)


def test_the_changelog_tells_of_the_model_that_ships() -> None:
    model = json.loads((PROJECT_ROOT / "weights" / "model.json").read_text(encoding="utf-8"))
    changelog = (PROJECT_ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"(?:^## |[Mm]odel ){re.escape(model['version'])}\b", changelog, re.MULTILINE)
