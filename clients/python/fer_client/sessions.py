"""A study session: frames, passages and answers in; snapshots, timeline and events out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

import httpx

from fer_client import types
from fer_client.errors import ApiProblem, ServerUnreachable
from fer_client.transport import BROKEN_OFF, COME_BACK, LONGEST_WAIT_S, Transport

#: The server sends something at least every ten seconds; silence beyond this is a broken line.
_SILENCE_S = 25.0
#: First wait before the line is taken up again; it doubles while that fails.
_RECONNECT_AFTER_S = 0.25
_LONGEST_RECONNECT_S = 4.0
#: A live frame that is not answered by then is given up for a fresh one.
_LIVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a session.

    Attributes:
        kind: "snapshot", "break", "probe" or "state".
        data: A Snapshot, Suggestion, Probe, or {"at", "state"}.
        event_id: Where to go on; None for snapshots.
    """

    kind: str
    data: Any
    event_id: str | None


class _NothingMore(Exception):
    """The session is over, and all of its events are known."""


class Session:
    """One session of the API. Times need a time zone; without one given it is now."""

    def __init__(self, transport: Transport, session_id: str) -> None:
        self.session_id = session_id
        self._transport = transport
        self._path = f"/api/v1/sessions/{session_id}"

    def send_frame(
        self, jpeg: bytes, captured_at: datetime | None = None, *, retry: bool = False
    ) -> types.Frame:
        """Send one frame of the camera and wait for its answer.

        Args:
            jpeg: The picture's bytes.
            captured_at: When it was captured.
            retry: Wait while the API is busy. A live camera does better to skip the frame and to
                send a fresh one; `FrameSender` does so.

        Raises:
            ApiProblem: The API refused; code "busy" asks for a fresh frame a little later.
            ServerUnreachable: No answer came; without `retry` none within five seconds.
        """
        headers = {
            "Content-Type": "image/jpeg",
            "X-Frame-Id": uuid.uuid4().hex,
            "X-Captured-At": _moment(captured_at or datetime.now(UTC)),
        }
        if retry:
            answer = self._transport.json(
                "POST", f"{self._path}/frames", safe_to_repeat=True, content=jpeg, headers=headers
            )
            return cast(types.Frame, answer)
        return cast(types.Frame, self._once(f"{self._path}/frames", jpeg, headers))

    def _once(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        transport = self._transport
        for renewed in (False, True):
            sent = {**transport.headers(), **headers}
            try:
                response = transport.http.post(
                    transport.base_url + path,
                    content=body,
                    headers=sent,
                    timeout=min(_LIVE_S, transport.timeout_s),
                )
            except httpx.TransportError as error:
                raise ServerUnreachable(f"No answer from {transport.base_url}: {error}") from error
            if response.is_success:
                break
            problem = ApiProblem.of(response)
            if renewed or not transport.renews(sent, problem):
                raise problem
        return response.json()

    def report_passages(self, seen: Sequence[tuple[str, float, datetime, datetime]]) -> None:
        """Say what was on the screen.

        Args:
            seen: Passage, visible share (0..1), from, to.
        """
        body = [
            {
                "passage_id": passage_id,
                "visible_share": share,
                "from": _moment(start),
                "to": _moment(end),
            }
            for passage_id, share, start, end in seen
        ]
        self._call("POST", "/passages", json=body)

    def report_playback(self, played: Sequence[tuple[datetime, datetime, float, float]]) -> None:
        """Say how the session's video was played.

        Args:
            played: From, to, and where the video stood then, in its own seconds.
        """
        body = [
            {"from": _moment(start), "to": _moment(end), "video_from_s": a, "video_to_s": b}
            for start, end, a, b in played
        ]
        self._call("POST", "/playback", json=body)

    def lost(self, passage_id: str, at: datetime | None = None) -> None:
        """Say that the learner is lost in a passage of the text or part of the video."""
        body = {"passage_id": passage_id, "at": _moment(at or datetime.now(UTC))}
        self._call("POST", "/lost", json=body)

    def probe(self) -> types.Probe | None:
        """Return the question to put to the learner now; mostly there is none."""
        return cast(types.Probe | None, self._call("GET", "/probe"))

    def answer(self, probe_id: str, value: int | None, *, confidence: int | None = None) -> None:
        """Send the learner's answer; None skips the question.

        Args:
            probe_id: Which.
            value: From its `low` to its `high`.
            confidence: How sure of it they are, for questions of the text: 1 a guess, 2 fairly
                sure, 3 sure; None: not said.
        """
        answer = {"probe_id": probe_id, "value": value}
        if confidence is not None:
            answer["confidence"] = confidence
        self._call("POST", "/answers", json=[answer])

    def correct(self, passage_id: str, clarity: int) -> None:
        """Send the learner's own word about a passage: 1 (not clear) to 5 (completely)."""
        body = [{"passage_id": passage_id, "value": clarity}]
        self._call("POST", "/answers", json=body)

    def answer_break(self, answer: Literal["take", "snooze", "dismiss"]) -> types.Snapshot:
        """Say what becomes of the break that is suggested."""
        return cast(types.Snapshot, self._call("POST", "/break", json={"answer": answer}))

    def add_markers(self, *markers: types.MarkerIn) -> list[types.Marker]:
        """Mark moments, or exclude ranges from the statistics; all are taken, or none.

        Args:
            markers: Such as {"words": "Question 3"}, which is now, or {"kind": "excluded", "at":
                "2026-11-20T09:00:05Z", "until": "2026-11-20T09:00:35Z", "words": "phone call"}.
        """
        # With a time it may be sent again: what says the same twice is kept once.
        now = _moment(datetime.now(UTC))
        body = [{**marker, "at": marker.get("at") or now} for marker in markers]
        answer = self._call("POST", "/markers", json=body)
        return cast(types.Markers, answer)["markers"]

    def import_markers(self, lines: str) -> list[types.Marker]:
        """Mark the moments of a CSV of times: time, words, or time, until, words."""
        headers = {"Content-Type": "text/csv"}
        answer = self._call("POST", "/markers/csv", content=lines.encode(), headers=headers)
        return cast(types.Markers, answer)["markers"]

    def markers(self) -> list[types.Marker]:
        """Return the markers of the session, in the order of time."""
        return cast(types.Markers, self._call("GET", "/markers"))["markers"]

    def end_excluded(self) -> types.Marker | None:
        """End the excluded range that goes on; return it, or None where none does."""
        ended = cast(types.Markers, self._call("POST", "/markers/end"))["markers"]
        return ended[0] if ended else None

    def delete_marker(self, marker_id: str) -> None:
        """Take a marker away; what an excluded range left out counts again."""
        self._call("DELETE", f"/markers/{marker_id}")

    def details(self) -> types.SessionDetail:
        """Return the session with its snapshot."""
        return cast(types.SessionDetail, self._call("GET", ""))

    def timeline(self, bucket: str = "1s", since: str | None = None) -> types.Timeline:
        """Return the session over time; pass `next_since` of the last answer to go on."""
        query = {"bucket": bucket} | ({} if since is None else {"since": since})
        return cast(types.Timeline, self._call("GET", "/timeline", params=query))

    def feedback(self) -> types.Feedback:
        """Return break advice and passages to reread, each with its evidence."""
        return cast(types.Feedback, self._call("GET", "/feedback"))

    def make_cards(self, passage_ids: Sequence[str] | None = None) -> types.CardsAdded:
        """Make review cards of the text; making them again adds nothing.

        Args:
            passage_ids: Which passages; None: those that were hard, skimmed or marked.
        """
        body = {"passage_ids": None if passage_ids is None else list(passage_ids)}
        return cast(types.CardsAdded, self._call("POST", "/cards", json=body))

    def pause(self) -> types.Snapshot:
        """Stop the clock and the signals."""
        return cast(types.Snapshot, self._call("POST", "/pause"))

    def resume(self) -> types.Snapshot:
        """Go on."""
        return cast(types.Snapshot, self._call("POST", "/resume"))

    def finish(self) -> types.Finished:
        """End the session and sum it up; with retention "none" it is forgotten now.

        Asked again, after a broken connection, the API answers the same.
        """
        return cast(types.Finished, self._call("POST", "/finish"))

    def export(self, form: Literal["csv", "json"] = "json") -> bytes:
        """Return the session as a file."""
        return self._transport.send(
            "GET", f"{self._path}/export", safe_to_repeat=True, params={"format": form}
        ).content

    def delete(self) -> None:
        """Erase the session."""
        self._call("DELETE", "")

    def events(self, after: str | None = None) -> Iterator[Event]:
        """Yield what happens, until the session ends; a broken line is taken up again.

        Args:
            after: The `event_id` of the last event that is known.

        Raises:
            ApiProblem: The API refused.
        """
        again = _RECONNECT_AFTER_S
        while True:
            wait, again = again, min(2 * again, _LONGEST_RECONNECT_S)
            try:
                for event in self._events_of_one_connection(after):
                    after = event.event_id or after
                    wait, again = _RECONNECT_AFTER_S, 2 * _RECONNECT_AFTER_S
                    yield event
                    if event.kind == "snapshot" and event.data["state"] == "finished":
                        return
            except _NothingMore:
                return
            except httpx.TransportError:
                pass
            except ApiProblem as problem:
                if problem.code == "session_not_found" and after is not None:
                    return  # it was erased meanwhile
                if problem.status not in COME_BACK | BROKEN_OFF:
                    raise
                wait = max(wait, min(problem.retry_after_s or 0.0, LONGEST_WAIT_S))
            self._transport.sleep(wait)

    def _events_of_one_connection(self, after: str | None) -> Iterator[Event]:
        transport = self._transport
        timeout = httpx.Timeout(transport.timeout_s, read=_SILENCE_S)
        for renewed in (False, True):
            headers = {**transport.headers(), "Accept": "text/event-stream"}
            if after is not None:
                headers["Last-Event-ID"] = after
            url = f"{transport.base_url}{self._path}/events"
            with transport.http.stream("GET", url, headers=headers, timeout=timeout) as response:
                if response.status_code == httpx.codes.NO_CONTENT:
                    raise _NothingMore
                if response.is_success:
                    yield from _parse(response.iter_lines())
                    return
                response.read()
                problem = ApiProblem.of(response)
            if renewed or not transport.renews(headers, problem):
                raise problem

    def _call(self, method: str, name: str, **arguments: Any) -> Any:
        return self._transport.json(method, self._path + name, safe_to_repeat=True, **arguments)


def _parse(lines: Iterator[str]) -> Iterator[Event]:
    """Read server-sent events, as the HTML standard says."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Event(fields.get("event", ""), json.loads(fields["data"]), fields.get("id"))
            fields = {}


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a time needs a time zone, such as datetime.now(UTC)")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
