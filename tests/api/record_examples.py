"""Record the contract's examples of answers from a session that really runs.

    python -m tests.api.record_examples

Writes fer_core/api/examples.json: by operation, what it answered. Nothing in it is made up; only
ids, the server's own times and long lists are cut to what a reader needs.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import skimage.data
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.app import create_app
from fer_core.api.documentation import EXAMPLES
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.model_loader import ModelService
from fer_core.api.schemas.moments import format_moment
from fer_core.config import Settings
from fer_core.live.registry import SessionRegistry
from fer_core.storage.engines import database_url
from fer_core.storage.store import SessionStore
from fer_core.vision.engine import InferenceEngine
from tests.api.conftest import encoded
from tests.api.learner import PASSAGES, SESSIONS, START, Clock, Learner
from tests.video.films_in_files import even_times, film, still

#: Keeps what an operation answered, and returns it.
Take = Callable[[str, TestResponse], Any]
SESSION_ID = "pX3kQ0m2Tq8vY1rB7dJw5A"
OWNER_ID = "7f3a0c5e9b1d4826af63e0d1"
JOB_ID = "b7Qm0Zr4Wc1Xn8Kp5Sd2Fw"
LIST_ITEMS = 2
TEXT_LINES = 5


def record(app: Flask, clock: Clock, key: str) -> dict[str, Any]:
    """Run a session of eleven minutes and return what each operation answered."""
    photo = encoded(skimage.data.astronaut())
    learner = Learner(app.test_client(), clock)
    client, taken = learner.client, {}

    def take(operation: str, answer: TestResponse) -> Any:
        assert answer.status_code < 300, (operation, answer.status_code)
        taken[operation] = answer.get_json() if answer.is_json else answer.get_data(as_text=True)
        return taken[operation]

    take("health", client.get("/healthz"))
    take("ready", client.get("/readyz"))
    take("model", client.get("/api/v1/model"))
    take(
        "analysePictures",
        client.post("/api/v1/analyses", data=photo, content_type="image/jpeg"),
    )
    plan = {"focus_min": 10, "break_min": 5}
    text = {"title": "Photosynthesis", "passages": PASSAGES}
    take("createSession", learner.start(title="Chapter 3", plan=plan, text=text))
    for number in range(11):
        learner.sit(photo, 60 * number + 60, step=2.0)
        learner.see(f"p{number % 6 + 1}", 60 * number, 60 * number + 60)
        if number == 0:
            take("exportSession", learner.get("/export"))
            taken["exportSession csv"] = learner.get("/export", format="csv").get_data(as_text=True)
        if "getProbe" not in taken and (asked := learner.get("/probe")).status_code == 200:
            probe = take("getProbe", asked)
            answer = {"probe_id": probe["probe_id"], "value": probe["high"]}
            take("sendAnswers", learner.post("/answers", [answer]))
    clock.now += 1
    take("sendFrame", learner.frame(photo, clock.now - START, **{"X-Frame-Id": "f331"}))
    take("reportPassages", learner.see("p6", 660, 661))
    take("addMarkers", learner.post("/markers", [{"words": "Question 3"}]))
    lines = "time,until,words\n1:00,1:30,phone call\n"
    take(
        "importMarkers",
        client.post(f"{learner.url}/markers/csv", data=lines, content_type="text/csv"),
    )
    take("listMarkers", learner.get("/markers"))
    take("endExcluded", learner.post("/markers/end"))
    take("getTimeline", learner.get("/timeline", bucket="4m"))
    take("getFeedback", learner.get("/feedback"))
    events = learner.client.get(f"{learner.url}/events", buffered=False)
    stream = events.iter_encoded()
    taken["followSession"] = b"".join(next(stream) for _ in range(5)).decode()
    events.close()
    take("makeCards", learner.post("/cards", {"passage_ids": ["p1"]}))
    take("getSession", learner.get())
    take("answerBreak", learner.post("/break", {"answer": "snooze"}))
    take("pauseSession", learner.post("/pause"))
    take("resumeSession", learner.post("/resume"))
    take("listSessions", client.get(SESSIONS, query_string={"limit": 1}))
    take("finishSession", learner.post("/finish"))
    record_lecture(Learner(client, clock), take)
    take("getDays", client.get("/api/v1/days?time_zone=Europe/Berlin"))
    video = film([still(skimage.data.astronaut())] * 10, even_times(1))
    created = client.post("/api/v1/jobs?name=lecture", data=video, content_type="video/mp4")
    job = take("createJob", created)
    address = created.headers["Location"]
    told = client.get(f"{address}/events", buffered=True).get_data(as_text=True)
    taken["followJob"] = "\n\n".join(told.split("\n\n")[:2]) + "\n\n"
    take("getJob", client.get(address))
    take("cancelJob", client.post(f"{address}/cancel"))
    take("listJobs", client.get("/api/v1/jobs"))
    take("getJobResults", client.get(f"{address}/results"))
    taken["getJobResults csv"] = client.get(f"{address}/results?format=csv").get_data(as_text=True)
    taken = json.loads(json.dumps(taken).replace(job["job_id"], JOB_ID))
    take("metrics", client.get("/metrics"))
    old = "Die Vögel hören früh auf; später schweigt auch der Bär."
    opened = client.post(
        "/api/v1/texts?name=Bear.txt", data=old.encode("mac-roman"), content_type="text/plain"
    )
    take("openText", opened)
    owner_id = record_owners(client, key, take)
    record_cards(client, clock, take)
    taken["exportDeck csv"] = client.get("/api/v1/deck").get_data(as_text=True)
    recorded = json.dumps(taken).replace(learner.session_id, SESSION_ID)
    whole = json.loads(recorded.replace(owner_id, OWNER_ID))
    return {name: shortened(value, name) for name, value in sorted(whole.items())}


def record_lecture(learner: Learner, take: Take) -> None:
    """Play ten seconds of a video, and be lost in it."""
    learner.start(video={"title": "Photosynthesis", "duration_s": 1500})
    began = format_moment(learner.clock.now)
    learner.clock.now += 10
    piece = {"from": began, "to": format_moment(learner.clock.now)}
    take(
        "reportPlayback",
        learner.post("/playback", [{**piece, "video_from_s": 750, "video_to_s": 760}]),
    )
    take("reportLost", learner.post("/lost", {"passage_id": "p13"}))


def record_owners(client: FlaskClient, key: str, take: Take) -> str:
    """Make an owner, and a token for their browser; return the owner's id."""
    headers = {"X-Api-Key": key}
    asked = {"reference": "learner 4711"}
    owner = take("createOwner", client.post("/api/v1/owners", json=asked, headers=headers))
    address = f"/api/v1/owners/{owner['owner_id']}"
    take("getOwner", client.get(address, headers=headers))
    take("listOwners", client.get("/api/v1/owners", headers=headers))
    token = take("createToken", client.post(f"{address}/tokens", json={}, headers=headers))
    token["token"] = "fert_WyI3ZjNh..."
    return str(owner["owner_id"])


