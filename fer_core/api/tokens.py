"""Session tokens: what a browser gets in place of a key. Signed, short-lived, for one owner.

A token says whose data it opens, which session alone if it is for one, which key made it and when
it ends. Nothing of it is stored: whoever has a secret can make and check it. It ends earlier where
its key is revoked or its owner erased.

A secret is made at the first token. `fer api tokens rotate` makes a new one: it signs from then on,
and what the earlier ones signed is taken until it has ended by itself.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from itsdangerous import BadData, URLSafeSerializer

from fer_core.api.private_file import PrivateFile
from fer_core.api.problems import ApiError, Unauthorized
from fer_core.config import Settings
from fer_core.errors import SettingsError

#: What a token begins with; no key does.
PREFIX = "fert_"
#: How long a token may be good for, and is where nobody says. Seconds.
SHORTEST_S, USUAL_S, LONGEST_S = 30, 3600, 12 * 3600
_SECRET_BYTES = 32
_LOCK_S = 10.0
_SALT = "fer session token 1"


class TokenExpired(ApiError):
    code = "token_expired"
    default_message = "This session token has ended. Ask your own server for a new one."


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says.

    Attributes:
        owner: Whose data it opens.
        session_id: The only session that it opens; None: all of this owner.
        key_id: The key that made it.
        expires_at: Seconds since the epoch.
    """

    owner: str
    session_id: str | None
    key_id: str
    expires_at: float


class TokenSecrets:
    """The secrets of this installation, newest last: from the settings, or in a file.

    Several servers of one installation take them from the settings: each has its own file.

    Args:
        path: The file.
        configured: Those of the settings; where there are any, the file counts for nothing.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, path: Path, configured: Sequence[str] = (), *, clock: Callable[[], float]
    ) -> None:
        self._file = PrivateFile(path)
        self._configured = tuple(configured)
        self._clock = clock
        self._lock = threading.Lock()
        self._stored: tuple[str, ...] = ()
        self._stamp: tuple[int, int] | None = None

    def all(self) -> tuple[str, ...]:
        """Return every secret that counts, the newest last; none before the first token.

        Raises:
            SettingsError: The file is there and cannot be read.
        """
        if self._configured:
            return self._configured
        with self._lock:
            stamp = self._file.stamp()
            if stamp != self._stamp:
                self._stored = tuple(str(one["secret"]) for one in self._read())
                self._stamp = stamp
            return self._stored

    def to_sign(self) -> tuple[str, ...]:
        """Return every secret, the one to sign with last; make the first one if there is none."""
        if not self.all():
            self.rotate(only_first=True)
        return self.all()

    def rotate(self, *, only_first: bool = False) -> None:
        """Make a new secret, and forget those whose last token has ended by now.

        Args:
            only_first: Where there is one, leave it at that.

        Raises:
            SettingsError: The secrets are in the settings, or the file cannot be used.
        """
        if self._configured:
            raise SettingsError(
                "The secrets of tokens are in FER_API_TOKEN_SECRETS. Add a new one there; where "
                "there are several servers, as the first until all of them know it. As the last it "
                "signs. Take the earlier one away after twelve hours."
            )
        try:
            self._file.path.parent.mkdir(parents=True, exist_ok=True)
            # Other programs of this installation may do the same at this moment.
            with self._lock, FileLock(f"{self._file.path}.lock", timeout=_LOCK_S, mode=0o600):
                self._add_one(only_first)
        except (OSError, Timeout):
            raise SettingsError("The file of token secrets cannot be written.") from None

    def _add_one(self, only_first: bool) -> None:
        known, now = self._read(), self._clock()
        if known and only_first:
            return
        # One stopped signing when the next was made; the last one stops now.
        kept = [
            one
            for one, following in zip_longest(known, known[1:])
            if following is None or float(following["made_at"]) + LONGEST_S > now
        ]
        made = {"secret": secrets.token_urlsafe(_SECRET_BYTES), "made_at": now}
        self._file.write([*kept, made])

    def _read(self) -> list[dict[str, Any]]:
        try:
            found = self._file.read()
            return [] if found is None else [dict(one) for one in found]
        except (OSError, ValueError, TypeError, KeyError):
            raise SettingsError(
                "The file of token secrets cannot be read. Delete it: browsers then ask for new "
                "tokens."
            ) from None


def secrets_of(settings: Settings, clock: Callable[[], float]) -> TokenSecrets:
    """Return the secrets that the settings name."""
    return TokenSecrets(
        settings.data_dir / "token-secrets.json", settings.api_token_secrets, clock=clock
    )


class TokenSigner:
    """Makes tokens and reads them.

    Args:
        held: The secrets.
        clock: Seconds since the epoch.
    """

    def __init__(self, held: TokenSecrets, clock: Callable[[], float]) -> None:
        self._secrets = held
        self._clock = clock

    def sign(self, token: Token) -> str:
        """Return a token as it is sent."""
        content = [token.owner, token.session_id, token.key_id, token.expires_at]
        return PREFIX + _serializer(self._secrets.to_sign()).dumps(content)

    def read(self, presented: str) -> Token:
        """Return what a token says.

        Raises:
            Unauthorized: None of our secrets signed it.
            TokenExpired: It has ended.
        """
        known = self._secrets.all()
        if not known:
            raise Unauthorized
        try:
            content = _serializer(known).loads(presented.removeprefix(PREFIX))
            owner, session_id, key_id, expires_at = content
            token = Token(owner, session_id, key_id, expires_at)
        except (BadData, ValueError, TypeError):
            raise Unauthorized from None
        if self._clock() >= token.expires_at:
            raise TokenExpired
        return token


def _serializer(held: Sequence[str]) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(held),
        salt=_SALT,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
