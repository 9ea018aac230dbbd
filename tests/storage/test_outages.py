"""The history survives a kill, a full disk, a lock and a second writer, and loses little."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.errors import StorageError
from fer_core.reading.text_reading import read
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.storage.store import SessionStore
from tests.storage.locks import locked
from tests.storage.sessions import (
    START,
    TEXT,
    count_rows,
    full_session,
    new_session,
    play,
    read_through,
)

LOST_AT_MOST_S = 5.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def store(file: Path, open_store: Callable[[str], SessionStore]) -> SessionStore:
    return open_store(f"sqlite:///{file}")


@contextmanager
def live_session(url: str, session_id: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a session in a process of its own; enter when it has started."""
    command = [sys.executable, "-m", "tests.storage.live_session", url, session_id, *more]
    with subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "started"
        yield process
        process.kill()


def test_a_process_killed_in_mid_session_loses_at_most_five_seconds(
    url: str, open_store: Callable[[str], SessionStore]
) -> None:
    with live_session(url, "s1") as process:
        time.sleep(6.0)  # longer than may be lost, so that one save at the start is not enough
        killed_at = time.time()
        os.killpg(process.pid, signal.SIGKILL)
    store = open_store(url)
    stored = store.load("s1")
    last = stored.rows[-1]
    assert killed_at - (last.at + last.width_s) <= LOST_AT_MOST_S
    assert killed_at - stored.views[-1].end <= LOST_AT_MOST_S
    assert stored.summary.is_interrupted(killed_at + 60)
    restored = store.restore("s1")
    as_restored = restored.state
    assert as_restored is State.PAUSED
    restored.resume(killed_at + 60)
    assert restored.state is State.ACTIVE


def test_two_processes_write_at_once_and_both_are_whole(
    url: str, open_store: Callable[[str], SessionStore]
) -> None:
    store = open_store(url)
    with live_session(url, "s1", "6") as first, live_session(url, "s2", "6") as second:
        for number in range(10):
            store.follow(full_session(f"mine{number}", START + 1000 * number))
            assert store.save_now()
        assert (first.wait(60), second.wait(60)) == (0, 0)
    for number in (1, 2):
        stored = store.load(f"s{number}")
        assert stored.summary.state is State.FINISHED
        assert sum(row.width_s for row in stored.rows) == pytest.approx(6, abs=1.5)
        assert sum(view.end - view.start for view in stored.views) == pytest.approx(6, abs=1.5)
    assert len(store.sessions()) == 12


def assert_all_saved(store: SessionStore, session: StudySession) -> None:
    """Hold that the camera's rows, what was on the screen and the answers are all there."""
    stored = store.load("s1")
    assert list(stored.rows) == session.rows()
    assert stored.views == session.views != ()
    assert stored.answers == session.examples != ()


def test_a_locked_database_costs_nothing_once_it_is_free(file: Path, store: SessionStore) -> None:
    with locked(file):
        session = new_session()
        store.follow(session)
        play(session, 60)
        assert not store.save_now()
        locked_out = store.status
        assert not locked_out.saving
        assert "Another program" in locked_out.message
        assert locked_out.unsaved_since is not None
        read_through(session, since=60)
        play(session, 60, since=60)
    assert store.save_now()
    assert store.status.saving
    assert_all_saved(store, session)


def test_how_a_text_was_read_is_saved_after_an_outage_too(file: Path, store: SessionStore) -> None:
    with locked(file):
        session = full_session()
        store.follow(session)
        reading = read(TEXT, session.views, session.signals())
        with pytest.raises(StorageError, match="Another program"):
            store.save_reading("s1", reading, {}, (), ["p4"])
    assert store.save_now()
    stored = store.load("s1")
    kept = [replace(one, watched=0.0) for one in reading.passages]
    assert [one.reading for one in stored.passages] == kept
    assert stored.marked == ("p4",)


