"""One request: sent, sent again where that is safe, and answered with JSON or a problem."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import httpx

from fer_client.errors import ApiProblem, ServerUnreachable

#: Statuses after which the same request may succeed shortly.
COME_BACK = frozenset({429, 503})
#: Longest wait that is taken on the server's word, in seconds.
LONGEST_WAIT_S = 60.0
#: An API key or a session token, or what returns a token.
Key = str | Callable[[], str]
#: First wait without a word from the server; it doubles.
_FIRST_WAIT_S = 0.5


class Transport:
    """Sends requests to one API.

    Args:
        base_url: Such as http://127.0.0.1:8000.
        key: See `Client`.
        timeout_s: Longest wait for an answer.
        owner: See `Client`.
        retries: How often a request is sent again.
        http: An httpx client to use instead of an own one.
        sleep: Waits; tests put in their own.
    """

    def __init__(
        self,
        base_url: str,
        key: Key | None,
        *,
        owner: str | None = None,
        timeout_s: float,
        retries: int,
        http: httpx.Client | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._owner = owner
        self._lock = threading.Lock()
        self._held: str | None = None
        self.timeout_s = timeout_s
        self._retries = retries
        self.http = http or httpx.Client(timeout=timeout_s)
        self.sleep = sleep

    def of(self, owner: str) -> Transport:
        """Return the same way for another owner of the key."""
        other = copy(self)
        other._owner = owner
        return other

    def headers(self) -> dict[str, str]:
        """Return who asks, and for whom."""
        key = self._presented()
        said = {} if key is None else {"Authorization": f"Bearer {key}"}
        return said if self._owner is None else {**said, "X-Owner": self._owner}

    def _presented(self) -> str | None:
        if not callable(self._key):
            return self._key
        with self._lock:
            if self._held is None:
                self._held = self._key()
            return self._held

    def renews(self, sent: Mapping[str, str], problem: ApiProblem) -> bool:
        """Tell whether a request may succeed with another token, which is fetched next.

        Args:
            sent: Its headers.
            problem: Its answer.
        """
        if problem.code != "token_expired" or not callable(self._key):
            return False
        with self._lock:
            # Of several requests that hear so at once, the first one has another token fetched.
            if sent.get("Authorization") == f"Bearer {self._held}":
                self._held = None
        return True

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
        again only if the request may be repeated without doing anything twice. Where a session
        token has ended, another one is fetched, once.

        Raises:
            ApiProblem: The API refused.
            ServerUnreachable: No answer came.
        """
        wait, renewed, attempt = _FIRST_WAIT_S, False, 0
        while True:
            last = attempt >= self._retries
            attempt += 1
            sent = {**self.headers(), **(headers or {})}
            try:
                response = self.http.request(
                    method, self.base_url + path, headers=sent, **arguments
                )
            except httpx.TransportError as error:
                if last or not safe_to_repeat:
                    raise ServerUnreachable(f"No answer from {self.base_url}: {error}") from error
            else:
                if response.is_success:
                    return response
                problem = ApiProblem.of(response)
                if not renewed and self.renews(sent, problem):
                    renewed, attempt = True, attempt - 1  # it was not looked at
                    continue
                if last or response.status_code not in COME_BACK:
                    raise problem
                wait = problem.retry_after_s if problem.retry_after_s is not None else wait
            self.sleep(min(wait, LONGEST_WAIT_S))
            wait *= 2

    def json(self, method: str, path: str, *, safe_to_repeat: bool, **arguments: Any) -> Any:
        """Send a request and return the JSON of its answer; None for 204."""
        response = self.send(method, path, safe_to_repeat=safe_to_repeat, **arguments)
        return None if response.status_code == httpx.codes.NO_CONTENT else response.json()
