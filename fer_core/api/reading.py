"""What the learner reads and answers: passages on the screen, probes, answers."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.documentation import CHANGE, SECURITY, answers
from fer_core.api.problems import Malformed
from fer_core.api.schemas.problems import FieldProblem
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.schemas.snapshots import ProbeOut
from fer_core.api.schemas.study import (
    AnswerIn,
    AnswersIn,
    LostIn,
    PassagesSeen,
    PlaybackIn,
    Taken,
)
from fer_core.api.services import json_response, refuse_future, services, session_to_change
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Probe
from fer_core.live.running_session import RunningSession
from fer_core.reading.playback import Played
from fer_core.reading.visibility import View

reading = APIBlueprint(
    "reading",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Study", description="What goes into a running session and comes out")],
    abp_security=SECURITY,
)


@reading.post(
    "/<session_id>/passages",
    operation_id="reportPassages",
    responses=answers({200: Taken}, *CHANGE, 413, 415),
)
def report_passages(path: SessionPath, body: PassagesSeen) -> Response:
    """Say which passages were on the screen

    Send what stood in the reading band, every few seconds. Reports may overlap and may come
    again: time counts once. What lies in a pause is left out. With `on_screen` the time of a
    passage is told by where one reads on the screen; without it, by shares of the band.
    """
    running = session_to_change(path)
    for index, seen in enumerate(body.root):
        refuse_future(seen.to, f"/{index}/to")
    running.see(
        View(
            seen.passage_id,
            seen.visible_share,
            seen.from_,
            seen.to,
            on_screen=seen.on_screen,
            line=seen.line,
        )
        for seen in body.root
    )
    services().sessions.history.save_one(running)
    return json_response(Taken(taken=len(body.root)))


@reading.post(
    "/<session_id>/playback",
    operation_id="reportPlayback",
    responses=answers({200: Taken}, *CHANGE, 413, 415),
)
def report_playback(path: SessionPath, body: PlaybackIn) -> Response:
    """Say how the session's video was played

    Send where your player stood, every few seconds and at every move. Each second goes to the part
    of the video that it played in; going back is a return. In a session without a video nothing is
    taken.
    """
    running = session_to_change(path)
    for index, played in enumerate(body.root):
        refuse_future(played.to, f"/{index}/to")
    if running.reading is None or not running.reading.document.is_video:
        return json_response(Taken(taken=0))
    running.play(Played(one.from_, one.to, one.video_from_s, one.video_to_s) for one in body.root)
    services().sessions.history.save_one(running)
    return json_response(Taken(taken=len(body.root)))


@reading.post(
    "/<session_id>/lost",
    operation_id="reportLost",
    responses=answers({200: Taken}, *CHANGE, 413, 415),
)
def report_lost(path: SessionPath, body: LostIn) -> Response:
    """Say that the learner is lost in a passage

    It counts as an answer: not clear at all. In a session about a video the feedback says where the
    video stood then; report what was played up to then first.
    """
    running = session_to_change(path)
    if body.at is not None:
        refuse_future(body.at, "/at")
    services().sessions.annotations.lose(running, body.passage_id, body.at)
    return json_response(Taken(taken=1))


@reading.get(
    "/<session_id>/probe",
    operation_id="getProbe",
    responses=answers({200: ProbeOut, 204: None}, *CHANGE),
)
def get_probe(path: SessionPath) -> Response:
    """Ask for the question to put to the learner now

    204 says: none. They are rare, one in three to five minutes, and each can be skipped.
    """
    running = session_to_change(path)
    probe = running.next_probe(services().clock())
    return Response(status=204) if probe is None else json_response(ProbeOut.of(probe))


@reading.post(
    "/<session_id>/answers",
    operation_id="sendAnswers",
    responses=answers({200: Taken}, *CHANGE, 413, 415),
)
def send_answers(path: SessionPath, body: AnswersIn) -> Response:
    """Send the learner's answers

    A second answer to the same probe replaces the first. `passage_id` instead of `probe_id`
    corrects the mark on a passage: that too is an answer, and teaches the estimates. It is taken
    after the end of a kept session as well.
    """
    running, now = session_to_change(path), services().clock()
    probes = [_probe_of(running, answer, position) for position, answer in enumerate(body.root)]
    if running.is_finished and any(probe is not None for probe in probes):
        raise SessionFinished  # before any of the batch is taken
    for answer, probe in zip(body.root, probes, strict=True):
        _take(running, answer, probe, now)
    return json_response(Taken(taken=len(body.root)))


def _probe_of(running: RunningSession, answer: AnswerIn, position: int) -> Probe | None:
    """Return the probe that is answered; None for a correction.

    Raises:
        Malformed: There is no such probe, or the value is none of its answers.
    """
    if answer.probe_id is None:
        if answer.confidence is not None:
            raise _wrong(position, "confidence", "only an answer to a question has one")
        return None
    probe = running.session.probe(answer.probe_id)
    if probe is None:
        raise _wrong(position, "probe_id", "no such probe was asked in this session")
    if answer.value is not None and answer.value not in probe.options:
        low, high = probe.scale.low, probe.scale.high
        raise _wrong(position, "value", f"must be a whole number from {low} to {high}, or null")
    if answer.confidence is not None and (probe.question is None or answer.value is None):
        raise _wrong(position, "confidence", "only an answer to a question has one")
    return probe


def _take(running: RunningSession, answer: AnswerIn, probe: Probe | None, now: float) -> None:
    if probe is None:
        assert answer.passage_id is not None  # noqa: S101  (held by the schema)
        assert answer.value is not None  # noqa: S101
        services().sessions.annotations.correct(running, answer.passage_id, answer.value)
        return
    running.answer(probe, answer.value, now, confidence=answer.confidence)


def _wrong(position: int, field: str, detail: str) -> Malformed:
    return Malformed(errors=(FieldProblem(pointer=f"/{position}/{field}", detail=detail),))
