"""What is committed beside the code is what the code says: contract, generated types, demo."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fer_core.api.app import make_contract
from fer_core.api.demo_page import FOLDER
from fer_core.config import PROJECT_ROOT

CLIENTS = PROJECT_ROOT / "clients"
TYPESCRIPT = CLIENTS / "typescript"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (TYPESCRIPT / "node_modules").is_dir(),
    reason="needs node, and `npm ci` in clients/typescript",
)


def npx(*command: str) -> None:
    subprocess.run(["npx", "--no-install", *command], cwd=TYPESCRIPT, check=True)


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
def test_the_client_compiles_strictly() -> None:
    npx("tsc", "--noEmit")


@needs_node
def test_the_demo_is_compiled_from_the_client(tmp_path: Path) -> None:
    npx("tsc", "--project", "tsconfig.demo.json", "--outDir", str(tmp_path))
    fresh = {path.name: path.read_text() for path in tmp_path.glob("*.js")}
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.js")}
    assert fresh == committed, "run: npm run demo"
