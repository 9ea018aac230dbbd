"""Sessions with everything in them, played in no time."""

from __future__ import annotations

import numpy as np
from sqlalchemy import func, select

from fer_core.affect.indicators import ComprehensionFeatures, StressFeatures
from fer_core.emotions import Emotion
from fer_core.learner.probes import Probe, ProbeKind, clarity_correction
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.markers import Marker
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import metadata, processes
from fer_core.texts.document import Document
from fer_core.texts.opening import open_pasted
from fer_core.texts.question import Question
from tests.synthetic.signals import face, one_hot, picture

START = 1_700_000_000.0

PARAGRAPH = "Plain words stand in this line so that a reader has something to go through. " * 4
TEXT: Document = open_pasted(
    "# How bees find home\n\n" + "\n\n".join([PARAGRAPH] * 8), "How bees find home"
)
QUESTION = Question("Who dances?", ("bees", "ants"), 0, "p2")


def new_session(
    session_id: str = "s1",
    started_at: float = START,
    *,
    title: str = "Biology",
    keep: bool = True,
    profile: LearnerProfile | None = None,
) -> StudySession:
    info = SessionInfo(session_id, started_at, title, "chapter 3", keep=keep)
    return StudySession(info, profile, seed=1)


def play(session: StudySession, seconds: float, since: float = 0.0, fps: float = 2.0) -> None:
    """Let the camera see a face that changes slowly, with a gap now and then."""
    start = session.info.started_at + since
    rng = np.random.default_rng(7)
    for at in np.arange(1, int(seconds * fps) + 1) / fps:
        emotion = Emotion.NATURAL if int(at / 40) % 2 == 0 else Emotion.SAD
        seen = [face(one_hot(emotion, 0.8), x=260 + rng.normal(0, 3))] if at % 90 < 80 else []
        session.observe(picture(*seen), start + float(at))


def read_through(session: StudySession, since: float = 0.0) -> None:
    """Read the text, 12 s a passage, and answer three questions about it."""
    at = session.info.started_at + since
    for passage in TEXT.passages:
        for step in range(6):
            session.mark_passage(passage.passage_id, 1.0, at + 2 * step, at + 2 * step + 2)
        at += 12
    features = ComprehensionFeatures(difficulty=0.5, skimming=1.0, negative=0.3)
    asked = Probe("q1", ProbeKind.QUESTION, at, QUESTION.prompt, "p2", QUESTION, False)
    session.answer(asked, 1, at + 3, features=features)
    stress = Probe("q2", ProbeKind.STRESS, at + 5, "How stressed are you now?")
    session.answer(stress, 7, at + 6, features=StressFeatures(negative=0.5))
    correction = clarity_correction("p3", 2, at + 8)
    session.answer(correction.probe, 2, at + 8, features=features, is_correction=True)
    session.answer(Probe("q3", ProbeKind.CLARITY, at + 9, "How clear?"), None, at + 10)


def full_session(
    session_id: str = "s1", started_at: float = START, *, profile: LearnerProfile | None = None
) -> StudySession:
    """Return a finished session of seven minutes with rows, events, answers and views."""
    session = new_session(session_id, started_at, profile=profile)
    play(session, 200)
    session.pause(started_at + 201)
    session.resume(started_at + 205)
    read_through(session, since=206)
    play(session, 200, since=206)
    marked = [Marker.point(started_at + 90, "Question 3")]
    marked.append(Marker.excluded(started_at + 201.5, started_at + 204.5, "call"))
    session.markers.add(marked, started_at + 420)
    session.finish(started_at + 420)
    return session


def count_rows(store: SessionStore) -> int:
    """Return the number of rows in all tables about learners, of everybody."""
    with store.database.reading() as connection:
        return sum(
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table is not processes
        )


LABEL = TextLabel(TEXT.text_id, TEXT.title, TEXT.words)


def saved(store: SessionStore, session: StudySession) -> StudySession:
    store.follow(session, text=LABEL)
    assert store.save_now()
    return session
