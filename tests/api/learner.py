"""A learner at the API's other end, with a clock that tests turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.schemas.moments import format_moment

SESSIONS = "/api/v1/sessions"
CONSENT = {"version": "2026-11", "accepted_at": "2026-11-20T09:00:00Z"}
START = 1_800_000_000.0

PASSAGES = [
    {"passage_id": f"p{number}", "text": "Plants turn light into sugar. " * 12}
    for number in range(1, 7)
]


@dataclass
class Clock:
    """Stands still until it is told otherwise."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Learner:
    """Runs one session through a client.

    Attributes:
        client: The API.
        clock: The API's clock.
        session_id: The session that was started.
    """

    client: FlaskClient
    clock: Clock
    session_id: str = field(default="", init=False)

    @property
    def url(self) -> str:
        return f"{SESSIONS}/{self.session_id}"

    def start(self, **request: Any) -> TestResponse:
        answer = self.client.post(SESSIONS, json={"consent": CONSENT, **request})
        self.session_id = (answer.get_json() or {}).get("session_id", "")
        return answer

    def frame(self, data: bytes, at: float | None = None, **headers: str) -> TestResponse:
        """Send a frame that was captured `at` seconds after the start; now if None."""
        if at is not None:
            headers["X-Captured-At"] = format_moment(START + at)
        return self.client.post(
            f"{self.url}/frames", data=data, content_type="image/jpeg", headers=headers
        )

    def sit(self, data: bytes, until: float, step: float = 0.5) -> None:
        """Send the same frame every `step` seconds until so many seconds after the start."""
        while self.clock.now < START + until:
            self.clock.now += step
            assert self.frame(data, self.clock.now - START).status_code == 200

    def stay(self, until: float) -> None:
        """Be there without a camera until so many seconds after the start: ask once a minute."""
        while self.clock.now < START + until:
            self.clock.now = min(self.clock.now + 60, START + until)
            assert self.get().status_code == 200

    def get(self, name: str = "", **query: Any) -> TestResponse:
        return self.client.get(f"{self.url}{name}", query_string=query)

    def post(self, name: str, body: Any = None) -> TestResponse:
        return (
            self.client.post(f"{self.url}{name}", json=body)
            if body is not None
            else (self.client.post(f"{self.url}{name}"))
        )

    def see(self, passage_id: str, start: float, end: float, share: float = 1.0) -> TestResponse:
        """Report a passage as visible between two times after the start."""
        return self.post(
            "/passages",
            [
                {
                    "passage_id": passage_id,
                    "visible_share": share,
                    "from": format_moment(START + start),
                    "to": format_moment(START + end),
                }
            ],
        )
