"""An engine that finds what a test says, for both doors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from fer_core.api.model_loader import ModelService
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections


class ScriptedEngine:
    """Finds in every picture what the test says, at once."""

    def __init__(self) -> None:
        self.seen = Detections((), 640, 480)

    def detect(self, *_: object, **__: object) -> Detections:
        return self.seen

    def detect_frame(self, *_: object, **__: object) -> Detections:
        return self.seen

    def open_stream(self, on_result: Callable[[Detections, float], None]) -> ScriptedStream:
        return ScriptedStream(self, on_result)


@dataclass
class ScriptedStream:
    engine: ScriptedEngine
    on_result: Callable[[Detections, float], None]

    def submit(self, _rgb: object, captured_at: float, *, skin: bool) -> None:
        del skin
        self.on_result(self.engine.seen, captured_at)

    def close(self) -> None:
        pass


class ScriptedModels(ModelService):
    """The API's model, with the scripted engine for it."""

    def __init__(self, engine: ScriptedEngine) -> None:
        super().__init__(lambda: cast(InferenceEngine, engine))
        self._scripted = engine

    @property
    def engine(self) -> InferenceEngine:
        return cast(InferenceEngine, self._scripted)
