"""How `benchmarks/hostile.py` hands an input in, and the answer in a few words."""

from __future__ import annotations

import socket
from contextlib import suppress
from time import sleep, time

import httpx

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.bodies import (
    AFTERWARDS,
    ELSEWHERE,
    LATER,
    NOW,
    OPERATIONS,
    TEXT_SESSION,
    VIDEO_SESSION,
)
from benchmarks.hostile_server import SESSION, Api
from fer_core.api.schemas.moments import format_moment
from fer_core.errors import FerError
from fer_core.texts.opening import open_document

#: Whoever sends half a request waits for so long before hanging up.
WIRE_PATIENCE_S = 1.0
#: Where the other inputs go, and as what.
DOORS = {
    "picture": ("/api/v1/analyses", "image/*"),
    "sessions": ("/api/v1/sessions", "application/json"),
    "cards": ("/api/v1/cards", "application/json"),
    "deck": ("/api/v1/deck", "text/csv"),
    "anki": ("/api/v1/deck?format=anki", "text/plain"),
}


def ask(api: Api, one: Input) -> str:
    """Send an input through its door; return the answer in a few words."""
    if one.door == "document":
        try:
            document = open_document(one.name, one.data)
        except FerError as error:
            return error.code
        return f"opened, {len(document.passages)} passages"
    if one.door == "wire":
        return on_the_wire(api, one.data)
    with httpx.Client(base_url=api.url, timeout=300) as client:
        try:
            return _in_words(_sent(client, one))
        except httpx.HTTPError as error:
            return type(error).__name__


def _sent(client: httpx.Client, one: Input) -> httpx.Response:
    """Send an input to its operation; what it made is taken away again."""
    if one.door == "json":
        return _story(client, one)
    if one.door == "text":
        text = {
            "content": one.data.decode(),
            "format": "html" if one.name.endswith(".html") else "markdown",
        }
        answer = client.post("/api/v1/sessions", json={**SESSION, "text": text})
    elif one.door == "markers":
        started = client.post("/api/v1/sessions", json=SESSION).json()
        session = f"/api/v1/sessions/{started['session_id']}"
        answer = client.post(
            f"{session}/markers/csv", content=one.data, headers={"Content-Type": "text/csv"}
        )
        client.delete(session)
        return answer
    else:
        path, kind = DOORS[one.door]
        answer = client.post(path, content=one.data, headers={"Content-Type": kind})
    if answer.status_code == 201 and "session_id" in (made := answer.json()):
        client.delete(f"/api/v1/sessions/{made['session_id']}")
    return answer


def _story(client: httpx.Client, one: Input) -> httpx.Response:
    """Send a body to its operation, then ask for all that may have come of it.

    Returns:
        The answer to the body; the first 5xx of the others, if there was one.
    """
    operation = OPERATIONS[int(one.name)]
    own = VIDEO_SESSION if operation.watches else TEXT_SESSION
    session = client.post("/api/v1/sessions", json=own).json()["session_id"]
    card = client.post("/api/v1/cards", json={"cards": [{"front": session, "back": "b"}]}).json()
    card_id = card["cards"][0]["card_id"]
    answer = client.request(
        operation.method,
        operation.path.format(session=session, card=card_id),
        content=_at_its_time(one.data.replace(b"{session}", session.encode())),
        headers={"Content-Type": "application/json"},
    )
    made = [session]
    if answer.status_code == 201 and operation.path.endswith("sessions"):
        made.append(answer.json()["session_id"])
    answers = [answer]
    if answer.is_success:
        answers += [
            client.request(
                "POST" if rest == "/finish" else "GET", f"/api/v1/sessions/{made[-1]}{rest}"
            )
            for rest in AFTERWARDS
        ]
        answers += [client.get(path) for path in ELSEWHERE]
    answers += [client.delete(f"/api/v1/sessions/{one}") for one in made]
    answers.append(client.delete(f"/api/v1/cards/{card_id}"))
    return next((one for one in answers if one.status_code >= 500), answer)


def _at_its_time(body: bytes) -> bytes:
    """Let what happens in a body happen in its session, which has begun just now."""
    now = time()
    for written, at in ((NOW, now), (LATER, now + 10)):
        body = body.replace(written.encode(), format_moment(at).encode())
    return body


def on_the_wire(api: Api, data: bytes) -> str:
    """Send bytes as they are, in pieces with pauses, and half a line in the end."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=WIRE_PATIENCE_S) as line:
        try:
            for at in range(0, len(data), len(data) // 4 + 1):
                line.sendall(data[at : at + len(data) // 4 + 1])
                sleep(0.02)
            return line.recv(40).split(b"\r")[0].decode("latin-1") or "closed"
        except TimeoutError:
            return "waits for more"
        except OSError as error:
            return type(error).__name__


def _in_words(answer: httpx.Response) -> str:
    words = str(answer.status_code)
    with suppress(ValueError):
        body = answer.json()
        if isinstance(body, dict) and "code" in body:
            words += f" {body['code']}"
        elif isinstance(body, dict) and "results" in body:
            words += f", {len(body['results'][0]['faces'])} faces"
    return words
