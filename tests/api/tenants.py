"""Two installations' keys, the learners of each, and something of each kind that is theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.keys import KeyStore
from tests.api.learner import CONSENT, PASSAGES, SESSIONS, Clock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNERS = "/api/v1/owners"
Headers = dict[str, str]
#: Stands in everything that is the first learner's, and in nothing else.
WORD = "Zebrafish"


@dataclass
class Tenants:
    """One API that several installations use.

    Attributes:
        app: The API; it wants keys.
        keys: Its keys.
        clock: Its clock.
    """

    app: Flask
    keys: KeyStore
    clock: Clock

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def new_key(self, **options: Any) -> Headers:
        """Return the headers of a new key."""
        return {"X-Api-Key": self.keys.create("installation", NOW, **options)[1]}

    def new_owner(self, key: Headers, **body: Any) -> str:
        answer = self.client.post(OWNERS, json=body, headers=key)
        assert answer.status_code == 201, answer.get_data()
        return str(answer.get_json()["owner_id"])

    def token(self, key: Headers, owner: str, **body: Any) -> Headers:
        """Return the headers of a new session token."""
        answer = self.client.post(f"{OWNERS}/{owner}/tokens", json=body, headers=key)
        assert answer.status_code == 201, answer.get_data()
        return {"Authorization": f"Bearer {answer.get_json()['token']}"}

    def start(self, headers: Headers, **request: Any) -> TestResponse:
        body = {"consent": CONSENT, "retention": "keep", **request}
        return self.client.post(SESSIONS, json=body, headers=headers)

    def session(self, headers: Headers, **request: Any) -> str:
        """Start a session and return its id."""
        answer = self.start(headers, **request)
        assert answer.status_code == 201, answer.get_data()
        return str(answer.get_json()["session_id"])

    def belongings(self, headers: Headers, word: str) -> dict[str, str]:
        """Give a learner a session with a text, a marker and a card; return their ids."""
        text = {"title": word, "passages": PASSAGES}
        session_id = self.session(headers, title=word, goal=word, text=text)
        url = f"{SESSIONS}/{session_id}"
        marked = self.client.post(f"{url}/markers", json=[{"words": word}], headers=headers)
        cards = [{"front": f"What is a {word}?", "back": word}]
        added = self.client.post("/api/v1/cards", json={"cards": cards}, headers=headers)
        return {
            "session_id": session_id,
            "marker_id": marked.get_json()["markers"][0]["marker_id"],
            "card_id": added.get_json()["cards"][0]["card_id"],
        }

    def job(self, headers: Headers, word: str) -> str:
        """Send a video that cannot be read; return its job, which stays as it is."""
        job = self.client.post(
            f"/api/v1/jobs?name={word}", data=b"none", content_type="video/mp4", headers=headers
        )
        self.client.get(f"{job.headers['Location']}/events", headers=headers, buffered=True)
        return str(job.get_json()["job_id"])


MakeTenants = Callable[..., Tenants]


def owned(tenants: Tenants, key: Headers | None = None) -> Headers:
    """Return the headers of a new owner, of a new key unless one is given."""
    key = key or tenants.new_key()
    return {**key, "X-Owner": tenants.new_owner(key)}
