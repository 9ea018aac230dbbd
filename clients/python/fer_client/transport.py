"""One request: sent, sent again where that is safe, and answered with JSON or a problem."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from fer_client.errors import ApiProblem, ServerUnreachable

#: Statuses after which the same request may succeed shortly.
COME_BACK = frozenset({429, 503})
#: Longest wait that is taken on the server's word, in seconds.
LONGEST_WAIT_S = 60.0
#: First wait without a word from the server; it doubles.
_FIRST_WAIT_S = 0.5


class Transport:
    """Sends requests to one API.

    Args:
        base_url: Such as http://127.0.0.1:8000.
        key: An API key; not needed on the API's own machine.
        timeout_s: Longest wait for an answer.
        retries: How often a request is sent again.
        http: An httpx client to use instead of an own one.
        sleep: Waits; tests put in their own.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        timeout_s: float,
        retries: int,
        http: httpx.Client | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.timeout_s = timeout_s
        self._retries = retries
        self.http = http or httpx.Client(timeout=timeout_s)
        self.sleep = sleep

    def send(
        self,
        method: str,
        path: str,
        *,
        safe_to_repeat: bool,
        headers: dict[str, str] | None = None,
        **arguments: Any,
    ) -> httpx.Response:
        """Send a request and return its answer, good or 204.

        Busy and limited answers are waited out as `Retry-After` says. A broken connection is tried
        again only if the request may be repeated without doing anything twice.

        Raises:
            ApiProblem: The API refused.
            ServerUnreachable: No answer came.
        """
        wait = _FIRST_WAIT_S
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                response = self.http.request(
                    method,
                    self.base_url + path,
                    headers={**self.headers, **(headers or {})},
                    **arguments,
                )
            except httpx.TransportError as error:
                if last or not safe_to_repeat:
                    raise ServerUnreachable(f"No answer from {self.base_url}: {error}") from error
            else:
                if response.is_success:
                    return response
                problem = ApiProblem.of(response)
                if last or response.status_code not in COME_BACK:
                    raise problem
                wait = problem.retry_after_s if problem.retry_after_s is not None else wait
            self.sleep(min(wait, LONGEST_WAIT_S))
            wait *= 2
        raise AssertionError("unreachable")

    def json(self, method: str, path: str, *, safe_to_repeat: bool, **arguments: Any) -> Any:
        """Send a request and return the JSON of its answer; None for 204."""
        response = self.send(method, path, safe_to_repeat=safe_to_repeat, **arguments)
        return None if response.status_code == httpx.codes.NO_CONTENT else response.json()
