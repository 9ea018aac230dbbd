"""What a cluster is made of: how many processes of which kind, and where they find each other."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fer_core.config import Settings
from fer_core.errors import SettingsError
from fer_core.storage.engines import is_sqlite


class ClusterOptions(BaseModel):
    """How many replicas a cluster has; the `args` of a Serve config file.

    Attributes:
        api: Processes that run sessions.
        vision: Least processes that run the networks; 0: the processes of the API do that
            themselves, which saves a way between processes.
        vision_most: Most of them; as many as `vision` if None. Between the two the queue decides.
        listen: The address that the proxy of Serve listens on. Off loopback the API wants a key.
        peers: Where the processes of the API reach each other: on this machine alone, or at the
            address that each machine has in the cluster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    api: int = Field(default=2, ge=1, le=10_000)
    vision: int = Field(default=1, ge=0, le=10_000)
    vision_most: int | None = Field(default=None, ge=1, le=10_000)
    listen: str = "127.0.0.1"
    peers: Literal["loopback", "node"] = "loopback"

    @model_validator(mode="after")
    def _check_order(self) -> ClusterOptions:
        if self.vision_most is not None and not 1 <= self.vision <= self.vision_most:
            raise ValueError("vision must be 1 to vision_most")
        return self

    @property
    def most_networks(self) -> int:
        """Most processes that run the networks."""
        return self.vision if self.vision_most is None else self.vision_most


def check_database(settings: Settings, options: ClusterOptions) -> None:
    """See to it that the processes of the API can share their history.

    Raises:
        SettingsError: There are several, and the history is SQLite's.
    """
    if is_sqlite(settings) and options.api > 1:
        raise SettingsError(
            f"{options.api} processes of the API need PostgreSQL, and the history is SQLite's, "
            "which takes one. Set FER_DATABASE_URL, such as "
            "postgresql://fer:PASSWORD@127.0.0.1/fer, or run one: --api 1."
        )
