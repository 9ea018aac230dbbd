"""The client: photos, the model, and the way to sessions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

import httpx

from fer_client import types
from fer_client.cards import Cards
from fer_client.owners import Owners
from fer_client.sessions import Session
from fer_client.transport import Key, Transport
from fer_client.videos import VideoJob

#: Most pictures that the API takes in one request.
MAX_PICTURES = 64


class Client:
    """One API.

    Args:
        base_url: Such as http://127.0.0.1:8000.
        key: An API key or a session token, or what returns a token: it is called at the first
            request, and again when the token has ended. Not needed on the API's own machine.
        owner: The owner that a key acts for; None: one of its own.
        timeout_s: Longest wait for an answer.
        retries: How often a request is sent again when the API is busy or a connection breaks; by
            the eighth time about 16 seconds have passed.
        http: An httpx client to use instead of an own one, for proxies and certificates.

    Examples:
        >>> with Client("http://127.0.0.1:8000") as client:
        ...     face = client.analyse(Path("me.jpg"))["results"][0]["faces"][0]
        ...     print(face["emotion"]["label"])
        Happy
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        key: Key | None = None,
        *,
        owner: str | None = None,
        timeout_s: float = 60.0,
        retries: int = 8,
        http: httpx.Client | None = None,
    ) -> None:
        self._transport = Transport(
            base_url, key, owner=owner, timeout_s=timeout_s, retries=retries, http=http
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.http.close()

    def of(self, owner_id: str) -> Client:
        """Return a client that acts for one of the owners of its key, over the same connections."""
        client = copy(self)
        client._transport = self._transport.of(owner_id)
        return client

    @property
    def owners(self) -> Owners:
        """The learners of your installation and their session tokens; with a key only."""
        return Owners(self._transport)

    def model(self) -> types.Model:
        """Return what answers: classes, version, figures, licence."""
        return cast(types.Model, self._transport.json("GET", "/api/v1/model", safe_to_repeat=True))

    def analyse(
        self,
        *pictures: bytes | Path,
        mode: Literal["photo", "frame"] = "photo",
        confidence: float | None = None,
    ) -> types.Analysis:
        """Find every face in up to 64 pictures.

        A picture of several that cannot be read carries its own `problem`.

        Args:
            pictures: Bytes of files, or paths to them.
            mode: "photo" refines every face; "frame" is several times as fast.
            confidence: Weakest face to report, 0.05..1; the model's own threshold if None.

        Raises:
            ValueError: No picture, or too many.
            ApiProblem: The API refused.
            ServerUnreachable: No answer came.
        """
        if not 1 <= len(pictures) <= MAX_PICTURES:
            raise ValueError(f"send 1 to {MAX_PICTURES} pictures")
        query = {"mode": mode} | ({} if confidence is None else {"confidence": str(confidence)})
        files = [("file", ("picture", _bytes_of(picture))) for picture in pictures]
        answer = self._transport.json(
            "POST", "/api/v1/analyses", safe_to_repeat=True, params=query, files=files
        )
        return cast(types.Analysis, answer)

    def analyse_video(
        self,
        video: bytes | Path,
        *,
        rate: float = 5.0,
        people: Literal["all", "one"] = "all",
        annotate: bool = False,
        blur: bool = False,
        name: str = "",
    ) -> VideoJob:
        """Have a video analysed; it is sent now, and followed by what is returned.

        Args:
            video: Bytes of a file, or a path to it.
            rate: Frames analysed a second.
            people: "all": every face; "one": one person's timeline besides.
            annotate: Make a video with the faces drawn in, without sound.
            blur: Make the faces in it unrecognisable.
            name: For the results; the file's own if empty.

        Raises:
            ApiProblem: The API refused; code "busy" says that others wait already.
        """
        query = {
            "rate": str(rate),
            "people": people,
            "annotate": str(annotate).lower(),
            "blur": str(blur).lower(),
            "name": name or (video.name if isinstance(video, Path) else "video"),
        }
        answer = self._transport.json(
            "POST",
            "/api/v1/jobs",
            safe_to_repeat=False,
            params=query,
            content=_bytes_of(video),
            headers={"Content-Type": "video/mp4"},
        )
        return VideoJob(self._transport, cast(types.Job, answer)["job_id"])

    def video_job(self, job_id: str) -> VideoJob:
        """Return a job that was made before."""
        return VideoJob(self._transport, job_id)

    def video_jobs(self) -> list[types.Job]:
        """Return the jobs of this owner, newest first."""
        answer = self._transport.json("GET", "/api/v1/jobs", safe_to_repeat=True)
        return cast(types.Jobs, answer)["jobs"]

    def open_text(
        self, file: bytes | Path, *, name: str = "", encoding: str = ""
    ) -> types.OpenedText:
        """Open a file of a text; nothing of it is kept.

        The answer's "text" is what `start_session` takes. Where its "telling_words" look wrong,
        open the file again in another encoding.

        Args:
            file: Bytes of a TXT, Markdown, HTML, PDF, EPUB or DOCX file, or a path to it.
            name: Its ending says how the file is read; the path's own if empty.
            encoding: Read the letters so, such as "windows-1252" or "macintosh".

        Raises:
            ApiProblem: It cannot be read; the detail says why.
        """
        query = {"name": name or (file.name if isinstance(file, Path) else "text.txt")}
        if encoding:
            query["encoding"] = encoding
        answer = self._transport.json(
            "POST",
            "/api/v1/texts",
            safe_to_repeat=True,
            params=query,
            content=_bytes_of(file),
            headers={"Content-Type": "application/octet-stream"},
        )
        return cast(types.OpenedText, answer)

    def start_session(
        self,
        *,
        consent_version: str,
        accepted_at: datetime,
        retention: Literal["none", "keep", "memory"] = "none",
        title: str = "",
        goal: str = "",
        plan: tuple[float, float] = (25, 5),
        text: str | Sequence[types.PassageIn] | types.ReadyText | None = None,
        text_title: str = "",
        video: types.VideoIn | None = None,
        time_zone: str | None = None,
        on_paper: bool = False,
    ) -> Session:
        """Start a study session. Ask the learner first.

        Args:
            consent_version: Version of the words that the learner agreed to.
            accepted_at: When they did; with a time zone.
            retention: "none": forgotten at its end; "keep": its numbers stay in the history;
                "memory": never stored, and ended by a restart of the server.
            title: The learner's name for it.
            goal: What they want to reach.
            plan: Minutes of study and of rest in turn.
            text: What is read: Markdown, to be cut into passages, passages with ids, or the "text"
                that `open_text` gave.
            text_title: Its title; not used where the text has its own.
            video: What is watched in place of a text: title, length, chapters. It is not sent.
            time_zone: The learner's, such as "Europe/Berlin": it says to which day the session
                belongs. None: that of the server's machine.
            on_paper: The learner studies on paper: a head bent to the desk counts as at work.
        """
        body: dict[str, Any] = {
            "consent": {"version": consent_version, "accepted_at": as_moment(accepted_at)},
            "retention": retention,
            "title": title,
            "goal": goal,
            "plan": {"focus_min": plan[0], "break_min": plan[1]},
        }
        if time_zone is not None:
            body["time_zone"] = time_zone
        if on_paper:
            body["on_paper"] = True
        if isinstance(text, str):
            body["text"] = {"title": text_title, "content": text}
        elif isinstance(text, Mapping):
            body["text"] = text
        elif text is not None:
            body["text"] = {"title": text_title, "passages": list(text)}
        if video is not None:
            body["video"] = video
        # With the key a repeated request, after a broken connection, gives the same session.
        session = self._transport.json(
            "POST",
            "/api/v1/sessions",
            safe_to_repeat=True,
            json=body,
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
        return Session(self._transport, cast(types.SessionDetail, session)["session_id"])

    def session(self, session_id: str) -> Session:
        """Return a session that was started before."""
        return Session(self._transport, session_id)

    def sessions(self, page_size: int = 50) -> Iterator[types.SessionSummary]:
        """Yield every session, newest first."""
        cursor: str | None = None
        while True:
            query = {"limit": str(page_size)} | ({} if cursor is None else {"cursor": cursor})
            page = self._transport.json(
                "GET", "/api/v1/sessions", safe_to_repeat=True, params=query
            )
            yield from cast(list[types.SessionSummary], page["sessions"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def days(self, time_zone: str | None = None, weeks: int = 16) -> types.Days:
        """Return the calendar of the sessions that are kept: minutes by the day, and the streak.

        Args:
            time_zone: The learner's; None: that of their latest session with one.
            weeks: How many of them, with this one.
        """
        query = {"weeks": str(weeks)} | ({} if time_zone is None else {"time_zone": time_zone})
        answer = self._transport.json("GET", "/api/v1/days", safe_to_repeat=True, params=query)
        return cast(types.Days, answer)

    @property
    def cards(self) -> Cards:
        """The learner's review cards."""
        return Cards(self._transport)

    def delete_all_sessions(self) -> None:
        """Erase every session and card of this owner, and what they taught about the learner."""
        self._transport.json("DELETE", "/api/v1/sessions", safe_to_repeat=True)


def as_moment(at: datetime) -> str:
    """Return a time as the API wants it.

    Raises:
        ValueError: It has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs a time zone, such as datetime.now(UTC)")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bytes_of(picture: bytes | Path) -> bytes:
    return picture.read_bytes() if isinstance(picture, Path) else picture
