"""Who may ask, and for whom: host names, web origins, keys, session tokens, and the rate of each.

All of it is checked before anything else. A key acts for the owner that `X-Owner` names, one of
those that it made; for one of its own without it. A session token opens what its one session or
its one owner has. Without either, the learner of this machine is meant.
"""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from fer_core.api.callers import NOBODY, Caller, KeyNeeded, KnownOwners, OutOfScope, caller
from fer_core.api.keys import ApiKey, KeyRing
from fer_core.api.problems import (
    ForwardedWithoutKey,
    HostNotAllowed,
    OriginNotAllowed,
    TooManyRequests,
    Unauthorized,
)
from fer_core.api.quotas import Allowance, add_headers, note
from fer_core.api.rates import RateLimiter, parse_rate
from fer_core.api.tokens import PREFIX, TokenSigner
from fer_core.config import Settings
from fer_core.errors import OwnerNotFound, SettingsError
from fer_core.storage.owners import own_of_key

#: Open to everybody who reaches the port: liveness, the contract and its page.
PUBLIC_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json"})
PUBLIC_PREFIXES = ("/docs", "/demo")

#: What proxies add. A request with one of these comes from elsewhere, whatever its address says.
FORWARDED_HEADERS = (
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Real-Ip",
)  # fmt: skip

#: Names the owner that a key acts for.
OWNER_HEADER = "X-Owner"
#: Where a session token may stand in the address: a browser's EventSource sends no headers.
STREAMS = frozenset({"events.follow_session", "jobs.follow_job"})
#: What is the whole installation's: no token opens it.
KEYS_ONLY = frozenset({"system.metrics"})
KEYS_ONLY_RESOURCES = frozenset({"owners"})
#: What a token for one session opens besides that session: it is nobody's.
ANY_TOKEN = frozenset({"system.model"})

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CORS_METHODS = "GET, POST, PATCH, DELETE"
_CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Api-Key, "
    "X-Captured-At, X-Frame-Id, X-Request-Id"
)
_CORS_ANSWER_HEADERS = (
    "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
)
_PREFLIGHT_SECONDS = "600"


def parse_origins(origins: tuple[str, ...]) -> frozenset[str]:
    """Check that each origin is exact: scheme, host and port, as browsers send it.

    Raises:
        SettingsError: One is a pattern, has a path, or is no origin.
    """
    for origin in origins:
        parts = urlsplit(origin)
        exact = f"{parts.scheme}://{parts.netloc}"
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or origin != exact.lower()
            or any(sign in origin for sign in "*@? ")
        ):
            raise SettingsError(
                f"FER_CORS_ORIGINS must list exact origins such as https://app.example, "
                f"in lower case and without a path or '*'; this is none: {origin}"
            )
    return frozenset(origins)


