"""`fer analyse`: photos in, labelled faces out as text, JSON, CSV or pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Literal, TextIO

from fer_core.config import Settings, get_settings
from fer_core.drawing.annotate import DrawOptions
from fer_core.emotions import EMOTIONS, UNSURE_EMOJI, UNSURE_LABEL
from fer_core.errors import ImageError
from fer_core.photos import exports
from fer_core.photos.analysed import AnalysedPhoto, Problem, analyse_photo
from fer_core.system_files import is_left_by_system
from fer_core.vision.broken_off import INCOMPLETE
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage, check_size
from fer_core.words import one_line

Output = Literal["text", "json", "csv"]

#: Files with these endings are taken from folders; a file named itself may be called anything.
PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)
_BAR_WIDTH = 30


def analyse(
    paths: Sequence[Path],
    form: Output,
    *,
    confidence: float | None = None,
    annotate_into: Path | None = None,
    blur: bool = False,
) -> int:
    """Analyse photos and print what was found; return the exit status.

    It is 1 if one was unreadable or the folders hold none.

    Args:
        paths: Files and folders; folders are searched with all that is in them.
        form: What is printed to stdout; the progress of many goes to stderr.
        confidence: Weakest face reported; the model's own threshold if None.
        annotate_into: Folder that gets each picture with its faces drawn, as PNG.
        blur: Make the faces in those pictures unrecognisable.

    Raises:
        FerError: The model or a setting cannot be used.
    """
    settings = get_settings()
    detector = EmotionDetector.load(settings.weights, settings.threads)
    threshold = detector.info.confidence_threshold if confidence is None else confidence
    files = find_photos(paths)
    if not files:
        sys.stderr.write("There are no pictures in these folders.\n")
    outputs = exports.unique_names([file.name for file in files], "-faces.png")
    if annotate_into is not None:
        annotate_into.mkdir(parents=True, exist_ok=True)
    photos = []
    progress = _Progress(len(files), sys.stderr)
    for file, output in zip(files, outputs, strict=True):
        photo, rgb = _analyse_file(file, detector, settings)
        photos.append(photo)
        if annotate_into is not None and rgb is not None:
            drawn = exports.annotate(rgb, photo, threshold, DrawOptions(numbers=True), blur=blur)
            (annotate_into / output).write_bytes(exports.encode_png(drawn))
        progress.advance()
        if form == "text":
            progress.clear()
            sys.stdout.write(describe(photo, threshold))
    progress.clear()
    if form == "json":
        sys.stdout.write(exports.to_json(photos, detector.info, threshold))
    elif form == "csv":
        sys.stdout.write(exports.to_csv(photos, threshold))
    return 1 if not photos or any(photo.problem for photo in photos) else 0


def find_photos(paths: Sequence[Path]) -> list[Path]:
    """Return the files given, and the pictures in the folders given, in order of their names."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file())
            files += sorted(
                file
                for file in inside
                if file.suffix.lower() in PICTURE_SUFFIXES
                and not is_left_by_system(file.relative_to(path).as_posix())
            )
        else:
            files.append(path)
    return files


def describe(photo: AnalysedPhoto, confidence: float) -> str:
    """Return what was found in a photo, a line for it and a line for each face."""
    name = one_line(photo.name)  # a name may hold what steers a terminal
    if photo.problem or photo.detections is None:
        reason = photo.problem.message if photo.problem else ""
        return f"{name}: {reason}\n"
    faces = photo.faces(confidence)
    size = f"{photo.detections.width} x {photo.detections.height}"
    count = "no face" if not faces else "1 face" if len(faces) == 1 else f"{len(faces)} faces"
    lines = [f"{name} ({size}): {count}"]
    if photo.incomplete:
        lines.append(f"  {INCOMPLETE}")
    lines += [_describe_face(number, face) for number, face in enumerate(faces, start=1)]
    return "\n".join(lines) + "\n"


def _describe_face(number: int, face: Face) -> str:
    emotion = face.emotion
    emoji, label = (emotion.emoji, emotion.label) if emotion else (UNSURE_EMOJI, UNSURE_LABEL)
    others = ", ".join(
        f"{each.label} {float(value):.0%}"
        for each, value in zip(EMOTIONS, face.probabilities, strict=True)
    )
    x, y, width, height = (round(value) for value in face.box)
    return f"  {number}. {emoji} {label} at ({x}, {y}), {width} x {height}: {others}"


def _analyse_file(
    file: Path, detector: EmotionDetector, settings: Settings
) -> tuple[AnalysedPhoto, RgbImage | None]:
    try:
        if file.exists() and not file.is_file():
            problem = Problem("file_unreadable", "This is a pipe or a device, not a picture.")
            return AnalysedPhoto(file.name, None, problem), None
        check_size(file.stat().st_size, settings.max_image_bytes)
        data = file.read_bytes()
    except FileNotFoundError:
        problem = Problem("file_not_found", "There is no such file.")
        return AnalysedPhoto(file.name, None, problem), None
    except OSError:
        problem = Problem("file_unreadable", "This file cannot be opened. May you read it?")
        return AnalysedPhoto(file.name, None, problem), None
    except ImageError as error:
        return AnalysedPhoto(file.name, None, Problem(error.code, error.message)), None
    return analyse_photo(file.name, data, detector, settings)


class _Progress:
    """A bar on a terminal, for two photos and more; silent where stderr is none."""

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._done = 0
        self._started = monotonic()
        self._shown = total > 1 and out.isatty()

    def advance(self) -> None:
        self._done += 1
        if not self._shown:
            return
        left_s = (monotonic() - self._started) / self._done * (self._total - self._done)
        filled = _BAR_WIDTH * self._done // self._total
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        self._out.write(f"\r[{bar}] {self._done} of {self._total}, {left_s:.0f} s left\x1b[K")
        self._out.flush()

    def clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
