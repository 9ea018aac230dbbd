"""API keys: made at random, shown once, kept as hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fer_core.api.private_file import PrivateFile
from fer_core.errors import FerError, SettingsError

_SECRET_BYTES = 32  # 256 random bits cannot be guessed, so one round of SHA-256 is enough


class KeyNotFound(FerError):
    code = "key_not_found"
    default_message = "There is no key with this id."


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: everything but the key.

    Attributes:
        id: Eight hexadecimal digits; stands in access logs and is what `revoke` takes.
        label: What its owner calls it.
        sha256: Of the whole key, hexadecimal.
        created_at: RFC 3339, UTC.
        local: It acts for the learner of this machine, whose history the app shows, where it names
            no owner; otherwise for one of its own. Keys of before there were owners do.
    """

    id: str
    label: str
    sha256: str
    created_at: str
    local: bool = True


def _new_key(key_id: str) -> str:
    return f"fer_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def hash_key(key: str) -> str:
    """Return a key's SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class KeyStore:
    """The keys of this installation, in one JSON file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = PrivateFile(path)

    def list(self) -> tuple[ApiKey, ...]:
        """Return all keys, oldest first.

        Raises:
            SettingsError: The file is there and cannot be read.
        """
        try:
            return tuple(ApiKey(**entry) for entry in self._file.read() or ())
        except (OSError, ValueError, TypeError):
            raise SettingsError(
                "The file of API keys cannot be read. Repair it, or delete it and make new keys."
            ) from None

    def create(self, label: str, now: datetime, *, local: bool = False) -> tuple[ApiKey, str]:
        """Make a key and keep its hash; the key itself is in the answer and nowhere else.

        Args:
            label: What its owner calls it.
            now: When.
            local: See `ApiKey`.
        """
        key_id = secrets.token_hex(4)
        key = _new_key(key_id)
        created_at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = ApiKey(key_id, label, hash_key(key), created_at, local)
        self._write((*self.list(), entry))
        return entry, key

    def renew(self, key_id: str) -> str:
        """Return a new key in the place of an earlier one: with its id and all of its owners.

        A running server takes the earlier one no more, but still the session tokens that it made.

        Raises:
            KeyNotFound: No key has this id.
        """
        keys = self.list()
        if key_id not in (key.id for key in keys):
            raise KeyNotFound
        made = _new_key(key_id)
        self._write(
            tuple(replace(key, sha256=hash_key(made)) if key.id == key_id else key for key in keys)
        )
        return made

    def revoke(self, key_id: str) -> None:
        """Forget a key; a running server stops taking it at once.

        Raises:
            KeyNotFound: No key has this id.
        """
        keys = self.list()
        kept = tuple(key for key in keys if key.id != key_id)
        if len(kept) == len(keys):
            raise KeyNotFound
        self._write(kept)

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        self._file.write([asdict(key) for key in keys])

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes with the keys; None where there are none yet."""
        return self._file.stamp()


def _configured(value: str) -> ApiKey:
    """Return a key of the settings: a hash, or an id and a hash."""
    key_id, _, digest = value.rpartition(":")
    return ApiKey(key_id or f"set-{digest[:8].lower()}", "", digest.lower(), "", local=False)


class KeyRing:
    """The keys a running server takes: those of the settings and those of the store."""

    def __init__(self, store: KeyStore, configured_hashes: Iterable[str] = ()) -> None:
        self._store = store
        self._configured = tuple(map(_configured, configured_hashes))
        self._stored: tuple[ApiKey, ...] = ()
        self._stamp: tuple[int, int] | None = None

    def keys(self) -> tuple[ApiKey, ...]:
        """Return the keys that count now; a changed store is read again."""
        stamp = self._store.stamp()
        if stamp != self._stamp:
            self._stored = self._store.list()
            self._stamp = stamp
        return self._configured + self._stored

    def identify(self, presented: str) -> ApiKey | None:
        """Return the key that was presented, or None.

        Every hash is compared, each in constant time, so the answer's time tells nothing.
        """
        digest = hash_key(presented)
        found = None
        for key in self.keys():
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def knows(self, key_id: str) -> bool:
        """Tell whether a key of this id counts now."""
        return any(key.id == key_id for key in self.keys())
