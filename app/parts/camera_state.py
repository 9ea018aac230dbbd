"""What the camera does now, what to say about it, and when to try again.

Policy only: facts come in, times among them; nothing is shown and nothing is started here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: A connection that does not stand after this long never will. Seconds.
CONNECT_WITHIN_S = 20.0
#: A browser that has offered no video this long after an attempt has lost it, or waits for its
#: learner's word; another attempt does no harm. Seconds, and how often.
OFFER_WITHIN_S, MOST_REPEATS = 5.0, 2
#: Pictures may take this long to be analysed before the computer counts as busy. Seconds.
BUSY_AFTER_S = 3.0
#: A camera that is lost is tried again after these, and then every so often. Seconds.
RETRY_AFTER_S = (2.0, 5.0, 10.0, 20.0, 30.0)


class CameraState(StrEnum):
    """What the camera does."""

    OFF = "off"
    CONNECTING = "connecting"
    ON = "on"
    BUSY = "busy"
    COVERED = "covered"
    LOST = "lost"
    REFUSED = "refused"
    ABSENT = "absent"
    TAKEN = "taken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What is known of the camera at one moment.

    Attributes:
        wanted: The learner wants it on.
        playing: The browser shows video.
        error: Name of the browser's error at the last attempt; "" without one.
        fps: Pictures a second from the camera, over the last seconds.
        covered: Its pictures are black.
        unread_s: Seconds since a picture was last analysed, or since pictures come.
        waiting_s: Seconds since the last picture, or since the attempt.
        was_on: Pictures have come since it was wanted.
    """

    wanted: bool
    playing: bool = False
    error: str = ""
    fps: float = 0.0
    covered: bool = False
    unread_s: float = 0.0
    waiting_s: float = 0.0
    was_on: bool = False


@dataclass(frozen=True, slots=True)
class CameraWords:
    """What to say of a state.

    Attributes:
        icon: A Material icon.
        heading: What it is, in a few words.
        advice: What to do.
    """

    icon: str
    heading: str
    advice: str


_ERRORS = {
    "NotAllowedError": CameraState.REFUSED,
    "SecurityError": CameraState.REFUSED,
    "NotFoundError": CameraState.ABSENT,
    "OverconstrainedError": CameraState.ABSENT,
    "NotReadableError": CameraState.TAKEN,
    "AbortError": CameraState.TAKEN,
}


def camera_state(facts: CameraFacts) -> CameraState:
    """Return what the camera does, from what is known of it."""
    if not facts.wanted:
        return CameraState.OFF
    if facts.playing and facts.fps > 0:
        if facts.covered:
            return CameraState.COVERED
        return CameraState.BUSY if facts.unread_s > BUSY_AFTER_S else CameraState.ON
    failed = _ERRORS.get(facts.error)
    if failed is CameraState.REFUSED:
        return CameraState.REFUSED
    if facts.was_on:
        # Whatever the browser says of it: it was there, and it may come back.
        return CameraState.LOST
    if failed is not None:
        return failed
    return CameraState.FAILED if facts.waiting_s > CONNECT_WITHIN_S else CameraState.CONNECTING


def retries_after(state: CameraState, attempts: int, *, offered: bool = True) -> float | None:
    """Return how long to wait before the next attempt, in seconds; None: the learner starts it.

    Args:
        state: What the camera does.
        attempts: How often it was tried since it was last on.
        offered: The browser has offered its video, and the connection is being made.
    """
    if state is CameraState.CONNECTING and not offered and attempts < MOST_REPEATS:
        return OFFER_WITHIN_S
    if state is CameraState.LOST:
        return RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S) - 1)]
    if state is CameraState.FAILED and attempts < 2:
        return 0.0
    return None


def words_for(state: CameraState, *, has_relay: bool = False) -> CameraWords:
    """Return what to say of a state.

    Args:
        state: What the camera does.
        has_relay: STUN or TURN servers are set, for a browser on another machine.
    """
    if state is CameraState.FAILED:
        return CameraWords(
            ":material/videocam_off:",
            "No connection to the camera",
            "A firewall may block it, or the STUN or TURN server may be down."
            if has_relay
            else "Your computer may be too busy, or a VPN or a firewall is in the way. Turn the "
            "camera off and on again, or take snapshots: see Options.",
        )
    return _WORDS[state]


_WORDS = {
    CameraState.OFF: CameraWords(
        ":material/videocam_off:", "Camera is off", "The timer works without it."
    ),
    CameraState.CONNECTING: CameraWords(
        ":material/hourglass_empty:",
        "Starting the camera…",
        "If your browser asks, allow the camera.",
    ),
    CameraState.ON: CameraWords(":material/videocam:", "Camera is on", ""),
    CameraState.BUSY: CameraWords(
        ":material/speed:",
        "Your computer is busy",
        "The reading catches up by itself. Close other programs if this lasts. The timer goes on.",
    ),
    CameraState.COVERED: CameraWords(
        ":material/visibility_off:",
        "The camera sees only black",
        "Open its cover or its switch. Nothing is read until then. The timer goes on.",
    ),
    CameraState.LOST: CameraWords(
        ":material/videocam_off:",
        "Camera lost. Reconnecting…",
        "It comes back by itself. Check its cable, and close other programs that use it.",
    ),
    CameraState.REFUSED: CameraWords(
        ":material/block:",
        "Your browser blocks the camera",
        "Click the camera icon in the address bar and allow it. If the camera does not come on by "
        "itself then, turn it off and on again.",
    ),
    CameraState.ABSENT: CameraWords(
        ":material/videocam_off:",
        "No camera found",
        "Plug one in, then turn the camera off and on again. The timer works without it.",
    ),
    CameraState.TAKEN: CameraWords(
        ":material/videocam_off:",
        "Another program uses the camera",
        "Close that program or tab, then turn the camera off and on again.",
    ),
}
