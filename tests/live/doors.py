"""The two doors to a running session, one learner's hand at each: the page's and the API's.

Both do what a learner does and tell what the door tells. Each stands before a registry of its own,
on an engine that finds what the test says.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import streamlit as st
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.parts import sessions as page_sessions
from app.parts.camera import LiveCamera
from app.parts.reports import PassageView
from app.reading.open_text import open_text_of
from fer_core.api.app import create_app
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.schemas.moments import format_moment
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.api.serializers import row_of, totals_of
from fer_core.api.services import AppServices
from fer_core.config import Settings
from fer_core.errors import SessionElsewhere, SessionFinished, SessionNotFound
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.reading.visibility import View
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.sessions.timeline import rebucket
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document
from fer_core.vision.faces import Detections
from tests.live.playing import Clock
from tests.live.scripted_engine import ScriptedEngine, ScriptedModels

SESSIONS = "/api/v1/sessions"
FRAME = np.full((48, 64, 3), 110, np.uint8)


class Refused(Exception):
    """A door said no; `code` is the error's, the same at both."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Door(ABC):
    """A learner's hand at one door.

    Attributes:
        registry: What stands behind the door.
        clock: Of the registry.
        session_id: The session that was started, or that is gone on with.
    """

    def __init__(self, registry: SessionRegistry, clock: Clock) -> None:
        self.registry = registry
        self.clock = clock
        self.session_id = ""
        self.engine = ScriptedEngine()

    @property
    def store(self) -> SessionStore:
        store = self.registry.history.store
        assert store is not None
        return store

    @property
    def session(self) -> StudySession:
        running = self.registry.find(self.session_id)
        assert running is not None
        return running.session

    def watch(self, seen: Detections, seconds: float) -> None:
        """Have the camera see this, twice a second."""
        self.engine.seen = seen
        for _ in range(int(2 * seconds)):
            self.clock.at += 0.5
            self.frame()

    @abstractmethod
    def start(self, text: Document | None = None, *, keep: bool = True) -> None:
        """Start a session."""

    @abstractmethod
    def frame(self) -> None:
        """Send one picture of the camera, captured now."""

    def see(self, passage_id: str, start: float, end: float) -> None:
        """Have a passage on the screen between two moments."""
        self.show([View(passage_id, 1.0, start, end)])

    @abstractmethod
    def show(self, views: Sequence[View]) -> None:
        """Have this on the screen."""

    @abstractmethod
    def resume(self) -> None:
        """Go on after a pause."""

    @abstractmethod
    def finish(self) -> None:
        """End the session."""

    @abstractmethod
    def correct(self, passage_id: str, clarity: int) -> None:
        """Say how clear a passage was."""

    @abstractmethod
    def question(self) -> str | None:
        """Return the name of the question to put to the learner now; None: there is none."""

    @abstractmethod
    def answer(self, probe_id: str, value: int) -> None:
        """Answer a question."""

    @abstractmethod
    def erase_all(self) -> None:
        """Erase everything."""

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """Return the state, the totals and the snapshot that the door tells now."""

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """Return the timeline that the door tells."""

    @abstractmethod
    def marks(self) -> dict[str, str]:
        """Return the marks on passages that the door tells."""

    @abstractmethod
    def seconds(self) -> dict[str, float]:
        """Return the time that the door tells of each passage that was on the screen."""

    @abstractmethod
    def history_problem(self) -> str:
        """Return what the door says of a history that is not being saved."""

    @abstractmethod
    def kept_beside(self) -> int:
        """Return how many sessions the door keeps something beside: a camera, answers."""


