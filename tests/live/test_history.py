"""Without a history sessions go on in memory, and why is said in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fer_core.config import Settings
from fer_core.errors import DatabaseTooNew, SessionNotFound, SettingsError, StorageError
from fer_core.live.history import IN_MEMORY, NOT_WANTED, SessionHistory, open_store
from fer_core.live.registry import SessionRegistry
from fer_core.storage.store import SessionStore
from tests.live.playing import Clock, info
from tests.storage.sessions import TEXT


def make_too_new(folder: Path) -> None:
    """Leave a history in a folder that a newer version of the app wrote."""
    SessionStore(f"sqlite:///{folder / 'history.sqlite'}").close()
    engine = create_engine(f"sqlite:///{folder / 'history.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def too_new(folder: Path) -> Settings:
    make_too_new(folder)
    return Settings(data_dir=folder)


def with_a_wrong_address(folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url="nonsense")


@pytest.mark.parametrize(
    ("make", "says"), [(too_new, "newer version"), (with_a_wrong_address, "FER_DATABASE_URL")]
)
def test_a_history_that_cannot_be_opened_leaves_sessions_in_memory_and_says_why(
    tmp_path: Path, clock: Clock, make: object, says: str
) -> None:
    assert callable(make)
    registry = SessionRegistry.open(make(tmp_path), clock)
    status = registry.history.status
    assert not status.saving
    assert says in status.message
    assert status.message.endswith(IN_MEMORY)
    running = registry.start(info(clock), TEXT)
    registry.finish(running)
    assert registry.get(running.session_id) is running
    assert registry.running() == [running]
    registry.erase(running.session_id)
    assert running.erased
    with pytest.raises(StorageError):
        registry.get(running.session_id)
    registry.close()


def test_a_server_among_several_does_not_start_without_what_they_share(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would take sessions that the others never hear of, and know none of theirs.
    def open_new(*_: object) -> None:
        raise DatabaseTooNew

    monkeypatch.setattr(SessionStore, "open", open_new)
    shared = Settings(data_dir=tmp_path, database_url="postgresql://fer@db/fer")
    with (
        SessionRegistry.open(shared, clock) as registry,
        pytest.raises(SettingsError, match="newer version"),
    ):
        registry.history.announce("http://10.0.0.1:8000")
    with SessionRegistry.open(Settings(data_dir=tmp_path), clock) as alone:
        alone.history.announce("")
        assert not alone.history.status.saving


def test_a_history_that_is_not_wanted_is_no_problem(clock: Clock) -> None:
    history = SessionHistory(None)
    assert history.status.message == NOT_WANTED
    assert history.store_to_read() is None
    assert history.profile() is None
    with pytest.raises(SessionNotFound):
        history.load("guess", clock)
    with pytest.raises(SessionNotFound):
        history.erase("guess")


def test_the_history_of_the_settings_is_opened_where_it_can_be(tmp_path: Path) -> None:
    store, problem = open_store(Settings(data_dir=tmp_path))
    assert problem is None
    assert store is not None
    assert SessionHistory(store).status.saving
    store.close()


def test_a_text_whose_words_were_kept_comes_back_with_its_marks(
    registry: SessionRegistry, url: str, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT, keep_text=True)
    assert registry.history.store is not None
    assert registry.history.store.save_now()
    registry.annotations.toggle_mark(running, "p3")
    registry.close()
    clock.at += 60
    with SessionRegistry(SessionStore(url, clock), clock) as after:
        back = after.get_to_change(running.session_id)
        assert back.session.is_interrupted
        assert back.reading is not None
        assert (back.reading.document, back.reading.marked) == (TEXT, ("p3",))
