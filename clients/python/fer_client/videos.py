"""A video that the API analyses: how far it is, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from fer_client import types
from fer_client.transport import Transport

#: Between two looks at a job that runs, in seconds.
LOOK_EVERY_S = 0.5
_OVER = frozenset({"done", "failed", "cancelled"})


class VideoJob:
    """One job of the API. Its results are kept for an hour after its end."""

    def __init__(self, transport: Transport, job_id: str) -> None:
        self.job_id = job_id
        self._transport = transport
        self._path = f"/api/v1/jobs/{job_id}"

    def status(self) -> types.Job:
        """Return how far it is."""
        return cast(types.Job, self._call("GET", ""))

    def wait(self, on_progress: Callable[[types.Job], object] = lambda _: None) -> types.Job:
        """Wait for its end and return how it ended.

        Args:
            on_progress: Called with each look at it.
        """
        while True:
            job = self.status()
            on_progress(job)
            if job["state"] in _OVER:
                return job
            self._transport.sleep(LOOK_EVERY_S)

    def results(self, per: Literal["second", "frame"] = "second") -> dict[str, Any]:
        """Return the faces over time.

        Raises:
            ApiProblem: It has not ended (code "job_unfinished"), or has failed.
        """
        return cast(dict[str, Any], self._call("GET", "/results", params={"per": per}))

    def results_csv(self, per: Literal["second", "frame"] = "second") -> bytes:
        """Return the faces over time as CSV. Raises as `results`."""
        query = {"per": per, "format": "csv"}
        return self._transport.send(
            "GET", f"{self._path}/results", safe_to_repeat=True, params=query
        ).content

    def video(self) -> bytes:
        """Return the annotated video as MP4. Raises as `results`."""
        return self._transport.send("GET", f"{self._path}/video", safe_to_repeat=True).content

    def cancel(self) -> types.Job:
        """End it; it ends with the frame in hand."""
        return cast(types.Job, self._call("POST", "/cancel"))

    def delete(self) -> None:
        """Cancel it and forget it with its results."""
        self._transport.json("DELETE", self._path, safe_to_repeat=True)

    def _call(self, method: str, name: str, **arguments: Any) -> Any:
        return self._transport.json(method, self._path + name, safe_to_repeat=True, **arguments)
