"""`fer analyse lecture.mp4`: a video in, its faces over time out as text, CSV, JSON or a video."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Literal, TextIO

from fer_core.charts.timeline import clock_text
from fer_core.config import get_settings
from fer_core.emotions import EMOTIONS
from fer_core.errors import EmptyFile
from fer_core.video import exports
from fer_core.video.analysis import (
    People,
    VideoAnalysis,
    VideoProgress,
    analyse_video,
    sees_by_detector,
)
from fer_core.video.annotate import annotate_video
from fer_core.video.decoding import VideoLimits
from fer_core.video.errors import VideoError
from fer_core.video.source import VideoSource
from fer_core.vision.detector import EmotionDetector

#: Files with these endings are taken for videos.
VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv"})
_BAR_WIDTH = 30


def is_video(path: Path) -> bool:
    """Tell a video from a photo, by its ending."""
    return path.suffix.lower() in VIDEO_SUFFIXES and not path.is_dir()


def analyse_videos(
    paths: Sequence[Path],
    form: Literal["text", "json", "csv"],
    *,
    rate: float,
    people: People,
    per: exports.Per,
    annotate_into: Path | None = None,
    blur: bool = False,
) -> int:
    """Analyse videos and print what was found; return the exit status: 1 if one was unreadable.

    Args:
        paths: The files; of any size.
        form: What is printed to stdout; the progress goes to stderr.
        rate: Frames analysed a second.
        people: Every face, or one person's timeline besides.
        per: A row for each frame or for each second.
        annotate_into: Folder that gets each video with its faces drawn, as MP4.
        blur: Make the faces in those videos unrecognisable.

    Raises:
        FerError: The model or a setting cannot be used.
        OSError: An annotated video cannot be written.
    """
    settings = get_settings()
    limits = VideoLimits.of(settings)
    detector = EmotionDetector.load(settings.weights, settings.threads)
    failed = False
    for path in paths:
        bar = _Bar(sys.stderr)
        try:
            with VideoSource.of_path(path) as source:
                analysis = analyse_video(
                    source,
                    sees_by_detector(detector),
                    limits,
                    monotonic,
                    rate=rate,
                    people=people,
                    on_progress=bar.show,
                )
                if annotate_into is not None:
                    annotate_into.mkdir(parents=True, exist_ok=True)
                    target = annotate_into / f"{path.stem}-faces.mp4"
                    _annotate(source, analysis, limits, target, bar, blur=blur)
        except (VideoError, EmptyFile) as error:
            bar.clear()
            failed = True
            sys.stderr.write(f"{path.name}: {error.message}\n")
            continue
        except FileNotFoundError as error:
            if error.filename != str(path):
                raise
            failed = True
            sys.stderr.write(f"{path.name}: There is no such file.\n")
            continue
        finally:
            bar.clear()
        if form == "csv":
            sys.stdout.write(exports.to_csv(analysis, per))
        elif form == "json":
            sys.stdout.write(exports.to_json(analysis, per, detector.info))
        else:
            sys.stdout.write(describe(analysis))
        if analysis.note and form != "text":
            sys.stderr.write(f"{path.name}: {analysis.note}\n")
    return 1 if failed else 0


def _annotate(
    source: VideoSource,
    analysis: VideoAnalysis,
    limits: VideoLimits,
    target: Path,
    bar: _Bar,
    *,
    blur: bool,
) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        with partial.open("w+b") as out:
            annotate_video(
                source, analysis, limits, out, monotonic, blur=blur, on_progress=bar.show
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def describe(analysis: VideoAnalysis) -> str:
    """Return what was found in a video, a line for it and a line for each face."""
    count = {0: "no face", 1: "1 face"}.get(analysis.faces, f"{analysis.faces} faces")
    length = clock_text(analysis.duration_s + 0.5)
    lines = [f"{analysis.name} ({length}, {len(analysis.frames)} frames analysed): {count}"]
    for number, (seconds, shares) in exports.mean_shares(analysis).items():
        means = ", ".join(
            f"{emotion.label} {share:.0%}" for emotion, share in zip(EMOTIONS, shares, strict=True)
        )
        lines.append(f"  face {number}: seen for {clock_text(seconds + 0.5)}; on average {means}")
    if analysis.session is not None:
        totals = analysis.session.totals(analysis.duration_s)
        lines.append(f"  one face in view for {clock_text(totals.valid_s + 0.5)} of {length}")
    if analysis.note:
        lines.append(f"  {analysis.note}")
    return "\n".join(lines) + "\n"


class _Bar:
    """A bar on a terminal, with the time left; silent where stderr is none."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown = out.isatty()
        self._drawn_at = 0.0

    def show(self, progress: VideoProgress) -> None:
        if not self._shown or monotonic() - self._drawn_at < 0.2:
            return
        self._drawn_at = monotonic()
        share, left_s = progress.share, progress.left_s
        filled = 0 if share is None else round(_BAR_WIDTH * share)
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        left = "" if left_s is None else f", {clock_text(left_s)} left"
        at = clock_text(progress.at)
        self._out.write(f"\r[{bar}] {progress.stage}, at {at}{left}\x1b[K")
        self._out.flush()

    def clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
