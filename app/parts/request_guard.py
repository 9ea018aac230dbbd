"""What stands before every request to the app: which name it was asked by, and who may frame it.

A hostile page can point its own name at 127.0.0.1 (DNS rebinding); to the browser it would then be
of the same origin and could drive the whole app, erasing included. Streamlit checks origins, not
names. The API refuses the same in `fer_core.api.security`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from fer_core.config import Settings, get_settings
from fer_core.errors import SettingsError

REFUSED = (
    "This address is not one of the app's. Open it as http://localhost, "
    "or name the address in FER_APP_HOSTS."
)
#: 1008: the connection breaks a policy (RFC 6455).
_POLICY = 1008
#: The app's own parts (the camera's) are frames of the same origin.
HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_own_name(host: str) -> bool:
    """Tell whether the app may be asked for by a name; loopback alone while settings are wrong."""
    try:
        return get_settings().is_app_host(host)
    except SettingsError:  # the pages say what is wrong
        return Settings.model_construct().is_app_host(host)


class RequestGuard:
    """Refuses requests and WebSockets under foreign names; adds headers to every answer.

    Args:
        app: What it stands before.
        is_own: Tells whether a host name, in lower case and without a port, is the app's.
    """

    def __init__(self, app: ASGIApp, is_own: Callable[[str], bool]) -> None:
        self._app = app
        self._is_own = is_own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif self._is_own(host_of(Headers(scope=scope))):
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY)(scope, receive, send)
        else:
            await PlainTextResponse(REFUSED, 403)(scope, receive, _with_headers(send))


def host_of(headers: Headers) -> str:
    """Return the name that was asked for, in lower case and without its port; "" without one."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
