"""Where a history on SQLite lies, however its address is written, and who can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import SettingsError
from fer_core.storage.engines import make_engine, sqlite_file
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import new_session

ADDRESSES = {
    "absolute": ("sqlite:///{folder}/x.db", "x.db"),
    "home": ("sqlite:///~/x.db", "x.db"),
    "relative": ("sqlite:///below/x.db", "below/x.db"),
    "URI": ("sqlite:///file:{folder}/x.db?uri=true", "x.db"),
    "URI with a host": ("sqlite:///file://{folder}/x.db?uri=true", "x.db"),
    "URI without the word": ("sqlite:///file:{folder}/x.db", "x.db"),
    "URI at home": ("sqlite:///file:~/x.db?uri=true", "x.db"),
    "URI with a space": ("sqlite:///file:{folder}/a%20b.db?uri=true", "a b.db"),
    "URI with a mode": ("sqlite:///file:{folder}/x.db?mode=rwc&uri=true", "x.db"),
    "driver": ("sqlite+pysqlite:///{folder}/x.db", "x.db"),
    "a space": ("sqlite:///{folder}/a b.db", "a b.db"),
    "like Windows": ("sqlite:///C:\\history\\x.db", "C:\\history\\x.db"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_history_lies_where_its_address_says_and_is_private(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    address, file = ADDRESSES[name]
    with SessionStore(address.format(folder=tmp_path), clock) as store:
        store.follow(new_session())
        assert store.save_now()
        found = {path for path in (tmp_path / file).parent.iterdir() if path.is_file()}
        assert tmp_path / file in found
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
        assert len(found) == 4  # the history, what SQLite keeps beside it, and the process's lock


def test_a_history_that_others_could_read_is_made_private(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "x.db"
    file.touch(0o644)
    file.chmod(0o644)
    with SessionStore(f"sqlite:///{file}", clock) as store:
        assert store.save_now()
        assert file.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "x.db-wal").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_changes_does_not_move_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = make_engine("sqlite:///x.db")
    monkeypatch.chdir("/")
    assert sqlite_file(engine) == tmp_path / "x.db"
    engine.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true",
        "sqlite:///file:x?mode=memory&uri=true", "sqlite:///~nobody-of-this-name/x.db",
    ],
)  # fmt: skip
def test_an_address_without_a_file_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="FER_DATABASE_URL"):
        make_engine(address)
