"""One scripted hour with everything in it, and the numbers that a session makes of it.

`python -m tests.sessions.scripted_hour` writes the numbers anew; do so only where a rule was
changed on purpose, and read the difference.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.affect.breaks import BreakPlan
from fer_core.affect.indicators import comprehension_features
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.learner.probes import Probe, ProbeKind, ReadPassage
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.timeline import rebucket
from fer_core.texts.question import Question
from fer_core.vision.faces import Detections, SkinColour, SkinRegions
from tests.synthetic.signals import START, face, one_hot, picture, with_valence

NUMBERS = Path(__file__).with_name("scripted_hour.json")
#: Digits kept of each number.
DIGITS = 5
INFO = SessionInfo("hour", START, "An hour", plan=BreakPlan(20, 5))
QUESTION = Question("Who dances?", ("bees", "ants"), 0, "p2")
PASSAGES = [f"p{number}" for number in range(1, 9)]


def pictures() -> Iterator[tuple[float, Detections]]:
    """Yield (seconds from the start, what the camera showed), an hour long."""
    rng = np.random.default_rng(11)
    at, valence = 0.0, 0.0
    while at < 3600.0:
        fps = 10.0 if 1800 <= at < 1920 else 2.0
        at += (1.0 + float(rng.uniform(-0.3, 0.3))) / fps
        valence = 0.99 * valence + 0.02 * float(rng.normal())
        yield at, _picture(at, valence, rng)


def _picture(at: float, valence: float, rng: np.random.Generator) -> Detections:
    minute, second = divmod(at, 60.0)
    x, y = 260 + 4 * float(rng.normal()), 140 + 4 * float(rng.normal())
    p = 0.9 * with_valence(valence - (0.4 if 40 <= minute < 48 else 0.0)) + 0.02
    if rng.random() < 0.05:
        p = one_hot(EMOTIONS[int(rng.integers(5))], 0.7)
    own = face(p, x=x + (180 if minute in (8, 9) else 0), y=y)
    if rng.random() < 0.03 or (minute % 7 == 3 and second < 4):
        return picture()  # a slip of the detector, or a short look away
    if minute in (6, 7, 25, 26, 27):
        return picture()  # away; the second time long enough for a rest
    if minute == 12 and second < 35:
        return picture(own, face(one_hot(Emotion.HAPPY, 0.9), x=20))
    if minute == 14 and second < 40:
        return picture(blank=True)
    if 30 <= minute < 32:
        beat = 0.005 * math.sin(2 * math.pi * 70 / 60 * at)
        skin = np.array([198, 150, 125]) * (1 + beat * np.array([0.33, 0.77, 0.53]))
        colour = SkinColour(*(float(value) for value in skin))
        own = replace(own, skin=SkinRegions(colour, colour))
    if rng.random() < 0.02:
        own = replace(own, probabilities=np.full(5, 0.2))
    return picture(own)


def play(session: StudySession) -> list[Any]:
    """Play the hour, with its reading, its questions and its commands; return the snapshots."""
    moments: list[Any] = []
    commands = _commands(session)
    for at, seen in pictures():
        while commands and commands[0][0] <= at:
            when, command = commands.pop(0)
            command(START + when)
        if 33 * 60 < at < 34 * 60 and at % 20 < 15:
            continue  # the camera falls silent now and then
        session.observe(seen, START + at)
        if at % 97 < 0.5:
            session.observe(seen, START + at - 1)  # a late one
        _ask_and_read(session, at)
        if len(moments) < at // 50:
            moments.append(plain(session.snapshot(START + at)))
    return moments


def _commands(session: StudySession) -> list[tuple[float, Any]]:
    def rate(on: bool) -> Any:
        return lambda at: session.read_heart_rate(on)

    return [
        (540.0, session.dismiss_break),
        (900.5, session.pause),
        (960.2, session.resume),
        (1000.4, session.pause),
        (1010.1, session.resume),
        (1450.0, session.snooze_break),
        (1800.0, rate(True)),
        (2000.0, rate(False)),
        (2100.0, lambda at: session.set_reading(comprehension_features(difficulty=1.3))),
        (2450.0, session.take_break),
        (2465.3, session.resume),
        (2700.0, lambda at: session.set_reading(None)),
        (3300.0, session.take_break),
        (3310.0, session.pause),
        (3450.5, session.resume),
    ]


def _ask_and_read(session: StudySession, at: float) -> None:
    reading = 2100 <= at < 2700
    read = None
    if reading:
        number = int(at - 2100) // 60
        if number < len(PASSAGES) and int(at * 2) % 4 == 0:
            session.mark_passage(PASSAGES[number], 0.5 + 0.05 * number, START + at - 2, START + at)
        behind = range(max(0, number - 3), min(number, len(PASSAGES)))
        read = [ReadPassage(PASSAGES[one], number - one, 20.0 + one) for one in behind]
    probe = session.next_probe(START + at, read)
    if probe is not None and at - (probe.asked_at - START) > 4 and int(at) % 3:
        options = probe.options
        value = None if int(at) % 5 == 0 else options[int(at * 7) % len(options)]
        features = (
            comprehension_features(difficulty=0.9, wpm=250, own_wpm=238)
            if probe.passage_id
            else None
        )
        session.answer(probe, value, START + at, features=features)
    if reading and session.probe("own") is None and at > 2400:
        own = Probe("own", ProbeKind.QUESTION, START + at, QUESTION.prompt, "p2", QUESTION, False)
        if "own" not in {answer.probe.probe_id for answer in session.answers}:
            features = comprehension_features(difficulty=0.5, wpm=400, own_wpm=238, away_share=0.2)
            session.answer(own, 1, START + at, features=features)


def numbers() -> dict[str, Any]:
    """Play the hour three ways, whole and brought back twice; return all that it gives."""
    session = StudySession(INFO, seed=5, questions=(QUESTION,))
    made: dict[str, Any] = {"moments": play(session)}
    made["interrupted"] = _described(_restored(session), 3650)
    resumed = _restored(session)
    resumed.resume(START + 3700)
    for second in range(1, 400):
        resumed.observe(picture(face(one_hot(Emotion.SAD, 0.8))), START + 3700 + second / 2)
    made["resumed"] = _described(resumed, 3900)
    session.finish(START + 3605)
    made["finished"] = _described(session, 3650)
    made["finished_again"] = _described(_restored(session), 3650)
    known = StudySession(INFO, LearnerProfile(baseline=session.baseline), seed=5)
    for at, seen in pictures():
        if at > 400:
            break
        known.observe(seen, START + at)
    made["known"] = _described(known, 401)
    return made


def _restored(session: StudySession) -> StudySession:
    return StudySession.restore(
        session.info,
        session.rows(),
        session.events(),
        answers=session.examples,
        views=session.views,
        questions=(QUESTION,),
        seed=5,
    )


def _described(session: StudySession, at: float) -> dict[str, Any]:
    at += START
    signals = session.signals()
    rows = list(rebucket(session.rows(), 120.0))
    return {
        "totals": plain(session.totals(at)),
        "snapshot": plain(session.snapshot(at)),
        "rows": [plain(row.to_dict()) for row in rows],
        "row_count": len(session.rows()),
        "events": [plain(event.to_dict()) for event in session.events()],
        "answers": plain(session.examples),
        "views": plain(session.views),
        "coefficients": plain([weights.full.mean for weights in session.weights]),
        "signals": plain([np.nanmean(signals.present), np.nanmean(signals.negative_z)]),
        "baseline": plain(None if session.baseline is None else session.baseline.to_dict()),
    }


def plain(value: Any) -> Any:
    """Return JSON values, numbers rounded and moments counted from the start."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int | float | np.floating):
        number = float(value)
        return round(number - START if number > START / 2 else number, DIGITS)
    return str(value)


if __name__ == "__main__":
    NUMBERS.write_text(json.dumps(numbers(), separators=(",", ":")) + "\n", encoding="utf-8")
