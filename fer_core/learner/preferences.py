"""What the learner has chosen for good: one small file beside the history, read and written here.

Everything has a default, so a file that is missing or damaged never stands in the way. Where it
cannot be written, choices hold until the program ends.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: Of the file, in the folder of the history.
FILE_NAME = "preferences.json"
#: How long sessions are kept, in days, as offered; None: until they are erased by hand.
RETENTIONS: tuple[int | None, ...] = (None, 365, 180, 90, 30)


class Preferences(BaseModel):
    """The choices that hold from one session to the next.

    Attributes:
        sound: One soft sound when a break, a question or the end of a break comes.
        notifications: The browser tells it too, where it is allowed to.
        camera: A new session starts with the camera.
        on_paper: A head bent to the desk is at work, in new sessions.
        keep: A new session is kept in the history.
        keep_days: Sessions older than this many days are erased; None: none are.
        daily_goal_min: Minutes to study on a day; 0: no goal.
        focus_min: Minutes of study in the plan that was used last.
        break_min: Minutes of break in it.
        show_figures: The live page shows frame rates and delays.
        consent_version: Version of the text that was agreed to; empty before.
        consent_at: When it was, seconds since the epoch.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sound: bool = False
    notifications: bool = False
    camera: bool = True
    on_paper: bool = False
    keep: bool = True
    keep_days: int | None = Field(default=None, ge=1, le=3650)
    daily_goal_min: int = Field(default=0, ge=0, le=1440)
    focus_min: float = Field(default=25.0, ge=1, le=180)
    break_min: float = Field(default=5.0, ge=1, le=60)
    show_figures: bool = False
    consent_version: str = Field(default="", max_length=40)
    consent_at: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Preferences:
        """Read what was written, by this version or another; what cannot be used is left out."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
        usable = {name: value for name, value in values.items() if name not in wrong}
        return cls.model_validate(usable)


class PreferenceFile:
    """Where the choices are kept. Safe for any number of threads.

    Args:
        folder: Of the history; made when something is written first.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._unsaved: Preferences | None = None

    def read(self) -> Preferences:
        """Return the choices as they are now, those of other programs included."""
        with self._lock:
            return self._read()

    def change(self, **choices: Any) -> bool:
        """Change some choices; tell whether they are safe on the disk.

        Args:
            choices: Fields of `Preferences`.

        Raises:
            ValueError: One of them is not possible.
        """
        with self._lock:
            changed = Preferences(**{**self._read().model_dump(), **choices})
            try:
                self._write(changed)
            except OSError:
                self._unsaved = changed
                return False
            self._unsaved = None
            return True

    def forget(self) -> None:
        """Go back to the defaults, and take the file away."""
        with self._lock:
            self._unsaved = None
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _read(self) -> Preferences:
        if self._unsaved is not None:
            return self._unsaved
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Preferences()
        return Preferences.from_dict(values) if isinstance(values, dict) else Preferences()

    def _write(self, preferences: Preferences) -> None:
        # Under another name first: a program that ends half way leaves the old file whole.
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=FILE_NAME, suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(preferences.model_dump_json(indent=1))
            Path(name).replace(self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
