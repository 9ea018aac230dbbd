"""Bytes for a real server, sent as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.support.servers import Server as Process


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def problem_of(answer: bytes) -> dict[str, object]:
    headers, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in headers.lower()
    problem: dict[str, object] = json.loads(body)
    return problem
