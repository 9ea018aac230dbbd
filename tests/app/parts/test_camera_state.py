"""What is said of the camera, and when it is tried again."""

from __future__ import annotations

import pytest

from app.parts.camera_state import (
    CameraFacts,
    CameraState,
    camera_state,
    retries_after,
    words_for,
)

ON = CameraFacts(wanted=True, playing=True, fps=20.0, was_on=True)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (CameraFacts(wanted=False, playing=True, fps=20.0), CameraState.OFF),
        (CameraFacts(wanted=True), CameraState.CONNECTING),
        (CameraFacts(wanted=True, waiting_s=30.0), CameraState.FAILED),
        (ON, CameraState.ON),
        (CameraFacts(wanted=True, playing=True, fps=20.0, unread_s=4.0), CameraState.BUSY),
        (CameraFacts(wanted=True, playing=True, fps=20.0, covered=True), CameraState.COVERED),
        (CameraFacts(wanted=True, playing=True, was_on=True), CameraState.LOST),
        (CameraFacts(wanted=True, was_on=True, error="NotFoundError"), CameraState.LOST),
        (CameraFacts(wanted=True, was_on=True, error="NotAllowedError"), CameraState.REFUSED),
        (CameraFacts(wanted=True, error="NotAllowedError"), CameraState.REFUSED),
        (CameraFacts(wanted=True, error="NotFoundError"), CameraState.ABSENT),
        (CameraFacts(wanted=True, error="NotReadableError"), CameraState.TAKEN),
        (CameraFacts(wanted=True, error="SomethingNew"), CameraState.CONNECTING),
    ],
)
def test_each_trouble_has_its_own_name(facts: CameraFacts, state: CameraState) -> None:
    assert camera_state(facts) is state


def test_every_state_is_told_in_words_of_its_own_that_say_what_to_do() -> None:
    told = {state: words_for(state) for state in CameraState}
    assert len({words.heading for words in told.values()}) == len(CameraState)
    assert all(words.advice for state, words in told.items() if state is not CameraState.ON)
    assert not any("Error" in words.heading + words.advice for words in told.values())


def test_a_lost_camera_is_tried_again_for_ever_but_ever_less_often() -> None:
    waits = [retries_after(CameraState.LOST, attempts) for attempts in range(50)]
    assert None not in waits
    assert waits == sorted(waits, key=float)  # type: ignore[arg-type]
    assert waits[-1] == 30.0


def test_what_only_the_learner_can_mend_is_not_tried_again() -> None:
    for state in (CameraState.REFUSED, CameraState.ABSENT, CameraState.TAKEN, CameraState.OFF):
        assert retries_after(state, 0) is None


def test_a_connection_that_does_not_come_about_is_tried_twice_more() -> None:
    assert [retries_after(CameraState.FAILED, attempts) for attempts in range(3)] == [0, 0, None]


def test_a_start_that_the_browser_missed_is_repeated_soon() -> None:
    def wait(attempts: int, *, offered: bool) -> float | None:
        return retries_after(CameraState.CONNECTING, attempts, offered=offered)

    assert [wait(attempts, offered=False) for attempts in range(3)] == [5.0, 5.0, None]
    assert wait(0, offered=True) is None


@pytest.mark.parametrize("state", CameraState)
def test_no_words_ask_for_a_button_that_is_not_there(state: CameraState) -> None:
    """A camera that is wanted has the button "Camera off", whatever keeps it from coming on."""
    assert "press Camera on" not in words_for(state).advice
