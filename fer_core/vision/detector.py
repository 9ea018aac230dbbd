"""Pixels to faces: which views of a picture the network sees, and how they become one answer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import numpy.typing as npt

from fer_core.config import get_settings
from fer_core.emotions import LABELS
from fer_core.errors import NotAnImage, WeightsNotFound
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.candidates import (
    Candidates,
    calibrate,
    expit,
    face_confidences,
    join,
    logits,
    overlaps,
    shares_inside,
    suppress,
)
from fer_core.vision.crops import View, close_up, is_blank, tiles, to_tensor, whole
from fer_core.vision.faces import Box, Detections, Face, FloatArray, Timing
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import (
    Look,
    ModelInfo,
    class_order,
    read_model_info,
    sha256_of,
    verify,
)

#: "frame": as few looks as will do, for video. "photo": every look that helps, for a picture that
#: can wait.
Mode = Literal["frame", "photo"]
#: Of close looks: face size, input side, mirrored.
Looks = tuple[tuple[int, int, bool], ...]
Indices = npt.NDArray[np.intp]

#: Longer side of the coarse look at a photo, which finds the faces that fill it.
COARSE_SIZE = 160
#: A picture is enlarged at most this much: a blurred giant is harder to read than a small face.
MAX_ENLARGEMENT = 2.0
#: Tiles: a face of 40 px in a 12-megapixel group photo keeps 24 px in the input, which the
#: network finds; at 640 px for the whole photo it would be 6 px.
TILE_SCALE = 0.6
TILE_SIDE = 640
TILE_OVERLAP = 128
#: Most input pixels spent on tiles, about 2 s on two cores; a larger photo gets a smaller scale.
TILE_PIXELS = 12_000_000
#: At each face of a photo. The network reads best at 77-96 px, six tenths of the input, and errs
#: differently on each look, so that their mean is better than any of them.
PHOTO_LOOKS: Looks = ((96, 160, False), (96, 160, True), (77, 128, False), (77, 128, True))
#: At the largest face of a video frame, the only one that a session goes by: a fifth of the first
#: look's pixels, for most of what all four bring.
FRAME_LOOKS: Looks = ((77, 128, False),)
#: A candidate of this share of the threshold gets close looks, which may raise it above.
HOPEFUL = 0.6
#: Most faces looked at closely, largest first: 64 took 0.9 s on two cores with other work.
CLOSE_FACES = 64
#: A video frame is looked at again, coarsely, when nothing was found or a face covers this share
#: of its longer side: a face so close is easier to read when it is smaller.
FRAME_LARGE_FACE = 0.55
#: Share of the smaller box inside the larger from which two boxes are one face.
INSIDE_THRESHOLD = 0.7
#: Confidence from which the close look's view of a face counts.
CLOSE_THRESHOLD = 0.05
#: Most boxes inside one another that a video frame's close looks choose from.
MOST_NESTED = 3
#: Most input pixels in one run of the network: one 640 px tile or sixteen close looks. Eight tiles
#: at once are no faster on a processor and take 450 MB more.
BATCH_PIXELS = 640 * 640
#: Most candidates of one view that are compared with each other.
MAX_CANDIDATES = 1000


class EmotionDetector:
    """Finds faces and tells their expressions.

    Not safe for several threads at once; `InferenceEngine` gives it one.

    Example:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, decode_image
        >>> detector = EmotionDetector.load()
        >>> picture = decode_image(Path("me.jpg").read_bytes())
        >>> [face.emotion.label for face in detector.detect(picture).faces]
        ['Happy']
    """

    def __init__(
        self,
        backend: Backend,
        info: ModelInfo,
        close_backend: Backend | None = None,
        photo_backend: Backend | None = None,
    ) -> None:
        """Take the network, and others for close looks in video and in photos, if there are any."""
        self.info = info
        self._backend = backend
        self._close_backend = close_backend or backend
        self._photo_backend = photo_backend or self._close_backend
        self._score_rows = [4 + index for index in info.class_order]

    @classmethod
    def load(cls, weights: str | Path | None = None, threads: int = 2) -> EmotionDetector:
        """Load a model.

        Args:
            weights: A model.json, the .onnx beside one, or a YOLO .pt with our five class names;
                what FER_WEIGHTS names if None, which is the shipped model unless it is set.
            threads: Processor threads that one analysis may use.

        Raises:
            WeightsNotFound: No such file.
            WeightsChanged: The file is not the one its model.json describes.
            LibraryMissing: A .pt file, and Ultralytics is not installed.
            WeightsError: The file is no such model.
        """
        path = get_settings().weights if weights is None else Path(weights)
        if not path.is_file():
            raise WeightsNotFound
        if path.suffix == ".pt":
            return cls._load_checkpoint(path, threads)
        description = path if path.suffix == ".json" else path.with_name("model.json")
        info = read_model_info(description)
        from fer_core.vision.backends.onnx import OnnxBackend

        backends: dict[Look, Backend] = {}
        for network, looks in info.networks.items():
            file = description.with_name(Path(network.file).name)
            verify(file, network.sha256)
            backends |= dict.fromkeys(looks, OnnxBackend(file, threads))
        return cls(backends["first"], info, backends["close"], backends["photo"])

    @classmethod
    def _load_checkpoint(cls, path: Path, threads: int) -> EmotionDetector:
        from fer_core.vision.backends.ultralytics import UltralyticsBackend

        backend = UltralyticsBackend(path, threads)
        class_order(backend.classes)
        info = ModelInfo(
            name=path.stem,
            version="unversioned",
            file=path.name,
            sha256=sha256_of(path),
            architecture="YOLO checkpoint",
            classes=backend.classes,
        )
        return cls(backend, info)

    def detect(
        self, rgb: RgbImage, mode: Mode = "photo", confidence: float | None = None
    ) -> Detections:
        """Find every face in a picture.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            mode: "frame" looks once, and once more closely at the largest face, for video;
                "photo" looks at several scales, in tiles where the picture is large, and four
                times more closely at every face.
            confidence: How sure it must be that there is a face, 0..1; the model's own threshold
                if None.

        Returns:
            The faces, largest first; none is an answer.

        Raises:
            NotAnImage: The array is not an RGB picture.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise NotAnImage("A picture must be RGB, 8 bits a channel.")
        height, width = rgb.shape[:2]
        threshold = self.info.confidence_threshold if confidence is None else confidence
        looker = _Looker(self._score_rows, rgb)
        candidates = self._look(looker, width, height, mode, threshold)
        started = perf_counter()
        faces = self._faces(candidates, width, height)
        timing = Timing(
            looker.preprocess_ms,
            looker.inference_ms,
            looker.postprocess_ms + (perf_counter() - started) * 1e3,
        )
        return Detections(faces, width, height, timing, blank=not faces and is_blank(rgb))

    def detect_batch(
        self,
        images: Sequence[RgbImage],
        mode: Mode = "photo",
        confidence: float | None = None,
    ) -> list[Detections]:
        """Find every face in each picture; the answers stand in the order of `images`."""
        return [self.detect(rgb, mode, confidence) for rgb in images]

    def read(self, rgb: RgbImage, boxes: Sequence[Box]) -> FloatArray:
        """Tell what faces show whose boxes are known, by a photo's close looks.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            boxes: Of the faces, in its pixels.

        Returns:
            Shape (n, 5), probabilities in the order of `LABELS`; NaN where the looks see no face.
        """
        corners = np.array(
            [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes], np.float32
        ).reshape(-1, 4)
        unread = np.full((len(boxes), len(LABELS)), np.nan, np.float32)
        known = Candidates(corners, unread, np.zeros(len(boxes), np.float32))
        looker = _Looker(self._score_rows, rgb)
        chosen = np.arange(len(boxes))
        found, _ = self._look_closely(looker, self._photo_backend, known, PHOTO_LOOKS, chosen)
        return calibrate(found.scores, self.info.temperature)

    def _look(
        self, looker: _Looker, width: int, height: int, mode: Mode, threshold: float
    ) -> Candidates:
        stride, iou_threshold = self.info.input.stride, self.info.iou_threshold
        hopeful = threshold * HOPEFUL
        # Boxes inside others stay until the close looks have told the face from what is around it.
        if mode == "frame":
            views = [whole(width, height, self.info.input.frame_size, stride)]
            found = suppress(self._first_look(looker, views, hopeful), iou_threshold)
            if _needs_coarse_look(found, threshold, width, height):
                views = [whole(width, height, COARSE_SIZE, stride)]
                found = suppress(
                    join([found, self._first_look(looker, views, hopeful)]), iou_threshold
                )
            backend, looks, chosen = self._close_backend, FRAME_LOOKS, _largest_and_inside(found)
        else:
            views = photo_views(width, height, self.info.input.photo_size, stride)
            found = suppress(self._first_look(looker, views, hopeful), iou_threshold)
            backend, looks, chosen = self._photo_backend, PHOTO_LOOKS, _by_size(found)[:CLOSE_FACES]
        found, confirmed = self._look_closely(looker, backend, found, looks, chosen)
        found = suppress(found, iou_threshold, INSIDE_THRESHOLD, confirmed)
        return found.take(np.flatnonzero(found.confidences >= threshold))

    def _first_look(self, looker: _Looker, views: list[View], threshold: float) -> Candidates:
        return join(looker(self._backend, views, threshold))

    def _look_closely(
        self, looker: _Looker, backend: Backend, found: Candidates, looks: Looks, chosen: Indices
    ) -> tuple[Candidates, Float32Array]:
        """Look again at the chosen faces; average the close looks' logits and all looks' boxes.

        What a face shows, the close looks tell better alone than together with the first. Whether
        it is one, both count alike: the first takes lettering for faces, the close ones seldom do.

        Returns:
            The candidates, and how sure the close looks are that each box fits a face, shape (n,).
        """
        views = [close_up(_box(found.corners[index]), *look) for index in chosen for look in looks]
        answers = iter(looker(backend, views, CLOSE_THRESHOLD))
        corners, scores = found.corners.copy(), found.scores.copy()
        confidences, confirmed = found.confidences.copy(), found.confidences.copy()
        for index in chosen:
            box = found.corners[index]
            seen = [self._same_face(answer, box) for answer in islice(answers, len(looks))]
            again = join([candidate for candidate in seen if candidate is not None])
            confirmed[index] = again.confidences.sum() / len(looks)
            confidences[index] = (confidences[index] + confirmed[index]) / 2
            if len(again.scores):
                together = join([found.take(np.array([index])), again])
                scores[index] = expit(logits(again.scores).mean(axis=0))
                corners[index] = np.average(together.corners, axis=0, weights=together.confidences)
        return Candidates(corners, scores, confidences), confirmed

    def _same_face(self, seen: Candidates, box: Float32Array) -> Candidates | None:
        """Return the candidate of a close look that is the face it was meant for."""
        if not len(seen.corners):
            return None
        overlap = overlaps(seen.corners, box)
        best = int(np.argmax(overlap * seen.confidences))
        return seen.take(np.array([best])) if overlap[best] >= self.info.iou_threshold else None

    def _faces(self, candidates: Candidates, width: int, height: int) -> tuple[Face, ...]:
        probabilities = calibrate(candidates.scores, self.info.temperature)
        probabilities.flags.writeable = False
        confidences = candidates.confidences
        faces = []
        for index, corners in enumerate(candidates.corners):
            box = _box(corners, width, height)
            if box.width < 1 or box.height < 1:
                continue
            faces.append(
                Face(
                    box,
                    float(confidences[index]),
                    probabilities[index],
                    unsure_below=self.info.unsure_below,
                )
            )
        return tuple(sorted(faces, key=lambda face: -face.box.area))