class PageDoor(Door):
    """What the page calls when its buttons are pressed and its parts run."""

    def __init__(self, registry: SessionRegistry, clock: Clock, patch: pytest.MonkeyPatch) -> None:
        super().__init__(registry, clock)
        st.cache_resource.clear()
        patch.setattr(page_sessions, "_registry", lambda _: registry)
        patch.setattr(page_sessions, "engine_or_stop", lambda: self.engine)
        patch.setattr(page_sessions, "now", clock)

    def here(self) -> RunningSession:
        """Return the session as a run of the page finds it."""
        try:
            return page_sessions.session_registry().get_to_change(self.session_id)
        except (SessionNotFound, SessionElsewhere) as error:
            raise Refused(error.code) from error

    def camera(self) -> LiveCamera:
        return page_sessions.camera_of(self.here())

    def start(self, text: Document | None = None, *, keep: bool = True) -> None:
        info = SessionInfo(new_session_id(), self.clock(), consent_version="1", keep=keep)
        self.session_id = page_sessions.session_registry().start(info, text).session_id

    def frame(self) -> None:
        camera = self.camera()
        camera.on_frame(av.VideoFrame.from_ndarray(FRAME, format="rgb24"))
        assert camera.figures().errors == 0

    def show(self, views: Sequence[View]) -> None:
        for (start, end), at_once in groupby(views, lambda view: (view.start, view.end)):
            seen = list(at_once)
            report = PassageView(
                start,
                end,
                {one.passage_id: one.visible_share for one in seen},
                {one.passage_id: one.on_screen for one in seen if one.on_screen is not None},
                {one.passage_id: one.line for one in seen if one.line is not None},
            )
            open_text_of(self.here()).see(report)

    def resume(self) -> None:
        self.here().session.resume(self.clock())

    def finish(self) -> None:
        running = self.here()
        page_sessions.session_registry().finish(running)
        page_sessions.camera_of(running).close()

    def correct(self, passage_id: str, clarity: int) -> None:
        open_text_of(self.here()).correct(passage_id, clarity)

    def question(self) -> str | None:
        probe = self.here().next_probe(self.clock())
        return None if probe is None else probe.probe_id

    def answer(self, probe_id: str, value: int) -> None:
        running = self.here()
        probe = running.session.probe(probe_id)
        assert probe is not None
        try:
            running.answer(probe, value, self.clock())
        except SessionFinished as error:
            raise Refused(error.code) from error

    def erase_all(self) -> None:
        page_sessions.session_registry().erase_all()

    def told(self) -> dict[str, Any]:
        session = self.here().session
        return {
            "state": session.state.value,
            "totals": totals_of(session, self.clock()).model_dump(mode="json"),
            "snapshot": SnapshotOut.of(session.snapshot(self.clock())).model_dump(
                mode="json", by_alias=True
            ),
        }

    def rows(self) -> list[dict[str, Any]]:
        rows = rebucket(self.here().session.rows(), 1.0)
        return [row_of(row, ()).model_dump(mode="json", by_alias=True) for row in rows]

    def marks(self) -> dict[str, str]:
        highlights = open_text_of(self.here()).tracker.result().highlights
        return {one.passage_id: one.mark.value for one in highlights}

    def seconds(self) -> dict[str, float]:
        passages = open_text_of(self.here()).tracker.result().reading.passages
        return {one.passage_id: one.seconds for one in passages if one.seen}

    def history_problem(self) -> str:
        return page_sessions.history_problem()

    def kept_beside(self) -> int:
        return len(page_sessions._cameras())


class ApiDoor(Door):
    """What a client sends."""

    def __init__(self, registry: SessionRegistry, clock: Clock, folder: Path) -> None:
        super().__init__(registry, clock)
        settings = Settings(data_dir=folder, api_rate_limit="100000/second")
        keys = KeyRing(KeyStore(folder / "api-keys.json"), ())
        models = ScriptedModels(self.engine)
        self.app = create_app(settings, models, keys, registry, require_key=False)
        self.client: FlaskClient = self.app.test_client()
        self._jpeg = cv2.imencode(".jpg", FRAME)[1].tobytes()

    def ask(self, method: str, name: str, **request: Any) -> TestResponse:
        answer = self.client.open(f"{SESSIONS}/{self.session_id}{name}", method=method, **request)
        if answer.status_code >= 400:
            raise Refused(answer.get_json()["code"])
        return answer

    def start(self, text: Document | None = None, *, keep: bool = True) -> None:
        body: dict[str, Any] = {
            "consent": {"version": "1", "accepted_at": "2020-01-01T00:00:00Z"},
            "retention": "keep" if keep else "none",
        }
        if text is not None:
            body["text"] = {
                "title": text.title,
                "passages": [
                    {"passage_id": one.passage_id, "text": one.text} for one in text.passages
                ],
            }
        self.session_id = ""
        answer = self.client.post(SESSIONS, json=body)
        self.session_id = answer.get_json()["session_id"]

    def frame(self) -> None:
        self.ask("POST", "/frames", data=self._jpeg, content_type="image/jpeg")

    def show(self, views: Sequence[View]) -> None:
        seen = [
            {
                "passage_id": view.passage_id,
                "visible_share": view.visible_share,
                "on_screen": view.on_screen,
                "line": view.line,
                "from": format_moment(view.start),
                "to": format_moment(view.end),
            }
            for view in views
        ]
        self.ask("POST", "/passages", json=seen)

    def resume(self) -> None:
        self.ask("POST", "/resume")

    def finish(self) -> None:
        self.ask("POST", "/finish")

    def correct(self, passage_id: str, clarity: int) -> None:
        self.ask("POST", "/answers", json=[{"passage_id": passage_id, "value": clarity}])

    def question(self) -> str | None:
        answer = self.ask("GET", "/probe")
        return None if answer.status_code == 204 else str(answer.get_json()["probe_id"])

    def answer(self, probe_id: str, value: int) -> None:
        self.ask("POST", "/answers", json=[{"probe_id": probe_id, "value": value}])

    def erase_all(self) -> None:
        assert self.client.delete(SESSIONS).status_code == 204

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask("GET", "").get_json()
        return {name: answer[name] for name in ("state", "totals", "snapshot")}

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("GET", "/timeline").get_json()["rows"]
        return rows

    def marks(self) -> dict[str, str]:
        highlights = self.ask("GET", "/feedback").get_json()["highlights"]
        return {one["passage_id"]: one["mark"] for one in highlights}

    def seconds(self) -> dict[str, float]:
        passages = self.ask("GET", "/feedback").get_json()["passages"]
        return {one["passage_id"]: one["seconds"] for one in passages}

    def history_problem(self) -> str:
        history = self.ask("GET", "").get_json()["history"]
        return "" if history["saving"] else str(history["message"])

    def kept_beside(self) -> int:
        services: AppServices = self.app.extensions["fer"]
        return len(services.frames)
