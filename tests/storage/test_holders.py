"""Who may run the sessions of a history."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
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


def test_tabs_that_ask_for_a_dead_process_at_the_same_time_are_told_the_same(
    tmp_path: Path,
) -> None:
    holder = FileHolder(tmp_path / "history.sqlite")
    with ThreadPoolExecutor(4) as askers:
        for _ in range(100):
            (tmp_path / "history.sqlite-dead.lock").touch()
            assert not any(askers.map(holder.lives, ["dead"] * 4))


@pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")
def test_who_asks_for_a_dead_process_at_the_same_time_is_told_the_same() -> None:
    engine = make_engine(empty_postgres())
    holder, other = ServerHolder(engine), ServerHolder(engine)
    holder.ensure()
    assert other.lives(holder.name)
    holder.close()
    with ThreadPoolExecutor(4) as askers:
        answers = list(askers.map(other.lives, [holder.name] * 400))
    engine.dispose()
    assert not any(answers)


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
