"""What was saved comes back the same, is found, and can be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from fer_core.affect.indicators import Estimate
from fer_core.errors import SessionNotFound, StorageError
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.reading.highlights import find_highlights
from fer_core.reading.text_reading import read
from fer_core.sessions.markers import Marker
from fer_core.sessions.snapshot import State
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import (
    LABEL,
    START,
    TEXT,
    full_session,
    new_session,
    play,
    read_through,
    saved,
)


def test_a_mark_made_while_reading_is_kept_at_once(store: SessionStore) -> None:
    saved(store, new_session())
    store.own_words.set_marked("s1", ["p2"])
    assert store.load("s1").marked == ("p2",)


def test_a_finished_session_comes_back_as_it_was(store: SessionStore) -> None:
    session = saved(store, full_session())
    stored = store.load("s1")
    assert list(stored.rows) == session.rows()
    assert list(stored.events) == session.events()
    assert stored.answers == session.examples
    assert stored.views == session.views
    summary = stored.summary
    totals = session.totals(START + 1000)
    assert summary.info == session.info
    assert summary.state is State.FINISHED
    assert summary.text == LABEL
    assert (summary.elapsed_s, summary.studied_s) == (totals.elapsed_s, totals.studied_s)
    assert summary.frames == totals.frames


def test_a_session_saved_in_pieces_is_the_same_as_one_saved_whole(store: SessionStore) -> None:
    session = new_session()
    store.follow(session, text=LABEL)
    for part in range(8):
        play(session, 20, since=20 * part)
        read_through(session, since=20 * part)
        assert store.save_now()
    session.finish(START + 400)
    assert store.save_now()
    stored = store.load("s1")
    assert list(stored.rows) == session.rows()
    assert list(stored.events) == session.events()
    assert stored.answers == session.examples
    assert stored.views == session.views


def test_the_means_of_a_session_are_those_of_its_rows_by_their_length(store: SessionStore) -> None:
    session = saved(store, full_session())
    rows = [(row.attention.value, row.width_s) for row in session.rows()]
    known = [(value, width_s) for value, width_s in rows if value is not None]
    mean = sum(value * width_s for value, width_s in known) / sum(width_s for _, width_s in known)
    estimate = store.load("s1").summary.attention
    assert estimate is not None
    low, value, high = estimate.low, estimate.value, estimate.high
    assert value == pytest.approx(mean)
    assert low is not None
    assert value is not None
    assert high is not None
    assert low <= value <= high


def test_a_restored_session_goes_on_where_it_was_cut_off(
    store: SessionStore, url: str, open_store: Callable[[str], SessionStore]
) -> None:
    session = new_session()
    store.follow(session)
    play(session, 100)
    store.save_now()
    other = open_store(url)
    restored = other.restore("s1")
    assert restored.state is State.PAUSED
    assert restored.rows() == session.rows()
    store.close()  # it let the session go; until then nobody else may go on with it
    assert other.handover.take_over(other.summary("s1"))
    restored.resume(START + 300)
    play(restored, 50, since=300)
    restored.finish(START + 351)
    other.follow(restored)
    assert other.save_now()
    stored = other.load("s1")
    assert list(stored.rows) == restored.rows()
    assert list(stored.events) == restored.events()
    assert stored.summary.state is State.FINISHED


def test_time_at_the_timer_alone_outlives_a_process_that_is_killed(
    store: SessionStore, clock: Clock
) -> None:
    """An open page is a sign that leaves no picture, no answer and no event behind."""
    session = new_session()
    store.follow(session)
    session.pause(START + 100)
    session.resume(START + 200)
    for minute in range(1, 11):
        session.sign(START + 200 + 60 * minute)
    for silent_s in (0, 120):
        clock.now = START + 800 + silent_s
        assert store.save_now()
        restored = store.restore("s1")
        assert restored.state is State.PAUSED
        assert restored.since == START + 800
        assert restored.totals(START + 5000).active_s == pytest.approx(700)


def test_a_session_that_goes_on_elsewhere_is_saved_from_where_it_stands(
    store: SessionStore, url: str, open_store: Callable[[str], SessionStore]
) -> None:
    session = new_session()
    store.follow(session, text=LABEL, document=TEXT)
    play(session, 100)
    read_through(session, since=100)
    session.markers.add([Marker.point(START + 90, "Question 3")], START + 200)
    assert store.save_now()
    store.close()
    other = open_store(url)
    assert other.handover.take_over(other.summary("s1"))
    stored = other.load("s1")
    restored = other.restored(stored)
    other.go_on(restored, stored)
    with listening(other) as statements:
        assert other.save_now()
    words = [statement.split() for statement in statements]
    assert sorted({each[1] if each[0] == "UPDATE" else each[2] for each in words}) == [
        *("events", "sessions"),  # that it was cut off is all that is new
    ]
    restored.resume(START + 300)
    play(restored, 50, since=300)
    read_through(restored, since=350)
    restored.finish(START + 500)
    assert other.save_now()
    kept = other.load("s1")
    assert (list(kept.rows), list(kept.events)) == (restored.rows(), restored.events())
    assert (kept.views, kept.answers) == (restored.views, restored.examples)
    assert (kept.markers, kept.document) == (stored.markers, TEXT)


@contextmanager
def listening(store: SessionStore) -> Iterator[list[str]]:
    """Return the statements that a store sends meanwhile and that change something."""
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            sent.append(statement)

    engine = store.database._engine
    event.listen(engine, "before_cursor_execute", hear)
    yield sent
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    ("title", "search"),
    [
        ("Übungen zur Straße", "übungen"),
        ("Übungen zur Straße", "STRASSE"),
        ("Линейная алгебра", "Линейная АЛГЕБРА"),
        ("Ἀριθμοί", "ἀριθμοί"),
        ("線形代数", "線形"),
    ],
)
def test_words_are_found_in_any_script_whatever_their_case(
    store: SessionStore, title: str, search: str
) -> None:
    session = new_session(title=title)
    session.finish(START + 10)
    store.follow(session)
    store.save_now()
    assert [one.info.title for one in store.sessions(search=search)] == [title]


def test_what_is_said_is_stored_before_it_counts(store: SessionStore) -> None:
    session = new_session()
    store.follow(session)
    assert store.save_one("s1")
    probe = Probe("q1", ProbeKind.STRESS, START + 5, "How stressed are you now?")
    session.answer(probe, 7, START + 6)
    assert [answer.value for answer, _ in store.load("s1").answers] == [7]
    session.pause(START + 10)
    assert store.summary("s1").state is State.PAUSED
    session.finish(START + 20)
    assert store.summary("s1").state is State.FINISHED


def test_a_session_runs_in_one_process_and_a_dead_one_holds_nothing(
    store: SessionStore, url: str, open_store: Callable[[str], SessionStore]
) -> None:
    session = new_session()
    store.follow(session)
    assert store.save_one("s1")
    other = open_store(url)
    assert not other.handover.take_over(other.summary("s1"))
    store.database.holder.close()  # as the system does for a process that dies
    assert other.handover.take_over(other.summary("s1"))
    lost: list[str] = []
    store.handover.when_lost(lost.append)
    session.pause(START + 10)  # the late writer is refused
    assert other.summary("s1").state is State.ACTIVE
    assert lost == ["s1"]


def test_who_starts_after_a_crash_finds_its_sessions_free(
    store: SessionStore, url: str, open_store: Callable[[str], SessionStore], clock: Clock
) -> None:
    store.follow(new_session())
    assert store.save_one("s1")
    assert not store.summary("s1").is_interrupted(clock.now)
    store.database.holder.close()
    assert open_store(url).summary("s1").is_interrupted(clock.now)


def ids(sessions: list[SessionSummary]) -> list[str]:
    return [one.session_id for one in sessions]


def test_sessions_are_listed_newest_first_and_found_by_words_time_and_text(
    store: SessionStore,
) -> None:
    for number, title in enumerate(["Algebra", "Biology of bees", "Chemistry 100 %"]):
        session = new_session(f"s{number}", START + 86400 * number, title=title)
        session.finish(session.info.started_at + 10)
        store.follow(session, text=LABEL if number == 1 else None)
    store.save_now()
    store.set_note("s0", "hard day")
    assert ids(store.sessions()) == ["s2", "s1", "s0"]
    assert ids(store.sessions(search="bees BIOLOGY")) == ["s1"]
    assert ids(store.sessions(search="hard")) == ["s0"]
    assert ids(store.sessions(search="100 %")) == ["s2"]
    assert ids(store.sessions(search="chapter")) == ["s2", "s1", "s0"]
    assert ids(store.sessions(search="_")) == []
    assert ids(store.sessions(since=START + 86400)) == ["s2", "s1"]
    assert ids(store.sessions(until=START + 86400)) == ["s0"]
    assert ids(store.sessions(text_id=TEXT.text_id)) == ["s1"]
    assert ids(store.sessions(limit=1)) == ["s2"]


def test_learners_do_not_see_each_other(store: SessionStore) -> None:
    store.follow(full_session("mine"), owner="a")
    store.follow(full_session("yours"), owner="b")
    store.save_now()
    assert [one.session_id for one in store.sessions(owner="a")] == ["mine"]
    with pytest.raises(SessionNotFound):
        store.load("yours", owner="a")
    with pytest.raises(SessionNotFound):
        store.delete("yours", owner="a")
    with pytest.raises(SessionNotFound):
        store.erase("yours", owner="a")
    store.erase_all(owner="a")
    assert [one.session_id for one in store.sessions(owner="b")] == ["yours"]


def test_title_and_note_can_be_changed_while_the_session_runs(store: SessionStore) -> None:
    session = new_session()
    store.follow(session)
    store.save_now()
    store.rename("s1", " Biology II ")
    store.set_note("s1", "went well\x00")
    play(session, 10)
    store.save_now()
    summary = store.load("s1").summary
    assert (summary.info.title, summary.note) == ("Biology II", "went well")


def test_how_a_text_was_read_is_kept_without_its_words(store: SessionStore) -> None:
    session = saved(store, full_session())
    reading = read(TEXT, session.views, session.signals())
    estimates = reading.estimates(store.learner.profile().comprehension)
    highlights = find_highlights(reading, estimates, session.answers, ["p4"])
    store.save_reading("s1", reading, estimates, highlights, ["p4"])
    stored = store.load("s1")
    assert [one.reading for one in stored.passages] == [
        replace(one, watched=0.0) for one in reading.passages
    ]
    assert {one.reading.passage_id: one.estimate for one in stored.passages if one.estimate} == {
        name: Estimate(made.value, made.low, made.high) for name, made in estimates.items()
    }
    assert {one.reading.passage_id: one.mark for one in stored.passages if one.mark} == {
        highlight.passage_id: str(highlight.mark) for highlight in highlights
    }
    assert stored.marked == ("p4",)
    paces = [one.wpm for one in reading.passages if one.wpm is not None]
    assert store.learner.profile().paces_wpm == pytest.approx(tuple(paces))
    assert store.learner.profile(before=START).paces_wpm == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.rename("none", "x"),
        lambda store: store.set_note("none", "x"),
        lambda store: store.delete("none"),
        lambda store: store.undo_delete("none"),
        lambda store: store.erase("none"),
        lambda store: store.load("none"),
        lambda store: store.restore("none"),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(
    store: SessionStore, change: Callable[[SessionStore], object]
) -> None:
    with pytest.raises(SessionNotFound):
        change(store)


def test_a_history_that_cannot_be_opened_says_so_and_is_opened_later(
    tmp_path: Path, open_store: Callable[[str], SessionStore]
) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file where the folder should be")
    store = open_store(f"sqlite:///{folder / 'history.sqlite'}")
    at_first = store.status
    assert not at_first.saving
    with pytest.raises(StorageError):
        store.sessions()
    session = full_session()
    store.follow(session)
    assert not store.save_now()
    assert "memory" in store.status.message
    folder.unlink()
    assert store.save_now()
    assert store.status.saving
    assert list(store.load("s1").rows) == session.rows()


def test_the_file_is_private(tmp_path: Path, open_store: Callable[[str], SessionStore]) -> None:
    folder = tmp_path / "new"
    open_store(f"sqlite:///{folder / 'history.sqlite'}")
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
