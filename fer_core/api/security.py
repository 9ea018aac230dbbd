"""Who may ask: host names, web origins, keys and the rate per key, checked before anything else."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from fer_core.api.keys import KeyRing
from fer_core.api.problems import (
    ForwardedWithoutKey,
    HostNotAllowed,
    OriginNotAllowed,
    TooManyRequests,
    Unauthorized,
)
from fer_core.api.rates import RateLimiter, parse_rate
from fer_core.config import Settings
from fer_core.errors import SettingsError

#: Open to everybody who reaches the port: liveness, the contract and its page.
PUBLIC_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json"})
PUBLIC_PREFIXES = ("/docs", "/demo")

#: What proxies add. A request with one of these comes from elsewhere, whatever its address says.
FORWARDED_HEADERS = (
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Real-Ip",
)  # fmt: skip

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CORS_METHODS = "GET, POST, DELETE"
_CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Api-Key, "
    "X-Captured-At, X-Frame-Id, X-Request-Id"
)
_CORS_ANSWER_HEADERS = "ETag, Link, Location, Retry-After, X-Request-Id"
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
    """Checks each request and adds the CORS headers to its answer."""

    def __init__(self, settings: Settings, keys: KeyRing, *, require_key: bool) -> None:
        self._settings = settings
        self._keys = keys
        self._require_key = require_key
        self._origins = parse_origins(settings.cors_origins)
        self._limiter = RateLimiter(parse_rate(settings.api_rate_limit))

    def install(self, app: Flask) -> None:
        """Stand before every view of the app."""
        app.before_request(self._check)
        app.after_request(self._add_cors_headers)

    def _check(self) -> Response | None:
        g.caller = ""
        self._check_host()
        self._check_origin()
        if request.method == "OPTIONS":
            return self._preflight()
        self._check_key()
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

    def _check_key(self) -> None:
        presented = _presented_key()
        if presented is not None:
            key = self._keys.identify(presented)
            if key is None:
                raise Unauthorized
            g.caller = key.id
        elif _is_public(request.path):
            return
        elif self._require_key:
            raise Unauthorized
        elif any(name in request.headers for name in FORWARDED_HEADERS):
            raise ForwardedWithoutKey

    def _check_rate(self) -> None:
        if _is_public(request.path):
            return
        caller = g.caller or f"address {request.remote_addr}"
        wait_s = self._limiter.ask(caller)
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

    def _add_cors_headers(self, response: Response) -> Response:
        if self._origins:
            response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = str(origin)
            response.headers["Access-Control-Expose-Headers"] = _CORS_ANSWER_HEADERS
        return response


def _presented_key() -> str | None:
    """Return the key that the request carries, None if it carries none."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        return key.strip() if scheme.casefold() == "bearer" else ""
    return request.headers.get("X-Api-Key")


def _is_public(path: str) -> bool:
    return path in PUBLIC_PATHS or any(
        path == prefix or path.startswith(prefix + "/") for prefix in PUBLIC_PREFIXES
    )
