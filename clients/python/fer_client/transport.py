"""One request: sent, sent again where that is safe, and answered with JSON or a problem."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import httpx

from fer_client.errors import ApiProblem, ServerUnreachable

#: Statuses after which the same request may succeed shortly: it was not looked at.
COME_BACK = frozenset({429, 503})
#: What a proxy says whose server broke off: it may have been looked at.
BROKEN_OFF = frozenset({502, 504})
#: What a repeated DELETE is answered whose first one was done.
GONE = httpx.codes.NOT_FOUND
#: Longest wait that is taken on the server's word, in seconds.
LONGEST_WAIT_S = 60.0
#: An API key or a session token, or what returns a token.
Key = str | Callable[[], str]
#: First wait without a word from the server; it doubles up to the longest. Where several servers
#: stand behind one address, the next one is there at once.
_FIRST_WAIT_S = 0.1
_LONGEST_PAUSE_S = 5.0
#: How often a server is called that has never answered: it may not run at all.
_FIRST_CALLS = 4


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
        self._has_answered = threading.Event()

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

        Busy and limited answers are waited out as `Retry-After` says. After a broken connection, or
        a proxy's word that one broke, the request is sent again only if it may be repeated without
        doing anything twice. Where a session token has ended, another one is fetched, once.

        Raises:
            ApiProblem: The API refused.
            ServerUnreachable: No answer came.
        """
        wait, renewed, attempt, may_be_done = _FIRST_WAIT_S, False, 0, False
        while True:
            last = attempt >= self._retries
            attempt += 1
            sent = {**self.headers(), **(headers or {})}
            try:
                response = self.http.request(
                    method, self.base_url + path, headers=sent, **arguments
                )
            except httpx.TransportError as error:
                is_silent = attempt >= _FIRST_CALLS and not self._has_answered.is_set()
                if last or is_silent or not safe_to_repeat:
                    raise ServerUnreachable(f"No answer from {self.base_url}: {error}") from error
                pause, may_be_done = wait, True
            else:
                self._has_answered.set()
                if response.is_success:
                    return response
                if may_be_done and method == "DELETE" and response.status_code == GONE:
                    return response  # the first one took it away; only its answer was lost
                problem = ApiProblem.of(response)
                if not renewed and self.renews(sent, problem):
                    renewed, attempt = True, attempt - 1  # it was not looked at
                    continue
                broke_off = response.status_code in BROKEN_OFF
                may_be_done = may_be_done or broke_off
                comes_back = response.status_code in COME_BACK or (broke_off and safe_to_repeat)
                if last or not comes_back:
                    raise problem
                pause = max(wait, min(problem.retry_after_s or 0.0, LONGEST_WAIT_S))
            self.sleep(pause)
            wait = min(2 * wait, _LONGEST_PAUSE_S)

    def json(self, method: str, path: str, *, safe_to_repeat: bool, **arguments: Any) -> Any:
        """Send a request and return the JSON of its answer; None where there is nothing."""
        response = self.send(method, path, safe_to_repeat=safe_to_repeat, **arguments)
        is_empty = response.status_code in (httpx.codes.NO_CONTENT, GONE)
        return None if is_empty else response.json()