def record_cards(client: FlaskClient, clock: Clock, take: Take) -> None:
    """Add a card, answer it, and answer it again after a week."""
    words = {"front": "What turns light into sugar?", "back": "Plants"}
    added = take("addCards", client.post("/api/v1/cards", json={"cards": [words]}))
    address = f"/api/v1/cards/{added['cards'][0]['card_id']}"
    take("dueCards", client.get("/api/v1/review?time_zone=Europe/Berlin"))
    take("listCards", client.get("/api/v1/cards?limit=1"))
    take("editCard", client.patch(address, json={"back": "Green plants"}))
    given = {"rating": 4, "review_id": "0f8fad5b", "time_zone": "Europe/Berlin"}
    take("answerCard", client.post(f"{address}/answers", json=given))
    take("undoAnswer", client.post(f"{address}/undo"))
    take("getCard", client.get(address))
    clock.now += 8 * 86_400
    assert client.post(f"{address}/answers", json={"rating": 3}).status_code == 200
    take("getRecall", client.get("/api/v1/recall"))
    take("exportDeck", client.get("/api/v1/deck?format=anki"))
    table = "front,back\nWhat do plants turn into sugar?,Light\n"
    take("importDeck", client.post("/api/v1/deck", data=table, content_type="text/csv"))


def shortened(value: Any, key: str = "") -> Any:
    """Cut long lists and texts."""
    if isinstance(value, dict):
        if key == "metrics":  # of the model
            return {name: value[name] for name in list(value)[:1]}
        return {name: shortened(item, name) for name, item in value.items()}
    if isinstance(value, list):
        whole = key == "labels" or (value and not isinstance(value[0], dict))
        return [shortened(item) for item in (value if whole else value[:LIST_ITEMS])]
    if isinstance(value, str) and key in {"metrics", "exportSession csv", "exportDeck csv"}:
        return "\n".join(value.split("\n")[:TEXT_LINES]) + "\n"
    if isinstance(value, str):
        return re.sub(r"^(Plants turn light into sugar\.)( \1)+ ?$", r"\1", value)
    return value


def main() -> None:
    clock = Clock()
    settings = Settings(api_rate_limit="100000/second", data_dir=Path(tempfile.mkdtemp()))
    models = ModelService(lambda: InferenceEngine.load(settings))
    models.load()
    registry = SessionRegistry(SessionStore(database_url(settings), clock), clock)
    store = KeyStore(settings.data_dir / "api-keys.json")
    _, key = store.create("stasis", datetime.now(UTC))
    app = create_app(settings, models, KeyRing(store), registry, require_key=False)
    examples = record(app, clock, key)
    registry.close()
    models.close()
    EXAMPLES.write_text(json.dumps(examples, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