class RequestGuard:
    """Checks each request, and adds to its answer what origins and limits ask for.

    Args:
        settings: Origins and rate.
        keys: The keys that are taken.
        tokens: Reads session tokens.
        owners: Tells whose owners are whose.
        require_key: Refuse requests without a key or a token.
    """

    def __init__(
        self,
        settings: Settings,
        keys: KeyRing,
        tokens: TokenSigner,
        owners: KnownOwners,
        *,
        require_key: bool,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._tokens = tokens
        self._owners = owners
        self._require_key = require_key
        self._origins = parse_origins(settings.cors_origins)
        self._limiter = RateLimiter(parse_rate(settings.api_rate_limit))

    def install(self, app: Flask) -> None:
        """Stand before every view of the app."""
        app.before_request(self._check)
        app.after_request(self._add_headers)

    def _check(self) -> Response | None:
        g.caller = NOBODY
        self._check_host()
        self._check_origin()
        if request.method == "OPTIONS":
            return self._preflight()
        self._check_caller()
        self._check_rate()
        return None

    def _check_host(self) -> None:
        # A hostile page can point its own name at 127.0.0.1 (DNS rebinding) and would then pass
        # for the same origin. Without keys nothing else stands between it and the API.
        if self._require_key:
            return
        try:
            host = urlsplit(f"//{request.host}").hostname or ""
        except ValueError:
            host = ""
        if not self._settings.is_loopback(host):
            raise HostNotAllowed

    def _check_origin(self) -> None:
        # Browsers send forms and plain posts anywhere without asking first; only the answer is
        # kept from the page. So what changes something is refused here, not by the browser.
        origin = request.headers.get("Origin")
        if origin is None or request.method in _SAFE_METHODS:
            return
        if origin not in self._origins and origin != request.host_url.rstrip("/"):
            raise OriginNotAllowed

    def _check_caller(self) -> None:
        presented = _presented_key()
        if presented is not None and presented.startswith(PREFIX):
            g.caller = self._with_token(presented)
        elif presented is not None:
            key = self._keys.identify(presented)
            if key is None:
                raise Unauthorized
            g.caller = self._with_key(key)
        elif _is_public(request.path):
            return
        elif self._require_key:
            raise Unauthorized
        elif any(name in request.headers for name in FORWARDED_HEADERS):
            raise ForwardedWithoutKey
        elif OWNER_HEADER in request.headers:
            raise KeyNeeded

    def _with_key(self, key: ApiKey) -> Caller:
        owner = request.headers.get(OWNER_HEADER)
        if owner is None:
            return Caller("" if key.local else own_of_key(key.id), key.id)
        if owner != own_of_key(key.id) or key.local:
            self._owners.check(owner, key.id)
        return Caller(owner, key.id)

    def _with_token(self, presented: str) -> Caller:
        token = self._tokens.read(presented)
        if not self._keys.knows(token.key_id):
            raise Unauthorized
        try:
            self._owners.check(token.owner, token.key_id)
        except OwnerNotFound:  # erased since
            raise Unauthorized from None
        if request.headers.get(OWNER_HEADER, token.owner) != token.owner:
            raise OutOfScope
        _check_scope(token.session_id)
        return Caller(token.owner, token.key_id, token.session_id, token.expires_at)

    def _check_rate(self) -> None:
        if _is_public(request.path):
            return
        asking = caller()
        if asking.has_token:  # the browsers of many learners come with tokens of one key
            name = f"owner {asking.owner}"
        else:
            name = asking.key_id or f"address {request.remote_addr}"
        wait_s = self._limiter.ask(name)
        if asking.key_id:
            rate = self._limiter.rate
            left = self._limiter.left(name)
            note(Allowance("requests", rate.requests, left, rate.seconds, wait_s or rate.seconds))
        if wait_s > 0:
            raise TooManyRequests(retry_after_s=math.ceil(wait_s))

    def _preflight(self) -> Response:
        response = Response(status=204)
        if request.headers.get("Origin") in self._origins:
            response.headers["Access-Control-Allow-Methods"] = _CORS_METHODS
            response.headers["Access-Control-Allow-Headers"] = _CORS_REQUEST_HEADERS
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
            # Asked for by browsers when a public page calls an address of the local network.
            if request.headers.get("Access-Control-Request-Private-Network") == "true":
                response.headers["Access-Control-Allow-Private-Network"] = "true"
        return response

    def _add_headers(self, response: Response) -> Response:
        add_headers(response)
        if self._origins:
            response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = str(origin)
            response.headers["Access-Control-Expose-Headers"] = _CORS_ANSWER_HEADERS
        return response


def _presented_key() -> str | None:
    """Return the key or token that the request carries, None if it carries none."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        return key.strip() if scheme.casefold() == "bearer" else ""
    if request.endpoint in STREAMS and "token" in request.args:
        # Never a key: addresses stand in logs and histories.
        token = request.args["token"]
        return token if token.startswith(PREFIX) else ""
    return request.headers.get("X-Api-Key")


def _check_scope(session_id: str | None) -> None:
    """Refuse what a token does not open.

    Args:
        session_id: The only session that it opens; None: all of its owner.

    Raises:
        OutOfScope: It is another session's, several sessions', or the whole installation's.
    """
    if request.endpoint in KEYS_ONLY or request.blueprint in KEYS_ONLY_RESOURCES:
        raise OutOfScope
    if session_id is None or _is_public(request.path) or request.endpoint in ANY_TOKEN:
        return
    if (request.view_args or {}).get("session_id") != session_id:
        raise OutOfScope


def _is_public(path: str) -> bool:
    return path in PUBLIC_PATHS or any(
        path == prefix or path.startswith(prefix + "/") for prefix in PUBLIC_PREFIXES
    )
