"""Server-sent events over a real connection, with a clock that the test turns."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.conftest import MakeApp
from tests.api.learner import PASSAGES, SESSIONS
from tests.api.serving import Service, serving


@pytest.fixture
def service(make_app: MakeApp) -> Iterator[Service]:
    with serving(make_app) as running:
        yield running


@dataclass(frozen=True)
class Event:
    kind: str
    data: Any
    event_id: str | None


def events_of(response: httpx.Response) -> Iterator[Event]:
    """Read a stream as the HTML standard says."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Event(fields["event"], json.loads(fields["data"]), fields.get("id"))
            fields = {}


def next_of(events: Iterator[Event], kind: str) -> Event:
    for _ in range(30):
        event = next(events)
        if event.kind == kind:
            return event
    raise AssertionError(f"no {kind} among 30 events")


def test_a_stream_begins_with_what_has_happened_and_a_snapshot(service: Service) -> None:
    service.learner.start()
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        events = events_of(response)
        first, second = next(events), next(events)
    assert (first.kind, first.event_id) == ("state", "1")
    assert first.data == {"at": "2027-01-15T08:00:00.000Z", "state": "active"}
    assert second.kind == "snapshot"
    assert second.event_id is None


def test_a_frame_shows_in_the_next_snapshot(service: Service, photo: bytes) -> None:
    service.learner.start()
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        events = events_of(response)
        next_of(events, "snapshot")
        service.clock.now += 1
        service.learner.frame(photo)
        shown = next_of(events, "snapshot").data
        if shown["frames"] == 0:  # sent at the same moment
            shown = next_of(events, "snapshot").data
        assert shown["expression"]["label"] == "Happy"


def test_a_question_is_told(service: Service, photo: bytes) -> None:
    service.learner.start(text={"passages": PASSAGES})
    service.learner.stay(301)
    for number, passage in enumerate(PASSAGES[:3]):
        service.learner.see(passage["passage_id"], number * 60, number * 60 + 60)
    service.learner.frame(photo)
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        probe = next_of(events_of(response), "probe")
    assert probe.event_id is not None
    assert probe.data["prompt"]
    assert service.learner.get("/probe").get_json() == probe.data


def test_a_break_is_told(service: Service, photo: bytes) -> None:
    service.learner.start(plan={"focus_min": 5, "break_min": 2})
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        events = events_of(response)
        next_of(events, "snapshot")
        service.learner.stay(301)
        service.learner.frame(photo)
        suggested = next_of(events, "break")
    assert suggested.data["rule"] == "timer"
    assert suggested.event_id is not None


def test_a_stream_resumes_after_the_last_event(service: Service) -> None:
    service.learner.start()
    service.learner.post("/pause")
    service.learner.post("/resume")
    headers = {"Last-Event-ID": "1"}
    with httpx.stream("GET", service.events_url(), headers=headers, timeout=10) as response:
        events = events_of(response)
        told = [next(events) for _ in range(2)]
    assert [(event.event_id, event.data["state"]) for event in told] == [
        ("2", "paused"),
        ("3", "active"),
    ]


