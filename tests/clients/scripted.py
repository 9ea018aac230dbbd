"""A server that answers by a script."""

from __future__ import annotations

import typing
from datetime import UTC, datetime

import httpx
import pytest

fer_client = pytest.importorskip("fer_client")

from fer_client.transport import Transport  # noqa: E402


class Agreed(typing.TypedDict):
    consent_version: str
    accepted_at: datetime


AGREED: Agreed = {"consent_version": "2026-11", "accepted_at": datetime(2026, 11, 20, tzinfo=UTC)}


class Scripted(httpx.BaseTransport):
    """Answers in turn what it was told to."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def transport(script: Scripted, waits: list[float], retries: int = 3) -> Transport:
    return Transport(
        "http://api",
        None,
        timeout_s=5,
        retries=retries,
        http=httpx.Client(transport=script),
        sleep=waits.append,
    )


def busy(seconds: str | None) -> httpx.Response:
    headers = {} if seconds is None else {"Retry-After": seconds}
    return httpx.Response(503, headers=headers, json={"code": "busy", "detail": "later"})
