"""Settings: every FER_* variable, its default and its meaning, in one place."""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from fer_core.errors import SettingsError
from fer_core.paths import PROJECT_ROOT as PROJECT_ROOT


def _user_data_dir() -> Path:
    """Return the folder where this operating system keeps an application's data."""
    # Up to 1.0.0 macOS had one folder; platformdirs follows XDG_DATA_HOME there too.
    earlier = Path.home() / "Library" / "Application Support" / "fer"
    if sys.platform == "darwin" and earlier.is_dir():
        return earlier
    return platformdirs.user_data_path("fer", appauthor=False)  # an author would be a folder more


def _read_list(value: Any) -> Any:
    return _read_json(value, 'must be a JSON list, such as ["https://app.example"]')


def _read_object(value: Any) -> Any:
    return _read_json(value, 'must be a JSON object, such as {"sessions": 8}')


def _read_json(value: Any, wanted: str) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(wanted) from None


def _expand_home(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("begins with ~, and there is no such home folder") from None


def _check_prefix(value: str) -> str:
    prefix = value.rstrip("/")
    if prefix and not PATH_PREFIX.fullmatch(prefix):
        raise ValueError("must be a path, such as /expressions")
    return prefix


#: A path below which a proxy shows a server: no host, no query, nothing that leads up or out.
PATH_PREFIX = re.compile(r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)+")
#: A path in which `~` stands for the home folder, as in a shell: systemd and Docker know no `~`.
HomePath = Annotated[Path, AfterValidator(_expand_home)]


def _check_hash(value: str) -> str:
    if not re.fullmatch("([a-z0-9-]{1,40}:)?[0-9a-fA-F]{64}", value):
        raise ValueError(
            "must be the SHA-256 of a key, 64 hexadecimal digits, not the key itself; with ID: "
            "before it where the key takes another one's place"
        )
    return value


def _check_secret(value: str) -> str:
    if len(value) < 32:
        raise ValueError("must have 32 characters or more each, made at random")
    return value


#: Says that JSON in a variable is read by us: the library's own way ends in a traceback.
_ListVariable = (NoDecode, BeforeValidator(_read_list))
_ObjectVariable = (NoDecode, BeforeValidator(_read_object))


class Quota(BaseModel):
    """How much one may have; None: as much as there is.

    Attributes:
        sessions: Sessions that run at once.
        streams: Event streams that are open.
        frames: Frames a second.
        rows: Rows in the history; a minute of study takes about sixty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sessions: int | None = Field(default=None, ge=0)
    streams: int | None = Field(default=None, ge=0)
    frames: int | None = Field(default=None, ge=0, le=100_000)
    rows: int | None = Field(default=None, ge=0)


class Settings(BaseSettings):
    """What can be set from outside; each field reads FER_<NAME>."""

    # A variable that is set to nothing, as an empty line of an env file is, counts as unset.
    model_config = SettingsConfigDict(
        env_prefix="FER_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    weights: HomePath = Field(
        default=PROJECT_ROOT / "weights" / "model.json",
        description="The model: a model.json, an .onnx beside one, or a .pt",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Pictures analysed at once, each on a processor of its own; as many as there "
        "are processors if unset",
    )
    queue_size: int = Field(
        default=16, ge=1, le=1024, description="Photos waiting for the model before it says busy"
    )

    data_dir: HomePath = Field(
        default_factory=_user_data_dir, description="Where the history is kept (numbers only)"
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; SQLite in data_dir if unset"
    )

    max_image_mb: float = Field(
        default=10.0, gt=0, le=100, description="Largest file taken, in megabytes"
    )
    max_request_mb: float = Field(
        default=50.0, gt=0, le=1000, description="Largest API request taken, in megabytes"
    )
    max_megapixels: float = Field(
        default=40.0, gt=0, le=200, description="Largest picture taken, in megapixels"
    )

    max_video_mb: float = Field(
        default=500.0,
        gt=0,
        le=2000,
        description="Largest video taken on the page, in megabytes; the API takes what fits in "
        "one request, the command line any size",
    )
    max_video_minutes: float = Field(
        default=180.0, gt=0, le=1440, description="Longest video taken, in minutes"
    )

    api_host: str = Field(default="127.0.0.1", description="Address the API listens on")
    api_port: int = Field(default=8000, ge=0, le=65535, description="Port the API listens on")
    api_peer_url: str = Field(
        default="",
        description="Where other servers on the same PostgreSQL reach this one, such as "
        "http://10.0.0.3:8000; on loopback it is known",
    )
    api_prefix: Annotated[str, AfterValidator(_check_prefix)] = Field(
        default="",
        description="Path below which a proxy shows the API, such as /expressions; "
        "X-Forwarded-Prefix says so too",
    )
    api_threads: int = Field(
        default=32, ge=2, le=256, description="Requests and event streams handled at once"
    )
    api_require_key: bool | None = Field(
        default=None,
        description="Whether a key is needed; unless set, only off the loopback address. "
        "Set it behind a reverse proxy",
    )
    api_key_hashes: Annotated[
        tuple[Annotated[str, AfterValidator(_check_hash)], ...], *_ListVariable
    ] = Field(
        default=(),
        description="SHA-256 of API keys in hexadecimal, as a JSON list, besides those that "
        "the keys command keeps in FER_DATA_DIR; ID:SHA-256 for a key that has the owners of ID",
    )
    api_rate_limit: str = Field(
        default="100/second",
        description="Requests allowed per key, per owner of a session token, or per address",
    )
    api_owner_quota: Annotated[Quota, *_ObjectVariable] = Field(
        default=Quota(sessions=8, streams=8, frames=30, rows=2_000_000),
        description="What each owner that a key has made may have: sessions that run, event "
        "streams, frames a second, rows in the history; as a JSON object, none: no bound",
    )
    api_key_quota: Annotated[Quota, *_ObjectVariable] = Field(
        default=Quota(), description="The same for all owners of one key together"
    )
    api_token_secrets: Annotated[
        tuple[Annotated[str, AfterValidator(_check_secret)], ...], *_ListVariable
    ] = Field(
        default=(),
        description="Secrets that sign session tokens, newest last, as a JSON list; for several "
        "servers. One keeps its own in FER_DATA_DIR",
    )
    cors_origins: Annotated[tuple[str, ...], *_ListVariable] = Field(
        default=(), description="Origins of web apps that may call the API, as a JSON list"
    )

    app_hosts: Annotated[tuple[str, ...], *_ListVariable] = Field(
        default=(),
        description="Names under which the web app is reached besides localhost, as a JSON list",
    )
    ice_servers: Annotated[tuple[dict[str, str | list[str]], ...], *_ListVariable] = Field(
        default=(),
        description="STUN/TURN servers for a deployment, as a JSON list of RTCIceServer objects",
    )

    @property
    def max_image_bytes(self) -> int:
        return int(self.max_image_mb * 1_000_000)

    @property
    def max_request_bytes(self) -> int:
        return int(self.max_request_mb * 1_000_000)

    @property
    def max_video_bytes(self) -> int:
        return int(self.max_video_mb * 1_000_000)

    @property
    def max_pixels(self) -> int:
        return int(self.max_megapixels * 1_000_000)

    def is_app_host(self, host: str) -> bool:
        """Tell whether the web app may be asked for by this name, without its port."""
        return self.is_loopback(host) or host in {name.lower() for name in self.app_hosts}

    def is_loopback(self, host: str) -> bool:
        """Tell whether an address is reachable from this machine only."""
        try:
            return ip_address(host).is_loopback
        except ValueError:  # a name; 127.evil.example is one too, and may lead here
            return host == "localhost"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: A FER_* variable has a value that cannot be used; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"FER_{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise SettingsError(f"A setting cannot be used: {problems}.") from None
