"""What counts as study, whichever door a session is entered by: time with a sign of the learner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.live.doors import Door
from tests.live.playing import CALM, HOURS, NOBODY
from tests.storage.sessions import TEXT


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
    assert door.store.save_now()
    assert door.store.summary(door.session_id).studied_s == 120


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
    door.watch(replace(NOBODY, blank=True), 240)
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
    for _ in range(6 * 60 * 2):
        door.clock.at += 30
        door.see(passage, door.clock.at - 30, door.clock.at)
    assert door.told()["totals"]["studied_s"] <= HOURS + 60


def test_the_end_after_a_silence_ends_at_the_last_sign(door: Door) -> None:
    door.start()
    door.watch(CALM, 60)
    door.clock.at += 9 * HOURS
    door.finish()
    assert door.store.save_now()
    assert door.store.summary(door.session_id).studied_s == 60
