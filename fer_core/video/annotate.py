"""A video with its faces drawn in: H.264 in MP4, without sound."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import IO, Any

import av

from fer_core.drawing.annotate import DrawOptions, draw_faces, scale_faces
from fer_core.drawing.blur import blur_faces
from fer_core.sizes import megabytes
from fer_core.video.analysis import OnProgress, VideoAnalysis, VideoProgress
from fer_core.video.decoding import ANALYSED_SIDE, VideoLimits, open_video
from fer_core.video.errors import VideoTooLarge
from fer_core.video.source import VideoSource
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage

#: More frames a second are not drawn.
HIGHEST_RATE = 30.0
#: Constant quality of x264, 0 (lossless) to 51: 640x480 takes about 2 MB a minute.
_QUALITY = "23"
_TIME_BASE = Fraction(1, 1000)
#: A face is drawn on for this many looks after it was last seen.
_LOOKS = 1.5
_OPTIONS = DrawOptions(numbers=True)


def annotate_video(
    source: VideoSource,
    analysis: VideoAnalysis,
    limits: VideoLimits,
    out: IO[bytes],
    clock: Callable[[], float],
    *,
    blur: bool = False,
    max_bytes: int | None = None,
    on_progress: OnProgress = lambda _: None,
) -> None:
    """Write a video with its faces drawn in, at most 1280 pixels long and 30 frames a second.

    Between two looks the boxes move evenly. There is no sound: it is not looked at, and a label
    beside a voice would say more than is known.

    Args:
        source: The video.
        analysis: What was found in it.
        limits: As for the analysis.
        out: Where to; it must be seekable.
        clock: Seconds that only go forward, for the time left.
        blur: Make all faces unrecognisable.
        max_bytes: Most bytes written; None: no limit.
        on_progress: Called after each frame; what it raises ends the work.

    Raises:
        VideoError: It cannot be decoded, or becomes too large.
    """
    began, frames = clock(), 0
    longest_s = _LOOKS / analysis.rate
    container: Any = av.open(out, "w", format="mp4")
    with open_video(source, limits, rate=HIGHEST_RATE, side=ANALYSED_SIDE) as video, container:
        stream: Any = None
        for frame in video.frames():
            height, width = frame.rgb.shape[:2]
            if stream is None:
                stream = container.add_stream("libx264", rate=int(HIGHEST_RATE))
                stream.width, stream.height = width - width % 2, height - height % 2
                stream.pix_fmt = "yuv420p"
                stream.time_base = stream.codec_context.time_base = _TIME_BASE
                stream.codec_context.thread_count = 1
                stream.options = {"crf": _QUALITY, "preset": "veryfast"}
            if analysis.ended is not None and frame.at > analysis.duration_s:
                break
            faces = analysis.frames.between(frame.at, longest_s)
            drawn = _drawn(frame.rgb, _numbered(faces), blur=blur)
            picture = av.VideoFrame.from_ndarray(drawn[: stream.height, : stream.width], "rgb24")
            picture.pts, picture.time_base = round(frame.at * 1000), _TIME_BASE
            container.mux(stream.encode(picture))
            frames += 1
            if max_bytes is not None and out.tell() > max_bytes:
                raise VideoTooLarge(
                    f"The annotated video would have more than {megabytes(max_bytes)}. The "
                    "command line writes any length: fer analyse FILE --annotate DIR."
                )
            on_progress(
                VideoProgress("drawing", frame.at, analysis.duration_s, frames, clock() - began)
            )
        if stream is not None:
            container.mux(stream.encode(None))


def _numbered(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    return tuple(sorted(faces, key=lambda face: face.track_id or 0))


def _drawn(rgb: RgbImage, faces: tuple[Face, ...], *, blur: bool) -> RgbImage:
    if blur and faces:
        rgb = blur_faces(rgb, faces)
    return draw_faces(rgb, faces, _OPTIONS)


def draw_frame(
    rgb: RgbImage, analysis: VideoAnalysis, at: float, *, blur: bool = False
) -> RgbImage:
    """Return a frame of the video, of any size, with its faces drawn in.

    Args:
        rgb: The frame that stands on the screen then.
        analysis: What was found.
        at: Its time, in seconds.
        blur: Make all faces unrecognisable.
    """
    faces = _numbered(analysis.frames.between(at, _LOOKS / analysis.rate))
    factor = rgb.shape[1] / analysis.width if analysis.width else 1.0
    return _drawn(rgb, scale_faces(faces, factor), blur=blur)