class _Looker:
    """Runs networks on views of one picture and adds up the time."""

    def __init__(self, score_rows: list[int], rgb: RgbImage) -> None:
        self._score_rows = score_rows
        self._rgb = rgb
        self.preprocess_ms = 0.0
        self.inference_ms = 0.0
        self.postprocess_ms = 0.0

    def __call__(self, backend: Backend, views: list[View], threshold: float) -> list[Candidates]:
        """Return the candidates of each view, in order."""
        by_shape: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, view in enumerate(views):
            by_shape[view.input_shape].append(index)
        results: dict[int, Candidates] = {}
        for (height, width), indices in by_shape.items():
            size = max(1, BATCH_PIXELS // (height * width))
            for start in range(0, len(indices), size):
                batch = indices[start : start + size]
                outputs = self._run(backend, [views[index] for index in batch])
                started = perf_counter()
                for index, output in zip(batch, outputs, strict=True):
                    results[index] = self._candidates(views[index], output, threshold)
                self.postprocess_ms += (perf_counter() - started) * 1e3
        return [results[index] for index in range(len(views))]

    def _run(self, backend: Backend, views: list[View]) -> np.ndarray:
        started = perf_counter()
        tensor = to_tensor([view.render(self._rgb) for view in views])
        prepared = perf_counter()
        output = backend(tensor)
        self.preprocess_ms += (prepared - started) * 1e3
        self.inference_ms += (perf_counter() - prepared) * 1e3
        return output

    def _candidates(self, view: View, output: np.ndarray, threshold: float) -> Candidates:
        """Turn one output (4 + classes, anchors) into candidates in source pixels."""
        scores = output[self._score_rows].T
        confidences = face_confidences(scores)
        likely = np.flatnonzero(confidences >= threshold)
        if len(likely) > MAX_CANDIDATES:
            strongest = np.argpartition(-confidences[likely], MAX_CANDIDATES)[:MAX_CANDIDATES]
            likely = likely[strongest]
        corners = view.to_source(output[:4, likely].T)
        height, width = self._rgb.shape[:2]
        cut = _cut_by_inner_edge(corners, view, width, height)
        return Candidates.of(corners[~cut], np.ascontiguousarray(scores[likely[~cut]]))


def photo_views(width: int, height: int, photo_size: int, stride: int = 32) -> list[View]:
    """Return the looks at a photo, before the close ones at its faces.

    Args:
        width, height: The photo, in pixels.
        photo_size: Longer side of the main look, in input pixels.
        stride: The network's stride.
    """
    long_side = max(width, height)
    largest = long_side * MAX_ENLARGEMENT
    sizes = {min(float(size), largest) for size in (COARSE_SIZE, photo_size // 2, photo_size)}
    views = [whole(width, height, round(max(size, stride)), stride) for size in sorted(sizes)]
    if long_side * TILE_SCALE > photo_size:
        scale = min(TILE_SCALE, math.sqrt(TILE_PIXELS / (width * height)))
        views += tiles(width, height, scale, TILE_SIDE, TILE_OVERLAP)
    return views


def _by_size(found: Candidates) -> Indices:
    """Return the candidates' indices, largest first."""
    sizes = np.max(found.corners[:, 2:] - found.corners[:, :2], axis=1, initial=0)
    return np.argsort(-sizes, kind="stable")


def _largest_and_inside(found: Candidates) -> Indices:
    """Return the indices of the largest candidate and of the next largest inside it."""
    order = _by_size(found)
    if not len(order):
        return order
    inside = shares_inside(found.corners, found.corners[order[0]]) > INSIDE_THRESHOLD
    return order[inside[order]][:MOST_NESTED]


def _needs_coarse_look(found: Candidates, threshold: float, width: int, height: int) -> bool:
    sure = found.confidences >= threshold
    if not sure.any():
        return True
    sides = found.corners[sure, 2:] - found.corners[sure, :2]
    return bool(sides.max() > FRAME_LARGE_FACE * max(width, height))


def _cut_by_inner_edge(corners: np.ndarray, view: View, width: int, height: int) -> np.ndarray:
    """Mark boxes that touch an edge of the view where the picture goes on: parts of faces."""
    margin = 2 / view.scale
    right, bottom = view.x + view.width, view.y + view.height
    cut = np.zeros(len(corners), dtype=bool)
    if view.x > 0:
        cut |= corners[:, 0] < view.x + margin
    if view.y > 0:
        cut |= corners[:, 1] < view.y + margin
    if right < width:
        cut |= corners[:, 2] > right - margin
    if bottom < height:
        cut |= corners[:, 3] > bottom - margin
    return cut


def _box(corners: np.ndarray, width: float = math.inf, height: float = math.inf) -> Box:
    """Return corners as a box, cut to the picture if its size is given."""
    x0, y0, x1, y1 = (float(value) for value in corners)
    if math.isfinite(width):
        x0, x1 = min(max(x0, 0.0), width), min(max(x1, 0.0), width)
        y0, y1 = min(max(y0, 0.0), height), min(max(y1, 0.0), height)
    return Box(x0, y0, x1 - x0, y1 - y0)
