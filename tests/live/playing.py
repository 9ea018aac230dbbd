"""What running sessions are given in tests: faces, passages on the screen, time that passes."""

from __future__ import annotations

from fer_core.emotions import Emotion
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import Mark
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.storage.queries import LEFT_S, remove_temporary
from tests.storage.sessions import TEXT
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
SAD = picture(face(one_hot(Emotion.SAD, 0.8)))
NOBODY = picture()
HOURS = 3600.0


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


def info(clock: Clock, *, keep: bool = True) -> SessionInfo:
    """Describe a session that starts now."""
    return SessionInfo(new_session_id(), clock(), "Biology", keep=keep)


def watch(running: RunningSession, clock: Clock, seconds: int) -> None:
    """Let a calm face be seen for so long, twice a second."""
    for _ in range(2 * seconds):
        clock.at += 0.5
        running.observe(CALM, clock())


def read(running: RunningSession, clock: Clock) -> None:
    """Have the first three passages of the text on the screen, ten seconds each."""
    for passage in TEXT.passages[:3]:
        clock.at += 10
        running.sign()
        running.session.mark_passage(passage.passage_id, 1.0, clock() - 10, clock())


def marks(running: RunningSession) -> dict[str, Mark]:
    assert running.reading is not None
    return {one.passage_id: one.mark for one in running.reading.result().highlights}


def forget_words(registry: SessionRegistry) -> None:
    """Let the words go that were not to be kept, as after hours."""
    store = registry.history.store
    assert store is not None
    with store.database.writing() as connection:
        remove_temporary(connection, registry.clock() + LEFT_S + 1)


def stay(running: RunningSession, clock: Clock, seconds: float) -> None:
    """Let time pass with a sign of the learner every ten seconds."""
    for _ in range(int(seconds // 10)):
        clock.at += 10
        running.sign()


def finished_reading(registry: SessionRegistry, clock: Clock) -> RunningSession:
    """Return a session in which three passages were read and the first was said to be hard."""
    running = registry.start(info(clock), TEXT)
    read(running, clock)
    registry.annotations.correct(running, "p1", 1)
    registry.finish(running)
    assert marks(running)["p1"] is Mark.HARD_SAID
    return running
