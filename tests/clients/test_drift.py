"""What is committed beside the code is what the code says: contract, generated types, scripts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from fer_core.api.app import make_contract
from fer_core.config import PROJECT_ROOT
from tests.clients.node import TYPESCRIPT, needs_node, npx

CLIENTS = PROJECT_ROOT / "clients"


def test_the_committed_contract_is_the_servers() -> None:
    committed = json.loads((CLIENTS / "openapi.json").read_text(encoding="utf-8"))
    assert committed == make_contract(), (
        "run: python -m fer_core.api contract > clients/openapi.json"
    )


def test_the_generated_types_know_every_operation_and_field() -> None:
    types = (TYPESCRIPT / "src" / "schema.ts").read_text(encoding="utf-8")
    contract = make_contract()
    for item in contract["paths"].values():
        for operation in item.values():
            assert f"    {operation['operationId']}: {{" in types
    for name, schema in contract["components"]["schemas"].items():
        assert f" {name}: " in types
        for field in schema.get("properties", {}):
            assert f" {field}: " in types or f" {field}?: " in types, f"{name}.{field}"


def test_the_python_types_are_those_of_the_contract() -> None:
    generator = [sys.executable, "-m", "datamodel_code_generator", "--check"]
    fresh = subprocess.run(generator, cwd=CLIENTS / "python", check=False)
    assert fresh.returncode == 0, "run: datamodel-codegen, in clients/python"


@needs_node
def test_the_generated_types_are_those_of_the_contract(tmp_path: Path) -> None:
    fresh = tmp_path / "schema.ts"
    npx(
        "openapi-typescript", str(CLIENTS / "openapi.json"),
        "--default-non-nullable", "false", "--output", str(fresh),
    )  # fmt: skip
    committed = TYPESCRIPT / "src" / "schema.ts"
    assert fresh.read_text() == committed.read_text(), "run: npm run types"


@needs_node
def test_the_scripts_pass_their_own_checks() -> None:
    """Format, types, linter and unit tests; the app's script is compared with its source there."""
    subprocess.run(["npm", "run", "--silent", "check"], cwd=TYPESCRIPT, check=True)
