"""The TypeScript client's folder, and its tools, for tests that use them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from fer_core.config import PROJECT_ROOT

TYPESCRIPT = PROJECT_ROOT / "clients" / "typescript"


def has_node() -> bool:
    """Tell whether the client's tools are installed."""
    return shutil.which("node") is not None and (TYPESCRIPT / "node_modules").is_dir()


needs_node = pytest.mark.skipif(
    not has_node(),
    reason="needs node, and `npm ci` in clients/typescript",
)


def npx(*command: str) -> None:
    """Run one of the installed tools in the client's folder."""
    subprocess.run(["npx", "--no-install", *command], cwd=TYPESCRIPT, check=True)
