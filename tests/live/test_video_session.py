"""A session with a video as its material: played, lost in, restarted, finished, exported."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from fer_core.live.card_making import make_session_cards
from fer_core.live.registry import SessionRegistry
from fer_core.live.result import sum_up
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import Mark
from fer_core.reading.playback import Played, lost_moments
from fer_core.sessions.report import session_json
from fer_core.storage.store import SessionStore
from fer_core.texts.video import Chapter, make_video
from tests.live.playing import Clock, info

VIDEO = make_video("Cells", 1200, [Chapter(0, "Start"), Chapter(600, "Light reactions")])


def play(running: RunningSession, clock: Clock, place: float, seconds: float) -> None:
    """Play on for a while, reported every two seconds."""
    for step in range(int(seconds / 2)):
        clock.at += 2
        at = place + 2 * step
        running.play([Played(clock.at - 2, clock.at, at, at + 2)])


@pytest.fixture
def watched(registry: SessionRegistry, clock: Clock) -> RunningSession:
    """A finished session whose viewer was lost at 12:40."""
    running = registry.start(info(clock), VIDEO)
    play(running, clock, 500, 260)
    registry.annotations.lose(running, "p2")
    play(running, clock, 760, 20)
    registry.finish(running)
    return running


def test_where_one_was_lost_points_into_the_video(
    watched: RunningSession, registry: SessionRegistry, clock: Clock
) -> None:
    (lost,) = lost_moments(watched.session.answers, watched.session.views)
    assert (lost.passage_id, lost.video_s) == ("p2", 760)
    result = sum_up(watched, registry.history, clock())
    assert "lost at 12:40 of the video" in result.outcome.happened
    assert "10:00 to 20:00" in result.outcome.next_step
    assert watched.reading is not None
    (highlight,) = watched.reading.result().highlights
    assert highlight.mark is Mark.HARD_SAID
    assert highlight.why == "You pressed “I'm lost” at 4:20, with the video at 12:40."
    assert make_session_cards(watched, clock(), ["p2"]) == []


def test_the_history_gives_all_of_it_back_and_takes_it_in_again(
    watched: RunningSession, store: SessionStore, clock: Clock
) -> None:
    stored = store.load(watched.session_id)
    assert stored.document == VIDEO
    assert stored.views == watched.session.views
    assert stored.summary.text is not None
    assert stored.summary.text.is_video
    assert [passage.lix for passage in stored.passages] == [None, None]
    clock.at += 7 * 24 * 3600
    assert store.load(watched.session_id).document == VIDEO, "its chapters are the learner's own"
    assert not store.learner.profile().paces_wpm, "what has no words teaches no pace"
    file = io.BytesIO(store.archive.export())
    table = zipfile.ZipFile(file).read("csv/passages.csv").decode("utf-8-sig")
    _, line = csv.DictReader(table.splitlines())
    assert (float(line["video_from"]), float(line["video_to"])) == (600, 1200)
    store.erase(watched.session_id)
    assert store.archive.import_file(file).added == 1
    again = store.load(watched.session_id)
    assert (again.document, again.views, again.passages) == (
        VIDEO,
        stored.views,
        stored.passages,
    )


def test_a_session_exported_alone_says_where_the_video_stood(watched: RunningSession) -> None:
    whole = json.loads(session_json(watched.session, watched.session.since))
    assert whole["lost"] == [{"at": whole["lost"][0]["at"], "passage_id": "p2", "video_s": 760.0}]
    assert [one["video_s"] for one in whole["playback"]] == [[500, 600], [600, 780]]


def test_a_restart_goes_on_with_the_video(
    registry: SessionRegistry, store: SessionStore, url: str, clock: Clock
) -> None:
    running = registry.start(info(clock, keep=False), VIDEO)
    play(running, clock, 0, 60)
    registry.close()
    with SessionRegistry(SessionStore(url, clock), clock) as after:
        back = after.get_to_change(running.session_id)
        play(back, clock, 60, 60)
        assert back.reading is not None
        assert back.reading.document == VIDEO
        assert back.reading.reading().passages[0].seconds == pytest.approx(120, abs=5)


def test_a_long_chapter_counts_while_it_plays_and_ten_minutes_while_it_stands(
    registry: SessionRegistry, clock: Clock
) -> None:
    running = registry.start(info(clock), make_video("Talk", 4000, [Chapter(0, "All")]))
    play(running, clock, 0, 1800)
    for _ in range(600):
        clock.at += 2
        running.play([Played(clock.at - 2, clock.at, 1800, 1800)])
    assert running.reading is not None
    (read,) = running.reading.reading().passages
    assert read.seconds == pytest.approx(1800 + 600, abs=10)
