"""The errors the core raises.

Each carries a message for the person in front of the screen (what happened, what
to do) and a stable code for programs. Pages show the message; the API maps the
code to one problem response. Nothing private goes into a message: no path, no
library's own words.

Those of one package alone stand there: `texts.errors`, `recall.errors`, `video.errors`.

    FerError
    ├── ImageError              a picture cannot be used
    │   ├── EmptyFile
    │   ├── NotAnImage
    │   ├── CorruptImage
    │   ├── ImageTooLarge
    │   └── TooManyPixels
    ├── WeightsError            the model cannot be loaded
    │   ├── WeightsNotFound
    │   ├── WeightsChanged
    │   └── LibraryMissing
    ├── Busy                    the engine's queue is full
    ├── NotReady                the engine is starting, or closed
    ├── SettingsError           a FER_* variable cannot be used
    ├── TimeZoneUnknown
    ├── ConsentMissing
    ├── OwnerNotFound           no such learner among those of a key
    ├── SessionNotFound
    ├── SessionFinished
    ├── SessionElsewhere        another process runs the session
    ├── ReadingFull
    ├── MarkerInvalid           a marker's time or words cannot be used
    ├── MarkersFull
    ├── MarkerNotFound
    └── StorageError            the history cannot be used now
        ├── HistoryNotShrunk
        ├── DatabaseTooNew
        └── HistoryFileInvalid
            └── HistoryFileTooNew
"""

from __future__ import annotations

from collections.abc import Iterator


class FerError(Exception):
    """Base of every error the core raises on purpose.

    Attributes:
        code: Stable snake_case identifier; part of the API's contract.
        message: One or two sentences for the user.
    """

    code = "internal_error"
    default_message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default_message
        super().__init__(self.message)

    @classmethod
    def kinds(cls) -> Iterator[type[FerError]]:
        """Return this error and all below it whose modules are loaded, each after its base."""
        yield cls
        for child in cls.__subclasses__():
            yield from child.kinds()


class ImageError(FerError):
    """The bytes given cannot be used as a picture."""

    code = "image_unusable"
    default_message = "This picture cannot be used."


class EmptyFile(ImageError):
    code = "empty_file"
    default_message = "This file is empty. Choose another one."


class NotAnImage(ImageError):
    code = "not_an_image"
    default_message = (
        "This file is not a picture that can be opened here. Use JPEG, PNG, WebP, BMP, TIFF, GIF, "
        "AVIF or HEIC."
    )


class CorruptImage(ImageError):
    code = "corrupt_image"
    default_message = "This picture is damaged or incomplete and cannot be opened."


class ImageTooLarge(ImageError):
    """More bytes than allowed."""

    code = "image_too_large"
    default_message = "This file is too large."


class TooManyPixels(ImageError):
    """More pixels than allowed, by the picture's own header."""

    code = "too_many_pixels"
    default_message = "This picture has too many pixels. Make it smaller and try again."


class WeightsError(FerError):
    """The model cannot be loaded."""

    code = "model_unusable"
    default_message = "The model cannot be loaded."


class WeightsNotFound(WeightsError):
    code = "model_not_found"
    default_message = "The model file was not found. Check the FER_WEIGHTS setting."


class WeightsChanged(WeightsError):
    """The file is not the one its model.json describes."""

    code = "model_changed"
    default_message = (
        "The model file does not match its checksum: it is damaged or was replaced. Restore it."
    )


class LibraryMissing(WeightsError):
    code = "library_missing"
    default_message = "A library that this model file needs is not installed."


class TimeZoneUnknown(FerError):
    code = "time_zone_unknown"
    default_message = "There is no such time zone. Use a name such as Europe/Berlin."


class Busy(FerError):
    """The engine's queue is full; the same call may succeed shortly."""

    code = "busy"
    default_message = "Too much to do at the moment. Try again in a second."


class NotReady(FerError):
    """The engine is starting or has been closed."""

    code = "not_ready"
    default_message = "The model is not ready. Try again in a few seconds."


class SettingsError(FerError):
    code = "settings_invalid"
    default_message = "A setting has a value that cannot be used."


class ConsentMissing(FerError):
    code = "consent_missing"
    default_message = "Agree to how the camera is used before a session starts."


class OwnerNotFound(FerError):
    code = "owner_not_found"
    default_message = "This key has made no owner of this name."


class SessionNotFound(FerError):
    code = "session_not_found"
    default_message = "There is no such session."


class SessionFinished(FerError):
    code = "session_finished"
    default_message = "This session is finished and takes nothing more."


class SessionElsewhere(FerError):
    """Another process runs the session; only that one may change it.

    Attributes:
        address: Where that process takes requests; empty where it takes none, or nobody knows.
        holder: Its name among those that use the history.
    """

    code = "session_elsewhere"
    default_message = (
        "This session runs in another program that uses the same history; go on with it there."
    )

    def __init__(self, message: str | None = None, *, address: str = "", holder: str = "") -> None:
        super().__init__(message)
        self.address, self.holder = address, holder


class ReadingFull(FerError):
    """No more of what was on the screen fits into the session; eight hours of scrolling do."""

    code = "reading_full"
    default_message = (
        "This session has taken as many reports of passages as it holds. Finish it, and start "
        "another one."
    )


class MarkerInvalid(FerError):
    """A marker, or a line of a CSV of times, cannot be used; the message says which and why."""

    code = "marker_invalid"
    default_message = "This marker cannot be used."


class MarkersFull(FerError):
    code = "markers_full"
    default_message = "A session holds 500 markers. Delete some to add others."


class MarkerNotFound(FerError):
    code = "marker_not_found"
    default_message = "There is no such marker in this session."


class StorageError(FerError):
    """The database cannot be used now; what is in memory is kept."""

    code = "storage_unavailable"
    default_message = "The history cannot be saved at the moment. The session goes on in memory."


class HistoryNotShrunk(StorageError):
    """Everything was erased; only the space is not given back yet."""

    default_message = (
        "Everything is erased, but the file could not be made smaller yet: another program is "
        "using it."
    )


class DatabaseTooNew(StorageError):
    code = "database_too_new"
    default_message = (
        "This history was written by a newer version of the app. Update the app to open it."
    )


class HistoryFileInvalid(StorageError):
    """A file that is to be imported is none of ours, or damaged."""

    code = "history_file_invalid"
    default_message = "This file is no exported history, or it is damaged. Nothing was imported."


class HistoryFileTooNew(HistoryFileInvalid):
    code = "history_file_too_new"
    default_message = (
        "This file was exported by a newer version of the app. Update the app to import it."
    )
