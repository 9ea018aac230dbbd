"""The photos a person looks at now: each analysed once, kept small, forgotten when taken away.

A page runs from top to bottom at every click. The cache holds what must not be done again: the
faces of each file by its content, a picture of display size, and the thumbnails drawn last. It
never holds full-size pixels, and never more than the files that are on it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fer_core.config import Settings
from fer_core.drawing.annotate import DrawOptions, draw_faces, scale_faces
from fer_core.emotions import Emotion
from fer_core.photos.analysed import AnalysedPhoto, Detects, analyse_photo
from fer_core.photos.exports import encode_jpeg
from fer_core.vision.image import RgbImage

#: Longer side of what is shown on the page, in pixels; downloads keep the full size.
DISPLAY_SIDE = 1600
THUMBNAIL_SIDE = 320
#: About 20 kB each.
_THUMBNAILS_KEPT = 300
#: Files decoded and analysed at once: one is decoded while the engine looks at the other. Two
#: 40-megapixel photos in memory are 240 MB.
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in.

    Attributes:
        key: Names this handing-in; the same file handed in twice has two keys.
        name: The file's name, as its owner called it.
        read: Returns the bytes.
    """

    key: str
    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A photo and its small JPEGs, nothing drawn into them; None if it was unreadable."""

    photo: AnalysedPhoto
    display: bytes | None = None
    thumbnail: bytes | None = None


class PhotoCache:
    """Results of the files one person has open; used by one thread at a time."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}
        self._shelved: dict[str, _Entry] = {}
        self._thumbnails: OrderedDict[tuple[str, float, DrawOptions], bytes] = OrderedDict()
        self._said: dict[str, dict[int, Emotion]] = {}

    def __len__(self) -> int:
        """Return how many photos are held, the same content once."""
        return len(self._shelved)

    def keep_only(self, uploads: Sequence[Upload]) -> None:
        """Forget everything about files that are no longer among these."""
        keys = {upload.key for upload in uploads}
        self._digests = {key: digest for key, digest in self._digests.items() if key in keys}
        kept = set(self._digests.values())
        self._shelved = {digest: item for digest, item in self._shelved.items() if digest in kept}
        self._said = {digest: said for digest, said in self._said.items() if digest in kept}
        for entry in [entry for entry in self._thumbnails if entry[0] not in kept]:
            del self._thumbnails[entry]

    def waiting(self, uploads: Sequence[Upload]) -> list[Upload]:
        """Return the files that have not been analysed yet."""
        return [upload for upload in uploads if not self.has(upload)]

    def has(self, upload: Upload) -> bool:
        """Tell whether a file has been analysed."""
        return self._digests.get(upload.key) in self._shelved

    def analyse(
        self, uploads: Sequence[Upload], detector: Detects, settings: Settings
    ) -> Generator[Upload]:
        """Analyse files, two at a time, and yield each in order when it is done.

        A file whose content is on the cache already is not analysed again. What is done stays done
        when the iteration is left early.

        Raises:
            Busy: Too much to do; the files not yielded can be tried again.
            NotReady: The engine has been closed.
        """
        pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="fer-photos")
        try:
            running: deque[tuple[Upload, Future[None]]] = deque()
            for upload in uploads:
                running.append((upload, pool.submit(self._analyse_one, upload, detector, settings)))
                if len(running) > _WORKERS:
                    yield _finished(running)
            while running:
                yield _finished(running)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def photo(self, upload: Upload) -> AnalysedPhoto:
        """Return what was found in a file that has been analysed."""
        photo = self._item(upload).photo
        said = self._said.get(self._digests[upload.key])
        if said and photo.detections is not None:
            faces = tuple(
                replace(face, said=said.get(index))
                for index, face in enumerate(photo.detections.faces)
            )
            photo = replace(photo, detections=replace(photo.detections, faces=faces))
        return replace(photo, name=upload.name)

    def correct(self, upload: Upload, number: int, confidence: float, said: Emotion | None) -> None:
        """Note what a face shows by the word of who looks at it; it stays with the picture.

        Args:
            upload: The photo.
            number: Of the face among those of that confidence, from 0.
            confidence: The threshold that holds now.
            said: What it shows; None takes an earlier word back.
        """
        digest = self._digests[upload.key]
        photo = self._item(upload).photo
        if photo.detections is None:
            return
        face = photo.faces(confidence)[number]
        (index,) = (at for at, one in enumerate(photo.detections.faces) if one is face)
        held = self._said.setdefault(digest, {})
        if said is None:
            held.pop(index, None)
        else:
            held[index] = said
        for entry in [entry for entry in self._thumbnails if entry[0] == digest]:
            del self._thumbnails[entry]

    def display(self, upload: Upload, confidence: float, options: DrawOptions) -> RgbImage | None:
        """Return the photo at display size with its faces drawn in; None if it was unreadable."""
        return self._drawn(upload, self._item(upload).display, confidence, options)

    def thumbnail(self, upload: Upload, confidence: float, options: DrawOptions) -> bytes | None:
        """Return the photo as a small JPEG with its faces drawn in; None if it was unreadable.

        Words would be too small to read there: a face gets its box and its emoji.
        """
        options = replace(options, labels=False, probabilities=False, numbers=False)
        entry = (self._digests[upload.key], confidence, options)
        if entry in self._thumbnails:
            self._thumbnails.move_to_end(entry)
            return self._thumbnails[entry]
        drawn = self._drawn(upload, self._item(upload).thumbnail, confidence, options)
        if drawn is None:
            return None
        data = encode_jpeg(drawn, 85)
        self._thumbnails[entry] = data
        if len(self._thumbnails) > _THUMBNAILS_KEPT:
            self._thumbnails.popitem(last=False)
        return data

    def _item(self, upload: Upload) -> _Entry:
        return self._shelved[self._digests[upload.key]]

    def _analyse_one(self, upload: Upload, detector: Detects, settings: Settings) -> None:
        data = upload.read()
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._shelved:
            photo, rgb = analyse_photo(upload.name, data, detector, settings)
            if rgb is None:
                self._shelved[digest] = _Entry(photo)
            else:
                display = _fit(rgb, DISPLAY_SIDE)
                thumbnail = _fit(display, THUMBNAIL_SIDE)
                self._shelved[digest] = _Entry(
                    photo, encode_jpeg(display, 90), encode_jpeg(thumbnail, 95)
                )
        self._digests[upload.key] = digest

    def _drawn(
        self, upload: Upload, jpeg: bytes | None, confidence: float, options: DrawOptions
    ) -> RgbImage | None:
        pixels = _decode(jpeg)
        if pixels is None:
            return None
        photo = self.photo(upload)
        faces = scale_faces(photo.faces(confidence), _factor(photo, pixels))
        return draw_faces(pixels, faces, options)


def _finished(running: deque[tuple[Upload, Future[None]]]) -> Upload:
    upload, future = running.popleft()
    future.result()
    return upload


def _decode(jpeg: bytes | None) -> RgbImage | None:
    if jpeg is None:
        return None
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(decoded, np.uint8)


def _factor(photo: AnalysedPhoto, pixels: RgbImage) -> float:
    """Return displayed pixels per pixel of the original."""
    return pixels.shape[1] / photo.detections.width if photo.detections else 1.0


def _fit(rgb: RgbImage, side: int) -> RgbImage:
    """Return a picture whose longer side is at most `side` pixels."""
    height, width = rgb.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return rgb
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
