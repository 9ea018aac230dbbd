"""The errors the core raises.

Each carries a message for the person in front of the screen (what happened, what
to do) and a stable code for programs. Pages show the message; the API maps the
code to one problem response. Nothing private goes into a message: no path, no
library's own words.

    FerError
    ├── ImageError              a picture cannot be used
    │   ├── EmptyFile
    │   ├── NotAnImage
    │   ├── CorruptImage
    │   ├── ImageTooLarge
    │   └── TooManyPixels
    ├── VideoError              a video cannot be used
    │   ├── NotAVideo
    │   ├── VideoDamaged
    │   ├── VideoWithoutPictures
    │   ├── VideoTooLarge
    │   ├── VideoTooLong
    │   └── VideoTooManyPixels
    ├── VideoCancelled
    ├── JobNotFound
    ├── JobUnfinished
    ├── WeightsError            the model cannot be loaded
    │   ├── WeightsNotFound
    │   ├── WeightsChanged
    │   └── LibraryMissing
    ├── Busy                    the engine's queue is full
    ├── NotReady                the engine is starting, or closed
    ├── SettingsError           a FER_* variable cannot be used
    ├── ConsentMissing
    ├── SessionNotFound
    ├── SessionFinished
    ├── SessionElsewhere        another process feeds the session
    ├── ReadingFull
    ├── MarkerInvalid           a marker's time or words cannot be used
    ├── MarkersFull
    ├── MarkerNotFound
    ├── TextError               a text cannot be read
    │   ├── TextTooLarge
    │   ├── TextEmpty
    │   ├── TextScanned
    │   ├── TextEncrypted
    │   ├── TextDamaged
    │   ├── TextTypeUnknown
    │   └── FrontMatterInvalid
    ├── CardError               a review card cannot be used
    │   ├── CardNotFound
    │   ├── CardInvalid
    │   ├── CardFileInvalid
    │   ├── ReviewConflict      an answer's id was used for another answer
    │   ├── NothingToUndo
    │   └── TimeZoneUnknown
    └── StorageError            the history cannot be used now
        ├── HistoryNotShrunk
        ├── DatabaseTooNew
        └── HistoryFileInvalid
            └── HistoryFileTooNew
"""

from __future__ import annotations


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


class VideoError(FerError):
    """The file given cannot be used as a video."""

    code = "video_unusable"
    default_message = "This video cannot be used."


class NotAVideo(VideoError):
    code = "not_a_video"
    default_message = "This file is not a video. Use MP4, MOV, WebM or MKV."


class VideoDamaged(VideoError):
    code = "video_damaged"
    default_message = "This video is damaged or incomplete and cannot be opened."


class VideoWithoutPictures(VideoError):
    code = "video_without_pictures"
    default_message = "There are no moving pictures in this file, only sound or a cover."


class VideoTooLarge(VideoError):
    """More bytes than allowed."""

    code = "video_too_large"
    default_message = "This video is too large."


class VideoTooLong(VideoError):
    """More minutes or frames than allowed."""

    code = "video_too_long"
    default_message = "This video is too long. Cut it into parts."


class VideoTooManyPixels(VideoError):
    code = "video_too_many_pixels"
    default_message = "This video's frames have too many pixels."


class VideoCancelled(FerError):
    """The work on a video was ended because nobody wants it any more."""

    code = "video_cancelled"
    default_message = "The analysis was cancelled."


class JobNotFound(FerError):
    """A job on a video is unknown, forgotten after its hour, or another key's."""

    code = "job_not_found"
    default_message = "There is no such job. Results are kept for an hour."


class JobUnfinished(FerError):
    """A job has no result: it still runs, has failed, or was cancelled."""

    code = "job_unfinished"
    default_message = "This job has no result yet."


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


class SessionNotFound(FerError):
    code = "session_not_found"
    default_message = "There is no such session."


class SessionFinished(FerError):
    code = "session_finished"
    default_message = "This session is finished and takes nothing more."


class SessionElsewhere(FerError):
    """Another process feeds the session; only that one may change it."""

    code = "session_elsewhere"
    default_message = (
        "This session runs in another program that uses the same history; go on with it there."
    )


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


class TextError(FerError):
    """The text to read cannot be used."""

    code = "text_unusable"
    default_message = "This text cannot be read."


class TextTooLarge(TextError):
    code = "text_too_large"
    default_message = "This text is too large to open. Split it and open one part."


class TextEmpty(TextError):
    code = "text_empty"
    default_message = "There are no words in this text. Choose another one."


class TextScanned(TextError):
    """A PDF of pictures: its pages carry no text."""

    code = "text_scanned"
    default_message = (
        "This PDF holds pictures of pages and no text, as a scanner makes them. Run text "
        "recognition (OCR) on it first, or paste the text."
    )


class TextEncrypted(TextError):
    code = "text_encrypted"
    default_message = (
        "This PDF is protected by a password. Save a copy without the password and open that."
    )


class TextDamaged(TextError):
    code = "text_damaged"
    default_message = "This file is damaged or incomplete and cannot be opened."


class TextTypeUnknown(TextError):
    code = "text_type_unknown"
    default_message = (
        "This kind of file cannot be read. Use TXT, Markdown, HTML, PDF, EPUB or DOCX."
    )


class FrontMatterInvalid(TextError):
    """The questions that a text carries are not written as they have to be."""

    code = "front_matter_invalid"
    default_message = "The lines at the top of this text, between the --- lines, cannot be read."


class CardError(FerError):
    """A review card, or an answer to one, cannot be used."""

    code = "card_unusable"
    default_message = "This card cannot be used."


class CardNotFound(CardError):
    code = "card_not_found"
    default_message = "There is no such card. It may have been dropped."


class CardInvalid(CardError):
    """What is to be on a card makes no card; the message says what is wrong."""

    code = "card_invalid"
    default_message = "A card needs something to ask and an answer."


class CardFileInvalid(CardError):
    """A file of cards cannot be read; the message says where and why."""

    code = "card_file_invalid"
    default_message = "There are no cards in this file. Nothing was imported."


class ReviewConflict(CardError):
    """The id of an answer was used for another answer."""

    code = "review_conflict"
    default_message = "This answer was given already, in another way. Send a new one."


class NothingToUndo(CardError):
    code = "nothing_to_undo"
    default_message = "This card has no answer that could be taken back."


class TimeZoneUnknown(CardError):
    code = "time_zone_unknown"
    default_message = "There is no such time zone. Use a name such as Europe/Berlin."


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
