"""What the clients' READMEs show works as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from tests.api.conftest import MakeApp
from tests.api.serving import serving
from tests.clients.node import TYPESCRIPT, needs_node

PYTHON = PROJECT_ROOT / "clients" / "python" / "README.md"


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", blocks(PYTHON, "python"), ids=["photos", "session", "cards"])
def test_the_python_examples_run(
    make_app: MakeApp,
    photo: bytes,
    block: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("me.jpg", "us.jpg"):
        (tmp_path / name).write_bytes(photo)
    monkeypatch.chdir(tmp_path)

    with serving(make_app, clock=time.time) as service:
        code = block.replace("http://127.0.0.1:8000", service.url)
        exec(compile(code, str(PYTHON), "exec"), {})  # noqa: S102
    shown = capsys.readouterr().out
    assert any(words in shown for words in ("Happy", "studied_s", "Lima"))


@needs_node
def test_the_typescript_example_compiles(tmp_path: Path) -> None:
    source = blocks(TYPESCRIPT / "README.md", "ts")[0]
    folder = TYPESCRIPT / "src"
    example = tmp_path / "example.ts"
    example.write_text(source.replace('"fer-client"', '"./index.js"'))
    for path in folder.glob("*.ts"):
        shutil.copy(path, tmp_path)
    (tmp_path / "tsconfig.json").write_text(
        f'{{"extends": "{TYPESCRIPT}/tsconfig.json", "compilerOptions": '
        f'{{"rootDir": "."}}, "include": ["*.ts"], "exclude": []}}'
    )
    compiler = TYPESCRIPT / "node_modules" / ".bin" / "tsc"
    subprocess.run([str(compiler), "--noEmit", "--project", str(tmp_path)], check=True)
