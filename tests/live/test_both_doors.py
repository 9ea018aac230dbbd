"""One rule, one number, whichever door a session is entered by: the page or the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.live.memory import IDLE_S
from fer_core.live.registry import SessionRegistry
from fer_core.storage.store import SessionStore
from fer_core.vision.faces import Detections
from tests.live.conftest import Clock
from tests.live.doors import ApiDoor, Door, PageDoor, Refused
from tests.live.test_history import make_too_new
from tests.storage.sessions import TEXT, count_rows
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
SAD = picture(face(one_hot(Emotion.SAD, 0.8)))
NOBODY = picture()
HOURS = 3600.0

Open = Callable[..., Door]


@pytest.fixture
def open_door(
    url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Return a function that opens a door of a kind, each before a process of its own."""
    registries: list[SessionRegistry] = []

    def open_one(kind: str, registry: SessionRegistry | None = None) -> Door:
        registry = registry or SessionRegistry(SessionStore(url, clock), clock)
        registries.append(registry)
        if kind == "page":
            return PageDoor(registry, clock, monkeypatch)
        return ApiDoor(registry, clock, tmp_path)

    yield open_one
    for registry in registries:
        registry.close()


@pytest.fixture(params=["page", "api"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def door(kind: str, open_door: Open) -> Door:
    return open_door(kind)


def store_of(door: Door) -> SessionStore:
    store = door.registry.history.store
    assert store is not None
    return store


def read(door: Door) -> None:
    """Have the first three passages of the text on the screen, ten seconds each."""
    for passage in TEXT.passages[:3]:
        door.clock.at += 10
        door.see(passage.passage_id, door.clock.at - 10, door.clock.at)


# What counts


def test_a_night_of_silence_is_no_study(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    door.clock.at += 9 * HOURS
    told = door.told()
    assert told["state"] == "paused"
    assert told["totals"]["active_s"] == told["totals"]["studied_s"] == 120
    assert told["totals"]["elapsed_s"] == 120 + 9 * HOURS


def test_a_night_that_nobody_asks_about_is_none_in_the_history_either(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    door.clock.at += 9 * HOURS
    door.registry.sweep()
    assert store_of(door).save_now()
    assert store_of(door).summary(door.session_id).studied_s == 120


def test_a_picture_after_the_night_does_not_make_it_study(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    door.clock.at += 9 * HOURS
    door.watch(CALM, 60)
    assert (door.told()["state"], door.told()["totals"]["active_s"]) == ("paused", 120)
    door.resume()
    door.watch(CALM, 60)
    assert (door.told()["state"], door.told()["totals"]["active_s"]) == ("active", 180)


@pytest.mark.parametrize("jump_s", [9 * HOURS, -9 * HOURS])
def test_a_clock_that_jumps_adds_no_study(door: Door, jump_s: float) -> None:
    door.start()
    door.watch(CALM, 60)
    door.clock.at += jump_s
    door.watch(CALM, 10)
    assert (door.told()["state"], door.told()["totals"]["studied_s"]) == ("paused", 60)
    door.resume()
    door.clock.at += 30
    assert door.told()["totals"]["studied_s"] == 90


def test_who_only_asks_now_and_then_is_there(door: Door) -> None:
    door.start()
    for _ in range(10):
        door.clock.at += 60
        told = door.told()
    assert (told["state"], told["totals"]["active_s"]) == ("active", 600)


def test_a_page_that_stays_open_studies_for_a_lesson_and_not_for_a_night(door: Door) -> None:
    door.start()
    for _ in range(9 * 60):
        door.clock.at += 60
        told = door.told()
    assert told["state"] == "paused"
    assert told["totals"]["studied_s"] == pytest.approx(HOURS, abs=60)


def test_beside_a_camera_an_open_page_is_no_sign(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    for _ in range(10):  # its pictures stop, the page goes on asking
        door.clock.at += 60
        told = door.told()
    assert (told["state"], told["totals"]["studied_s"]) == ("paused", 120)


def test_a_covered_camera_is_no_sign(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    door.watch(replace(NOBODY, blank=True), 600)
    assert (door.told()["state"], door.told()["totals"]["studied_s"]) == ("paused", 120)


def test_after_the_camera_was_put_away_the_session_goes_on_without(door: Door) -> None:
    door.start()
    door.watch(CALM, 120)
    door.clock.at += 200
    assert door.told()["state"] == "paused"
    door.resume()
    for _ in range(10):
        door.clock.at += 60
        told = door.told()
    assert (told["state"], told["totals"]["studied_s"]) == ("active", 720)


def test_a_text_that_nobody_scrolls_any_more_is_not_being_read(door: Door) -> None:
    door.start(TEXT)
    passage = TEXT.passages[0].passage_id
    for _ in range(6 * 60 * 60 // 10):
        door.clock.at += 10
        door.see(passage, door.clock.at - 10, door.clock.at)
    assert door.told()["totals"]["studied_s"] <= HOURS + 60


def test_the_end_after_a_silence_ends_at_the_last_sign(door: Door) -> None:
    door.start()
    door.watch(CALM, 60)
    door.clock.at += 9 * HOURS
    door.finish()
    assert store_of(door).save_now()
    assert store_of(door).summary(door.session_id).studied_s == 60


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
    assert store_of(door).save_now()
    assert store_of(door).summary(door.session_id).frames == 120
    door.clock.at += 60
    assert door.told()["state"] == "paused"


def test_a_session_that_is_not_kept_leaves_nothing(door: Door) -> None:
    door.start(TEXT, keep=False)
    read(door)
    assert store_of(door).save_now()
    assert store_of(door).sessions() == []


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
    stored = store_of(door).load(door.session_id)
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
    ((answer, _),) = store_of(door).load(door.session_id).answers
    assert answer.skipped


# Other processes


@pytest.mark.parametrize("after", ["page", "api"])
def test_after_a_restart_a_session_goes_on_through_either_door(
    kind: str, after: str, open_door: Open, clock: Clock
) -> None:
    before = open_door(kind)
    before.start()
    before.watch(CALM, 60)
    rows = before.rows()
    before.registry.close()
    clock.at += 60
    door = open_door(after)
    door.session_id = before.session_id
    door.resume()
    # The second in hand is closed by the end of the process.
    assert door.rows()[: len(rows)] == rows
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
    assert store_of(owner).save_now()
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
    assert store_of(door).save_now()
    door.erase_all()
    assert door.kept_beside() == 0
    for gone in (door, other):
        with pytest.raises(Refused, match="session_not_found"):
            gone.told()
        assert store_of(gone).save_now()
    assert count_rows(store_of(door)) == 0


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
