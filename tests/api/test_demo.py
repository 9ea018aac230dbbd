"""When the API serves the demo page; what the page does is seen in tests/clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.api import demo_page
from fer_core.api.__main__ import EXIT_SETTINGS, main
from tests.api.conftest import MakeApp


def test_without_the_option_there_is_no_demo(make_app: MakeApp) -> None:
    assert make_app().test_client().get("/demo/").status_code == 404


def test_a_demo_that_is_not_built_yet_says_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(demo_page, "_SCRIPT", tmp_path / "demo.js")
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    assert main(["--demo", "--port", "0"]) == EXIT_SETTINGS
    assert "npm run build --prefix clients/typescript" in capsys.readouterr().err
