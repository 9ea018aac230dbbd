"""Why a video cannot be used, and why a job on one has no result.

Below the base of all errors, which `fer_core.errors` describes:

    FerError
    ├── VideoError              a video cannot be used
    │   ├── NotAVideo
    │   ├── VideoDamaged
    │   ├── VideoWithoutPictures
    │   ├── VideoTooLarge
    │   ├── VideoTooLong
    │   └── VideoTooManyPixels
    ├── VideoCancelled
    ├── JobNotFound
    └── JobUnfinished
"""

from __future__ import annotations

from fer_core.errors import FerError


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
