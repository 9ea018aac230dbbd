"""API keys: made at random, shown once, kept as hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

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
    """

    id: str
    label: str
    sha256: str
    created_at: str


def hash_key(key: str) -> str:
    """Return a key's SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class KeyStore:
    """The keys of this installation, in one JSON file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def list(self) -> tuple[ApiKey, ...]:
        """Return all keys, oldest first.

        Raises:
            SettingsError: The file is there and cannot be read.
        """
        try:
            return tuple(ApiKey(**entry) for entry in json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError):
            raise SettingsError(
                "The file of API keys cannot be read. Repair it, or delete it and make new keys."
            ) from None

    def create(self, label: str, now: datetime) -> tuple[ApiKey, str]:
        """Make a key and keep its hash; the key itself is in the answer and nowhere else."""
        key_id = secrets.token_hex(4)
        key = f"fer_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        created_at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = ApiKey(key_id, label, hash_key(key), created_at)
        self._write((*self.list(), entry))
        return entry, key

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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump([asdict(key) for key in keys], file, indent=1)
        partial.replace(self.path)


class KeyRing:
    """The keys a running server takes: those of the settings and those of the store."""

    def __init__(self, store: KeyStore, configured_hashes: Iterable[str] = ()) -> None:
        self._store = store
        self._configured = tuple(
            ApiKey(id=f"set-{value[:8].lower()}", label="", sha256=value.lower(), created_at="")
            for value in configured_hashes
        )
        self._stored: tuple[ApiKey, ...] = ()
        self._stamp: tuple[int, int] | None = None

    def keys(self) -> tuple[ApiKey, ...]:
        """Return the keys that count now; a changed store is read again."""
        try:
            stat = self._store.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
        except OSError:
            stamp = None
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