def test_a_line_that_is_quiet_shows_that_it_is_alive(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_core.api.events.HEARTBEAT_EVERY_S", 0.5)
    service.learner.start()
    service.learner.post("/pause")
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        lines = (line for line in response.iter_lines() if line.startswith((":", "event:")))
        told = [next(lines) for _ in range(5)]
    assert told == ["event: state", "event: state", "event: snapshot"] + [": still here"] * 2


def test_a_forged_last_event_id_is_malformed(service: Service) -> None:
    service.learner.start()
    answer = httpx.get(service.events_url(), headers={"Last-Event-ID": "-1; DROP"})
    assert answer.status_code == 400


def test_a_stream_ends_with_its_session_and_is_not_begun_again(service: Service) -> None:
    service.learner.start(retention="keep")
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        events = events_of(response)
        next_of(events, "snapshot")
        service.learner.post("/finish")
        rest = list(events)
    assert rest[-1].kind == "snapshot"
    assert rest[-1].data["state"] == "finished"
    last = next(event for event in reversed(rest) if event.event_id)
    assert last.event_id is not None
    again = httpx.get(service.events_url(), headers={"Last-Event-ID": last.event_id})
    assert again.status_code == 204


def test_streams_leave_threads_for_others(make_app: MakeApp) -> None:
    with serving(make_app, threads=4) as service:
        service.learner.start()
        with (
            httpx.stream("GET", service.events_url(), timeout=10) as one,
            httpx.stream("GET", service.events_url(), timeout=10) as two,
        ):
            assert next(events_of(one)).kind == next(events_of(two)).kind == "state"
            third = httpx.get(service.events_url())
            assert (third.status_code, third.json()["code"]) == (503, "busy")
            assert httpx.get(f"{service.url}/healthz").status_code == 200


def test_a_client_that_leaves_gives_its_place_back(make_app: MakeApp) -> None:
    with serving(make_app, threads=2) as service:
        service.learner.start()
        with httpx.stream("GET", service.events_url(), timeout=10) as response:
            assert next(events_of(response)).kind == "state"
        for _ in range(3):
            until_free(service)


def until_free(service: Service) -> None:
    """Wait until the server has noticed that the client left; it does with the next snapshots."""
    pause = threading.Event()
    for _ in range(100):
        with httpx.stream("GET", service.events_url(), timeout=10) as response:
            if response.status_code == 200:
                return
        pause.wait(0.1)
    raise AssertionError("the place was not given back")


def test_a_stop_ends_streams_at_once(make_app: MakeApp) -> None:
    with serving(make_app) as service:
        service.learner.start()
        with httpx.stream("GET", service.events_url(), timeout=10) as response:
            events = events_of(response)
            next_of(events, "snapshot")
            service.server.stop()
            assert all(event.kind == "snapshot" for event in events)
        service.thread.join(5)
        assert not service.thread.is_alive()


def test_a_deleted_session_ends_its_stream(service: Service) -> None:
    service.learner.start()
    with httpx.stream("GET", service.events_url(), timeout=10) as response:
        events = events_of(response)
        next_of(events, "snapshot")
        assert httpx.delete(f"{service.url}{service.learner.url}").status_code == 204
        assert len(list(events)) <= 2


def test_a_stream_taken_up_after_a_restart_sees_the_session_go_on(make_app: MakeApp) -> None:
    with serving(make_app) as before:
        before.learner.start(retention="keep")
        services = before.learner.client.application.extensions["fer"]
    services.sessions.close()
    with serving(make_app, clock=before.clock) as after:
        after.clock.now += 60
        after.learner.session_id = before.learner.session_id
        headers = {"Last-Event-ID": "1"}
        with httpx.stream("GET", after.events_url(), headers=headers, timeout=10) as response:
            events = events_of(response)
            assert next_of(events, "snapshot").data["state"] == "paused"
            assert after.learner.post("/resume").status_code == 200
            assert next_of(events, "state").data["state"] == "active"
            assert next_of(events, "snapshot").data["state"] == "active"


def test_a_look_at_another_programs_session_is_renewed_now_and_then(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_core.api.events.RENEW_LOOK_EVERY_S", 0.5)
    with serving(make_app) as there, serving(make_app, clock=there.clock) as here:
        there.learner.start(retention="keep")
        there.learner.client.application.extensions["fer"].sessions.history.store.save_now()
        here.learner.session_id = there.learner.session_id
        with httpx.stream("GET", here.events_url(), timeout=10) as response:
            kinds = [event.kind for event in events_of(response)]
    assert kinds[-1] == "snapshot"


def test_the_stream_of_an_unknown_session_is_not_found(service: Service) -> None:
    answer = httpx.get(f"{service.url}{SESSIONS}/unknown/events")
    assert answer.status_code == 404
