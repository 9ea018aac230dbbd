"""The path of version 0.6.0, so that today's stands beside it in the same run."""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.arrays import FloatArray
from fer_core.config import Settings
from fer_core.vision.backends import Float32Array
from fer_core.vision.backends.onnx import OnnxBackend
from fer_core.vision.crops import RefineCrop
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import read_model_info
from fer_core.vision.refiner import Refiner
from fer_core.vision.second_opinion import SecondOpinion

#: Of each face of a photo.
FOUR_CROPS = tuple(
    RefineCrop(face_px, side, flip=flip)
    for face_px, side in ((96, 160), (77, 128))
    for flip in (False, True)
)


class WorksOutEachBox(OnnxBackend):
    """A network that gives each anchor its box, as all did."""

    def __call__(self, batch: Float32Array, _least: float = 0.0) -> Float32Array:
        return super().__call__(batch)


class DetectsEveryFrame(EmotionDetector):
    """A detector whose faces are never followed, with two processor threads in each run."""

    @classmethod
    def of_the_shipped_weights(cls) -> DetectsEveryFrame:
        """Return it with the networks that ship now."""
        weights = Settings().weights
        info = read_model_info(weights)
        networks = {
            role: WorksOutEachBox(weights.with_name(network.file), threads=2)
            for role, network in info.networks.by_role().items()
        }
        detector = cls(
            networks["detector"], info, networks["refiner"], networks["photo_refiner"], threads=1
        )
        detector._second_opinion = SecondOpinion(None, info)
        detector._photo_refiner = Refiner(networks["photo_refiner"], FOUR_CROPS, info.iou_threshold)
        return detector

    def follow(
        self, rgb: RgbImage, boxes: Sequence[Box], opinion: FloatArray | None = None
    ) -> None:
        """See no face anywhere, so that the whole frame is looked at."""
