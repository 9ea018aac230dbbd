"""What can go wrong: a problem that the API describes, or no API at all."""

from __future__ import annotations

from typing import Any

import httpx


class ApiProblem(Exception):
    """The API refused, and says why (RFC 9457).

    Attributes:
        status: The HTTP status.
        code: The stable identifier of the error; look at this one.
        detail: What happened and what to do, for people.
        errors: The wrong fields, each with `pointer` and `detail`.
        request_id: What finds the request in the server's log.
        retry_after_s: When to come back, in seconds; None where the API did not say.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, str]],
        request_id: str | None,
        retry_after_s: float | None,
    ) -> None:
        super().__init__(f"{detail} ({code})")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.request_id = request_id
        self.retry_after_s = retry_after_s

    @classmethod
    def of(cls, response: httpx.Response) -> ApiProblem:
        """Read a problem; an answer that is none (from a proxy, say) becomes one."""
        try:
            body: Any = response.json()
        except ValueError:
            body = None
        problem = body if isinstance(body, dict) else {}
        return cls(
            status=response.status_code,
            code=str(problem.get("code", "unknown")),
            detail=str(problem.get("detail", response.reason_phrase)),
            errors=list(problem.get("errors", [])),
            request_id=response.headers.get("X-Request-Id"),
            retry_after_s=_seconds(response.headers.get("Retry-After")),
        )


class ServerUnreachable(Exception):
    """No answer came: the server does not run, or the way to it is broken."""


def _seconds(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
