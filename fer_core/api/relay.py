"""A session's events from the server that runs it, whole messages at a time.

That server is asked, and not the database: most of a stream are snapshots, which are in its memory
only, and events would come from a table no sooner. Where it is dead, the one that is asked goes on
with the session, and tells what was not told from the rows: an event is stored before it is told.

The line is HTTP/1.0 over a socket of our own: what comes is the stream itself, and whether anything
comes can be waited for, so that a server that stands still is noticed while the line is open.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import count
from selectors import EVENT_READ, DefaultSelector
from urllib.parse import urlsplit

from fer_core.api.peers import ANSWER_EXPECTED_S, CONNECT_TIMEOUT_S, Patience
from fer_core.api.services import StreamPlace
from fer_core.errors import SessionElsewhere

_LAST = "Last-Event-ID"
_HEAD_END, _MESSAGE_END = b"\r\n\r\n", b"\n\n"
#: A server that sent nothing for longer is looked at: has it given any other sign? Seconds.
SILENT_FOR_S = 1.0
#: More than this is no head of ours.
_MOST_HEAD = 65_536


class StreamEnded(Exception):
    """The session is over, or gone: there is nothing to follow any more."""


class Relay:
    """What a stream needs to be followed at other servers.

    Args:
        path: Of the request, with its query.
        headers: Of the request, to be repeated.
        patience: With servers that give no sign.
    """

    def __init__(self, path: str, headers: Mapping[str, str], patience: Patience) -> None:
        self._path = path
        self._headers = {name: headers[name] for name in headers if name.lower() != _LAST.lower()}
        self._patience = patience

    def follow(
        self, where: SessionElsewhere, after: int, place: StreamPlace
    ) -> Iterator[tuple[str, int]]:
        """Yield messages, each with the number of the last event that is known with it.

        It returns when the line breaks, or the server runs the session no more.

        Args:
            where: The server.
            after: The last event that is known.
            place: Of the stream; it may be asked to end.

        Raises:
            StreamEnded: There is nothing more to come.
            StorageError: The server takes no requests, and the history cannot be used now.
        """
        try:
            with self._connect(where.address, after) as line:
                status, rest = self._status_of(line, where.holder, place)
                if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND):
                    raise StreamEnded
                if status != HTTPStatus.OK:
                    return
                for message in self._messages(line, rest, where.holder, place):
                    after = _number_of(message) or after
                    yield message, after
                    if _is_end(message):
                        raise StreamEnded
        except OSError:
            self._patience.refused(where.holder)

    def _connect(self, address: str, after: int) -> socket.socket:
        parts = urlsplit(address)
        to = parts.hostname or "", parts.port or 80
        line = socket.create_connection(to, timeout=CONNECT_TIMEOUT_S)
        headers = {**self._headers, "Host": parts.netloc, _LAST: str(after)}
        lines = [f"GET {self._path} HTTP/1.0", *(f"{name}: {headers[name]}" for name in headers)]
        line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return line

    def _status_of(self, line: socket.socket, holder: str, place: StreamPlace) -> tuple[int, bytes]:
        head = b""
        while _HEAD_END not in head and len(head) < _MOST_HEAD:
            piece = self._receive(line, holder, place)
            if not piece:
                raise ConnectionResetError
            head += piece
        first, _, rest = head.partition(_HEAD_END)
        return int(first.split()[1]), rest

    def _messages(
        self, line: socket.socket, rest: bytes, holder: str, place: StreamPlace
    ) -> Iterator[str]:
        while not place.wait(0):
            *whole, rest = rest.split(_MESSAGE_END)
            for message in whole:
                if not message.startswith(b"retry:"):  # this server has said its own
                    yield (message + _MESSAGE_END).decode()
            piece = self._receive(line, holder, place)
            if not piece:
                return
            rest += piece

    def _receive(self, line: socket.socket, holder: str, place: StreamPlace) -> bytes:
        """Return what comes next; nothing at the end, and where the stream is asked to end.

        Raises:
            TimeoutError: The server stands still.
        """
        with DefaultSelector() as selector:
            selector.register(line, EVENT_READ)
            for silences in count(1):
                if selector.select(ANSWER_EXPECTED_S):
                    break
                if place.wait(0):
                    return b""
                # While the session runs a snapshot comes each second.
                if silences * ANSWER_EXPECTED_S > SILENT_FOR_S and self._patience.stands_still(
                    holder
                ):
                    raise TimeoutError
        return line.recv(65_536)


def _number_of(message: str) -> int | None:
    for line in message.splitlines():
        if line.startswith("id: "):
            return int(line.removeprefix("id: "))
    return None


def _is_end(message: str) -> bool:
    """Tell a snapshot of a finished session."""
    if not message.startswith("event: snapshot"):
        return False
    data = message.partition("data: ")[2]
    return bool(json.loads(data)["state"] == "finished")
