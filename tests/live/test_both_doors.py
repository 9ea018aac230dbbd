"""One rule, one number, whichever door a session is entered by: the page or the API."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from fer_core.config import Settings
from fer_core.live.memory import IDLE_S
from fer_core.live.registry import SessionRegistry
from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import ReadingLog
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document
from fer_core.vision.faces import Detections
from tests.live.conftest import Open
from tests.live.doors import Door, Refused
from tests.live.playing import CALM, HOURS, NOBODY, SAD, Clock
from tests.live.test_history import make_too_new
from tests.storage.sessions import TEXT, count_rows
from tests.synthetic.reading import NO_CAMERA
from tests.synthetic.scrolling import MANNERS, read_by
from tests.synthetic.signals import START


def read(door: Door) -> None:
    """Have the first three passages of the text on the screen, ten seconds each."""
    for passage in TEXT.passages[:3]:
        door.clock.at += 10
        door.see(passage.passage_id, door.clock.at - 10, door.clock.at)


# What stays in memory


def test_an_idle_session_leaves_memory_and_the_thread_that_saves(door: Door) -> None:
    door.start()
    door.watch(CALM, 60)
    running = door.registry.find(door.session_id)
    assert running is not None
    assert door.kept_beside() == 1
    door.clock.at += IDLE_S + 1
    door.registry.sweep()
    assert door.registry.find(door.session_id) is None
    assert door.kept_beside() == 0
    running.session.resume(door.clock())
    running.session.observe(CALM, door.clock() + 1)
    assert door.store.save_now()
    assert door.store.summary(door.session_id).frames == 120
    door.clock.at += 60
    assert door.told()["state"] == "paused"


def test_a_session_that_is_not_kept_leaves_nothing(door: Door) -> None:
    door.start(TEXT, keep=False)
    read(door)
    assert door.store.save_now()
    assert door.store.sessions() == []


@pytest.mark.parametrize("address", [None, "nonsense"])
def test_without_a_history_it_goes_on_in_memory_and_says_so(
    kind: str, open_door: Open, clock: Clock, tmp_path: Path, address: str | None
) -> None:
    if address is None:
        make_too_new(tmp_path)
    registry = SessionRegistry.open(Settings(data_dir=tmp_path, database_url=address), clock)
    door = open_door(kind, registry)
    door.start(TEXT)
    door.watch(CALM, 10)
    read(door)
    assert door.told()["totals"]["frames"] == 20
    assert ("newer version" if address is None else "FER_DATABASE_URL") in door.history_problem()
    assert "memory only" in door.history_problem()
    door.finish()
    door.correct("p1", 1)
    assert door.marks()["p1"] == "hard_said"


# Where on the screen one reads


def test_time_goes_by_where_on_the_screen_one_reads(door: Door) -> None:
    reading = read_by(MANNERS["page by page"], 4, passages=4)
    door.start(Document("Text", reading.passages))
    views = [
        replace(view, start=START + view.start, end=START + view.end) for view in reading.views
    ]
    for end, at_once in groupby(views, lambda view: view.end):
        door.clock.at = end
        door.show(list(at_once))
    door.finish()
    found = attribute(reading.passages, ReadingLog(views).views, NO_CAMERA)
    expected = {one.passage_id: one.seconds for one in found}
    assert door.seconds() == pytest.approx(expected, abs=0.5)
    by_band = [replace(view, on_screen=None, line=None) for view in views]
    found = attribute(reading.passages, ReadingLog(by_band).views, NO_CAMERA)
    assert max(abs(one.seconds - expected[one.passage_id]) for one in found) > 5


# What comes late


def test_a_correction_after_the_end_changes_the_marks_and_is_kept(door: Door) -> None:
    door.start(TEXT)
    read(door)
    door.correct("p1", 1)
    door.finish()
    assert door.marks()["p1"] == "hard_said"
    door.clock.at += 100
    door.correct("p1", 5)
    door.correct("p3", 1)
    assert door.marks().get("p1") != "hard_said"
    assert door.marks()["p3"] == "hard_said"
    stored = door.store.load(door.session_id)
    assert [answer.value for answer, _ in stored.answers] == [1, 5, 1]
    assert all(features is not None for _, features in stored.answers)
    assert {one.reading.passage_id for one in stored.passages if one.mark == "hard_said"} == {"p3"}


def test_an_answer_to_a_question_comes_too_late_after_the_end(door: Door) -> None:
    door.start()
    asked = None
    while asked is None:
        assert door.clock.at < START + 1000
        door.clock.at += 60
        asked = door.question()
    door.finish()
    with pytest.raises(Refused, match="session_finished"):
        door.answer(asked, 5)
    ((answer, _),) = door.store.load(door.session_id).answers
    assert answer.skipped


# Other processes


@pytest.mark.parametrize("after", ["page", "api"])
def test_after_a_restart_a_session_goes_on_through_either_door(
    kind: str, after: str, open_door: Open, clock: Clock
) -> None:
    before = open_door(kind)
    before.start()
    before.session.study_on_paper(True, clock())
    before.watch(CALM, 60)
    rows = before.rows()
    before.registry.close()
    clock.at += 60
    door = open_door(after)
    door.session_id = before.session_id
    door.resume()
    # The second in hand is closed by the end of the process.
    assert door.rows()[: len(rows)] == rows
    assert door.session.studies_on_paper
    door.watch(CALM, 60)
    told = door.told()
    assert (told["state"], told["totals"]["active_s"]) == ("active", 120)
    assert told["totals"]["frames"] == 240


@pytest.mark.parametrize("there", ["page", "api"])
def test_what_another_process_runs_is_changed_there_only(
    kind: str, there: str, open_door: Open
) -> None:
    owner = open_door(there)
    owner.start(TEXT)
    owner.watch(CALM, 10)
    assert owner.store.save_now()
    other = open_door(kind)
    other.session_id = owner.session_id
    for change in (other.frame, other.resume, other.finish, lambda: other.correct("p1", 1)):
        with pytest.raises(Refused, match="session_elsewhere"):
            change()
    running = owner.registry.find(owner.session_id)
    assert running is not None
    assert running.session.state.value == "active"


def test_erasing_everything_is_everywhere_at_once(kind: str, open_door: Open) -> None:
    other = open_door("api")
    other.start(TEXT)
    read(other)
    other.finish()
    door = open_door(kind)
    door.start(TEXT)
    read(door)
    door.correct("p1", 1)
    door.frame()
    assert door.store.save_now()
    door.erase_all()
    assert door.kept_beside() == 0
    for gone in (door, other):
        with pytest.raises(Refused, match="session_not_found"):
            gone.told()
        assert gone.store.save_now()
    assert count_rows(door.store) == 0


# The same numbers


def test_both_doors_tell_the_same_numbers(clock: Clock, open_door: Open, tmp_path: Path) -> None:
    told = []
    for kind in ("page", "api"):
        clock.at = START
        store = SessionStore(f"sqlite:///{tmp_path / kind}.sqlite", clock)
        told.append(an_hour_in_short(open_door(kind, SessionRegistry(store, clock))))
    (page, page_rows, page_marks), (api, api_rows, api_marks) = told
    assert page["totals"] == api["totals"]
    assert page["snapshot"] == api["snapshot"]
    assert page_rows == api_rows
    assert len(page_rows) > 400
    # What is important is in the text, and a client gives one without headings.
    read = [
        {p: m for p, m in marks.items() if m != "important"} for marks in (page_marks, api_marks)
    ]
    assert read == [{"p2": "hard_said"}] * 2
    assert page["totals"]["studied_s"] > 500
    assert page["totals"]["away_s"] > 0


def an_hour_in_short(door: Door) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]:
    """Live through calm and trouble, an absence, a pause, a silence and some reading."""
    seen: list[tuple[Detections, int]] = [(CALM, 320), (SAD, 60), (NOBODY, 30), (CALM, 30)]
    door.start(TEXT)
    for detections, seconds in seen:
        door.watch(detections, seconds)
    read(door)
    door.clock.at += 9 * HOURS
    door.told()
    door.resume()
    door.watch(SAD, 90)
    door.correct("p2", 1)
    return door.told(), door.rows(), door.marks()