def test_a_session_that_the_database_refuses_does_not_stop_the_others(
    file: Path, store: SessionStore
) -> None:
    store.sessions()  # makes the tables
    other = sqlite3.connect(file, isolation_level=None)
    other.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON sessions WHEN NEW.session_id = 'refused' "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    )
    refused, session = full_session("refused"), full_session("s1")
    store.follow(refused)
    store.follow(session)
    assert not store.save_now()
    assert "the others are saved" in store.status.message
    assert_all_saved(store, session)
    reading = read(TEXT, session.views, session.signals())
    store.save_reading("s1", reading, {}, ())
    with pytest.raises(StorageError, match="the others are saved"):
        store.save_reading("refused", reading, {}, ())
    assert store.leave("s1")
    assert not store.leave("refused")
    other.execute("DROP TRIGGER refuse")
    other.close()
    assert store.save_now()
    assert store.status.saving
    assert len(store.load("refused").passages) == len(reading.passages)


def test_what_waits_for_the_end_of_an_outage_is_erased_with_its_session(
    file: Path, store: SessionStore
) -> None:
    with locked(file):
        session = full_session()
        store.follow(session)
        with pytest.raises(StorageError):
            store.save_reading("s1", read(TEXT, session.views, session.signals()), {}, ())
    store.erase_all()
    assert store.save_now()
    assert count_rows(store) == 0


def test_erasing_that_fails_leaves_the_running_session_saved(
    file: Path, store: SessionStore
) -> None:
    session = new_session()
    store.follow(session)
    with locked(file), pytest.raises(StorageError):
        store.erase_all()
    play(session, 30)
    assert store.save_now()
    assert list(store.load("s1").rows) == session.rows()


def test_the_session_is_never_held_up_by_the_disk(file: Path, store: SessionStore) -> None:
    with locked(file):
        session = new_session()
        store.follow(session)
        slowest = 0.0
        for second in range(200):
            started = time.perf_counter()
            play(session, 1, since=float(second))
            slowest = max(slowest, time.perf_counter() - started)
    # The writer waits two seconds for the lock, again and again; a busy machine costs a little.
    assert slowest < 1.5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_the_session_goes_on_and_is_saved_when_there_is_room(
    small_disk: Path, open_store: Callable[[str], SessionStore]
) -> None:
    store = open_store(f"sqlite:///{small_disk / 'history.sqlite'}")
    ballast = small_disk / "ballast"
    session = new_session()
    store.follow(session)
    play(session, 30)
    assert store.save_now()
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 1000)
    play(session, 600, since=30)
    assert not store.save_now()
    assert "disk is full" in store.status.message
    assert "memory" in store.status.message
    read_through(session, since=630)
    play(session, 60, since=630)
    ballast.unlink()
    assert store.save_now()
    assert store.status.saving
    assert_all_saved(store, session)


def test_a_damaged_file_is_named_and_left_alone(
    tmp_path: Path, open_store: Callable[[str], SessionStore]
) -> None:
    file = tmp_path / "history.sqlite"
    file.write_bytes(b"This is no database. " * 500)
    store = open_store(f"sqlite:///{file}")
    assert "damaged" in store.status.message
    store.follow(full_session())
    assert not store.save_now()
    assert file.read_bytes().startswith(b"This is no database.")


def test_an_outage_longer_than_the_session_remembers_by_the_second_keeps_every_minute(
    file: Path, store: SessionStore
) -> None:
    session = new_session()
    store.follow(session)
    play(session, 60)
    store.save_now()
    with locked(file):
        # Longer than the half hour that is kept at one row a second.
        play(session, 2400, since=60)
        assert not store.save_now()
    assert store.save_now()
    rows = store.load("s1").rows
    assert sum(row.width_s for row in rows) >= 2460 - 20
    assert all(later.at >= row.at + row.width_s for row, later in pairwise(rows))


def test_the_writer_thread_saves_by_itself(url: str) -> None:
    with SessionStore(url) as store:
        session = full_session()
        store.follow(session)
        deadline = time.monotonic() + 10
        while not store.sessions() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(store.load("s1").rows) == session.rows()
