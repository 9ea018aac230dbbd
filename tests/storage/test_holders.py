"""Who may run the sessions of a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import SettingsError
from fer_core.storage.holders import FileHolder


def test_sqlite_takes_one_api_process(tmp_path: Path) -> None:
    first, second = (FileHolder(tmp_path / "history.sqlite") for _ in range(2))
    first.announce("http://127.0.0.1:8000")
    with pytest.raises(SettingsError, match="PostgreSQL"):
        second.announce("http://127.0.0.1:8001")
    first.close()
    second.announce("http://127.0.0.1:8001")
    second.close()
    assert list(tmp_path.iterdir()) == []
