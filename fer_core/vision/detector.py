"""Pixels to faces: which networks see what of a picture, and how it becomes one answer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.config import get_settings
from fer_core.emotions import LABELS
from fer_core.errors import WeightsNotFound
from fer_core.vision.backends import Backend, available_processors
from fer_core.vision.candidates import (
    Candidates,
    by_size,
    calibrate,
    join,
    largest_and_inside,
    nested_ranks,
    suppress,
)
from fer_core.vision.crops import COARSE_SIZE, View, is_blank, photo_views, whole
from fer_core.vision.faces import Box, Detections, Face, FramePath, Timing
from fer_core.vision.image import RgbImage, check_rgb
from fer_core.vision.landmarks import MarkReader
from fer_core.vision.model_info import (
    OF_CLASSES,
    ModelInfo,
    NetworkFile,
    Networks,
    class_order,
    description_of,
    network_files,
    read_model_info,
    sha256_of,
)
from fer_core.vision.network_runner import NetworkRunner
from fer_core.vision.refiner import FRAME_CROPS, PHOTO_CROPS, Refiner
from fer_core.vision.second_opinion import SecondOpinion
from fer_core.vision.turned import SURE, look_again, look_view

#: "frame": as few views as will do, for video. "photo": every view that helps, for a picture that
#: can wait.
Mode = Literal["frame", "photo"]

#: A candidate of this share of the threshold is refined, which may raise it above.
REFINED_FROM = 0.4
#: Most faces of a photo that are refined, largest first: 64 took 0.9 s on two cores with other
#: work.
MOST_REFINED = 64
#: A video frame is seen again, coarsely, when nothing was found or a face covers this share of its
#: longer side: a face so near is easier to read when it is smaller.
FRAME_LARGE_FACE = 0.55
#: Share of the smaller box inside the larger from which two boxes are one face.
INSIDE_THRESHOLD = 0.7
#: Most boxes inside one another that a video frame's refiner chooses from.
MOST_NESTED = 3


class EmotionDetector:
    """Finds faces and tells their expressions.

    Any number of threads may use one at once: `InferenceEngine` has as many as there are
    processors.

    Attributes:
        info: Describes the model.
        marks: Reads the points of a video's largest face; None: the model has no network for them.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, decode_image
        >>> detector = EmotionDetector.load()
        >>> picture = decode_image(Path("me.jpg").read_bytes())
        >>> [face.emotion.label for face in detector.detect(picture).faces]
        ['Happy']
    """

    def __init__(
        self,
        network: Backend,
        info: ModelInfo,
        refiner: Backend | None = None,
        photo_refiner: Backend | None = None,
        threads: int = 1,
        marks: MarkReader | None = None,
    ) -> None:
        """Put the networks together.

        Args:
            network: Finds faces, and refines them where no other network does.
            info: Describes the networks.
            refiner: Refines faces in video, if it is another one.
            photo_refiner: Refines faces in photos, if it is yet another one.
            threads: Views of a photo that are seen at once.
            marks: Reads the points of a video's largest face, where the model has a network for
                them.
        """
        self.info = info
        self.marks = marks
        self._pool = (
            ThreadPoolExecutor(threads, thread_name_prefix="fer-views") if threads > 1 else None
        )
        self._network = network
        refiner = refiner or network
        self._refiner = Refiner(refiner, FRAME_CROPS, info.iou_threshold)
        larger = None if photo_refiner is refiner else photo_refiner
        self._second_opinion = SecondOpinion(larger, info)
        self._photo_refiner = Refiner(photo_refiner or refiner, PHOTO_CROPS, info.iou_threshold)
        self._class_order = info.class_order

    @classmethod
    def load(cls, weights: str | Path | None = None, threads: int | None = None) -> EmotionDetector:
        """Load a model.

        Args:
            weights: A model.json, the .onnx beside one, or a YOLO .pt with our five class names;
                what FER_WEIGHTS names if None, which is the shipped model unless it is set.
            threads: Views of a photo that are seen at once, each on a processor of its own; as
                many as there are processors if None.

        Raises:
            WeightsNotFound: No such file.
            WeightsChanged: The file is not the one its model.json describes.
            LibraryMissing: A .pt file, and Ultralytics is not installed.
            WeightsError: The file is no such model.
        """
        path = get_settings().weights if weights is None else Path(weights)
        threads = threads or available_processors()
        if not path.is_file():
            raise WeightsNotFound
        if path.suffix == ".pt":
            return cls._load_checkpoint(path, threads)
        description = description_of(path)
        info = read_model_info(description)
        from fer_core.vision.backends.onnx import open_networks

        files = network_files(description, info)
        networks = open_networks(files)
        detector, refiner, photo_refiner = (networks[role] for role in OF_CLASSES)
        marks = MarkReader.load(files.get("landmarks"), files.get("eyes"))
        return cls(detector, info, refiner, photo_refiner, threads, marks)

    @classmethod
    def _load_checkpoint(cls, path: Path, threads: int) -> EmotionDetector:
        from fer_core.vision.backends.ultralytics import UltralyticsBackend

        backend = UltralyticsBackend(path, threads)
        class_order(backend.classes)
        info = ModelInfo(
            name=path.stem,
            version="unversioned",
            networks=Networks(
                detector=NetworkFile(
                    file=path.name, sha256=sha256_of(path), architecture="YOLO checkpoint"
                )
            ),
            classes=backend.classes,
        )
        return cls(backend, info)

    def detect(
        self, rgb: RgbImage, mode: Mode = "photo", confidence: float | None = None
    ) -> Detections:
        """Find every face in a picture.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            mode: "frame", for video, detects at one scale and refines the largest face by one
                crop, and one more where that leaves open what it shows; "photo" detects at several
                scales, and in tiles where the picture is large, refines every face by two crops,
                and turns the picture where no face is sure.
            confidence: How sure it must be that there is a face, 0..1; the model's own threshold
                if None.

        Returns:
            The faces, largest first; none is an answer.

        Raises:
            NotAnImage: The array is not an RGB picture.
        """
        check_rgb(rgb)
        own = self.info.confidence_threshold
        threshold = own if confidence is None else confidence
        if mode == "frame":
            return self._with_marks(rgb, self._search(rgb, mode, threshold))
        lowest = min(threshold, own)
        found = self._search(rgb, mode, lowest)
        if found.surest < SURE:
            view = look_view(
                found.width, found.height, self.info.input.photo_size, self.info.input.stride
            )
            again = partial(self._search, mode=mode, threshold=lowest)
            found = look_again(rgb, found, view, self._surest_in, again)
        return found.down_to(threshold)

    def follow(
        self, rgb: RgbImage, boxes: Sequence[Box], opinion: FloatArray | None = None
    ) -> Detections | None:
        """Find faces again that were in an earlier frame of a video, by one crop of each.

        For one face it takes a quarter of the time of `detect` in "frame" mode, and sees nothing
        of the rest of the picture: `FaceFollower` knows when that is enough.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            boxes: Of the faces a frame ago, in its pixels.
            opinion: The frame's before, which holds for this one, too.

        Returns:
            The faces, largest first; None where one of them is no longer there, or no longer sure.

        Raises:
            NotAnImage: The array is not an RGB picture.
        """
        check_rgb(rgb)
        run = NetworkRunner(self._class_order, rgb)
        found = self._refiner.follow(run, boxes)
        if found is None or (found.confidences < self.info.confidence_threshold).any():
            return None
        # Two boxes that meet are one face: the other one has gone.
        if len(boxes) > 1:
            left = suppress(found, self.info.iou_threshold, INSIDE_THRESHOLD)
            if len(left.corners) < len(boxes):
                return None
        found, opinion = self._second_opinion.heard(run, found, opinion)
        detections = self._detections(rgb, run, found, "followed")
        return self._with_marks(rgb, replace(detections, opinion=opinion))

    def read(self, rgb: RgbImage, boxes: Sequence[Box]) -> FloatArray:
        """Tell what faces show whose boxes are known, by a photo's refiner.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            boxes: Of the faces, in its pixels.

        Returns:
            Shape (n, 5), probabilities in the order of `LABELS`; NaN where there is no face.
        """
        corners = np.array([box.corners for box in boxes], np.float32).reshape(-1, 4)
        unread = np.full((len(boxes), len(LABELS)), np.nan, np.float32)
        known = Candidates(corners, unread, np.zeros(len(boxes), np.float32))
        run = NetworkRunner(self._class_order, rgb)
        found, _ = self._photo_refiner.refine(run, known, np.arange(len(boxes)))
        return calibrate(found.scores, self.info.temperature)

    def _search(self, rgb: RgbImage, mode: Mode, threshold: float) -> Detections:
        """Find upright faces."""
        height, width = rgb.shape[:2]
        run = NetworkRunner(self._class_order, rgb, self._pool)
        candidates, opinion = self._candidates(run, width, height, mode, threshold), None
        if mode == "frame":
            candidates, opinion = self._second_opinion.heard(run, candidates)
        return replace(self._detections(rgb, run, candidates, "detected"), opinion=opinion)

    def _surest_in(self, pictures: Sequence[RgbImage]) -> list[float]:
        """Return how sure the detector alone is of a face in each picture of input size, 0..1."""

        def surest(rgb: RgbImage) -> float:
            height, width = rgb.shape[:2]
            view = whole(width, height, max(width, height), self.info.input.stride)
            (found,) = NetworkRunner(self._class_order, rgb)(self._network, [view], 0.0)
            return float(found.confidences.max(initial=0.0))

        return list((self._pool.map if self._pool else map)(surest, pictures))

    def _candidates(
        self, run: NetworkRunner, width: int, height: int, mode: Mode, threshold: float
    ) -> Candidates:
        stride, iou_threshold = self.info.input.stride, self.info.iou_threshold
        weakest = threshold * REFINED_FROM
        # Boxes inside others stay until the refiner has told the face from what is around it.
        if mode == "frame":
            views = [whole(width, height, self.info.input.frame_size, stride)]
            found = suppress(self._detect(run, views, weakest), iou_threshold)
            if _needs_coarse_view(found, threshold, width, height):
                views = [whole(width, height, COARSE_SIZE, stride)]
                found = suppress(join([found, self._detect(run, views, weakest)]), iou_threshold)
            nested = largest_and_inside(found, INSIDE_THRESHOLD)
            refiner, chosen = self._refiner, nested[:MOST_NESTED]
        else:
            views = photo_views(width, height, self.info.input.photo_size, stride)
            found = suppress(self._detect(run, views, weakest), iou_threshold)
            refiner, chosen = self._photo_refiner, by_size(found)[:MOST_REFINED]
        found, confirmed = refiner.refine(run, found, chosen)
        # The refiner confirms head and shoulders as well as a face, and a part of one. A single
        # look may be surer of head and shoulders, so there the smaller box wins. A photo's looks
        # were surer of the face each time; there a part of it won, in scenes in 2 % of the faces.
        ranks = nested_ranks(found, confirmed) if mode == "frame" else None
        found = suppress(found, iou_threshold, INSIDE_THRESHOLD, ranks)
        return found.take(np.flatnonzero(found.confidences >= threshold))

    def _detect(self, run: NetworkRunner, views: Sequence[View], threshold: float) -> Candidates:
        return join(run(self._network, views, threshold))

    def _detections(
        self, rgb: RgbImage, run: NetworkRunner, candidates: Candidates, path: FramePath
    ) -> Detections:
        started = perf_counter()
        height, width = rgb.shape[:2]
        faces = self._faces(candidates, width, height)
        timing = Timing(
            run.preprocess_ms,
            run.inference_ms,
            run.postprocess_ms + (perf_counter() - started) * 1e3,
            path,
        )
        return Detections(faces, width, height, timing, blank=not faces and is_blank(rgb))

    def _with_marks(self, rgb: RgbImage, found: Detections) -> Detections:
        return found if self.marks is None else self.marks.mark(rgb, found)

    def _faces(self, candidates: Candidates, width: int, height: int) -> tuple[Face, ...]:
        probabilities = calibrate(candidates.scores, self.info.temperature)
        probabilities.flags.writeable = False
        confidences = candidates.confidences
        faces = []
        for index, corners in enumerate(candidates.corners):
            box = Box.of_corners(np.clip(corners, 0, [width, height, width, height]))
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


def _needs_coarse_view(found: Candidates, threshold: float, width: int, height: int) -> bool:
    sure = found.confidences >= threshold
    if not sure.any():
        return True
    sides = found.corners[sure, 2:] - found.corners[sure, :2]
    return bool(sides.max() > FRAME_LARGE_FACE * max(width, height))
