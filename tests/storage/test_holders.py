"""Who may run the sessions of a history."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fer_core.errors import SettingsError
from fer_core.storage.engines import make_engine
from fer_core.storage.holders import FileHolder
from fer_core.storage.server_holder import ServerHolder
from tests.storage.conftest import POSTGRES, empty_postgres


def test_sqlite_takes_one_api_process(tmp_path: Path) -> None:
    first, second = (FileHolder(tmp_path / "history.sqlite") for _ in range(2))
    first.announce("http://127.0.0.1:8000")
    with pytest.raises(SettingsError, match="PostgreSQL"):
        second.announce("http://127.0.0.1:8001")
    first.close()
    second.announce("http://127.0.0.1:8001")
    second.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")
def test_a_clock_that_differs_from_the_database_is_told_once_each_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ahead_s = 0.0
    engine = make_engine(empty_postgres())
    holder = ServerHolder(engine, clock=lambda: time.time() + ahead_s)
    told = []
    for ahead_s in (0.0, 60.0, 60.0, 0.0, -3600.0):  # noqa: B007  (the clock above)
        holder._renew_or_connect()
        told.append(caplog.messages.copy())
        caplog.clear()
    holder.close()
    engine.dispose()
    assert [len(one) for one in told] == [0, 1, 0, 0, 1]
    assert "60 s ahead of the database" in told[1][0]
    assert "3600 s behind the database" in told[4][0]
