"""The peers of accuracy.py: how each is started and asked, and how its answers are kept."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.data import PictureReader
from fer_core.training.faces import LabelledPicture

Image = npt.NDArray[np.uint8]

HERE = Path(__file__).parent

#: Face finders miss faces below some 50 px: smaller pictures are enlarged to this longer side.
LONGER_SIDE = 320
#: Where no face is found, the picture is looked at again with its edge drawn out on all sides by
#: this share: tight crops starve face finders. With it human finds a face in 88 % of 40 ferplus
#: pictures instead of 68.
BORDER = 0.25
#: The labelled box is given as a square this many times its longer side: peers differ in how much
#: of the head they want to see.
FACTORS = (1.0, 1.3)
#: Side of the given face in pixels; more than any peer's network takes.
FACE_SIDE = 160
#: Answers are written to the file this often, so that a run that ends early goes on from there.
SAVED_EVERY = 50


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer.

    Attributes:
        name: In the tables.
        script: Its side of the talk.
        finder: Which of its face finders.
        reads: Also ask it about the labelled face; once for each network that reads faces.
    """

    name: str
    script: str
    finder: str = ""
    reads: bool = True


PEERS = (
    Peer("human", "peer_human.mjs"),
    Peer("fer, Haar", "peer_fer.py", "haar"),
    Peer("face-api, tiny", "peer_faceapi.mjs", "tiny"),
    Peer("fer, MTCNN", "peer_fer.py", "mtcnn", reads=False),
    Peer("face-api, SSD", "peer_faceapi.mjs", "ssd", reads=False),
)


class RunningPeer:
    """A peer's process. Close it."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.name = peer.name
        script = str(HERE / peer.script)
        if peer.script.endswith(".py"):
            command = [str(folder / "python" / "bin" / "python"), script, peer.finder]
        else:
            command = ["node", script, str(folder), peer.finder]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr
        )
        self.version = str(self._line()["version"])

    def find(self, image: Image) -> tuple[list[float] | None, float]:
        """Return the five scores of the largest face it finds, if any, and the processor ms."""
        answer = self._ask("picture", image)
        largest = max(answer["faces"], key=lambda face: face["area"], default=None)
        return largest and largest["scores"], answer["cpu_ms"]

    def read(self, face: Image) -> list[float]:
        """Return its five scores for a picture that is one face."""
        return list(self._ask("face", face)["faces"][0]["scores"])

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _ask(self, kind: str, image: Image) -> dict[str, Any]:
        assert self._process.stdin
        height, width = image.shape[:2]
        request = json.dumps({"kind": kind, "width": width, "height": height})
        self._process.stdin.write(request.encode() + b"\n" + np.ascontiguousarray(image).tobytes())
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: ended before it answered")
        return dict(json.loads(line))


def enlarged(image: Image) -> Image:
    """Return the picture with its longer side at least LONGER_SIDE."""
    factor = LONGER_SIDE / max(image.shape[:2])
    if factor <= 1:
        return image
    return np.asarray(
        cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def bordered(image: Image) -> Image:
    """Return the picture with its edge drawn out."""
    wide = round(BORDER * max(image.shape[:2]))
    return np.asarray(
        cv2.copyMakeBorder(image, wide, wide, wide, wide, cv2.BORDER_REPLICATE), np.uint8
    )


def cut(image: Image, box: Sequence[float], factor: float) -> Image:
    """Return the square around a box x, y, width, height, FACE_SIDE px; edges are drawn out."""
    x, y, width, height = box
    side = factor * max(width, height)
    scale = FACE_SIDE / side
    left, top = x + width / 2 - side / 2, y + height / 2 - side / 2
    # Pixel centres lie at halves.
    matrix = np.array(
        [
            [scale, 0, (0.5 - left) * scale - 0.5],
            [0, scale, (0.5 - top) * scale - 0.5],
        ]
    )
    size = FACE_SIDE, FACE_SIDE
    square = cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(square, np.uint8)


def ask(
    peer: Peer,
    folder: Path,
    pictures: Sequence[LabelledPicture],
    store: Path | None,
    progress: Callable[[str], None],
) -> tuple[str, list[dict[str, Any]]]:
    """Return a peer's version and, for each picture, {"whole": scores or None, "faces": scores}.

    "whole" is what it says of the picture as it is or, where that shows it no face, of the bordered
    one; "faces" of the labelled face at each of FACTORS. What `store` already holds is not asked
    again, unless the script has changed.
    """
    sides = [peer.script] if peer.script.endswith(".py") else [peer.script, "peer_pictures.mjs"]
    text = "".join((HERE / side).read_text(encoding="utf-8") for side in sides)
    setting = f"{text}{LONGER_SIDE}{BORDER}{FACTORS}{FACE_SIDE}"
    script = hashlib.sha256(setting.encode()).hexdigest()[:16]
    kept: dict[str, Any] = {}
    if store and store.exists():
        kept = json.loads(store.read_text(encoding="utf-8"))
    if kept.get(peer.name, {}).get("script") != script:
        kept[peer.name] = {"script": script, "version": "", "pictures": {}}
    mine = kept[peer.name]
    missing = [each for each in pictures if _key(each) not in mine["pictures"]]
    if missing:
        reader = PictureReader()
        running = RunningPeer(peer, folder)
        mine["version"] = running.version
        for number, picture in enumerate(missing, start=1):
            image = reader.read(picture.container, picture.name)
            large = enlarged(image)
            box = picture.faces[0].box_in(*image.shape[:2])
            mine["pictures"][_key(picture)] = {
                "whole": running.find(large)[0] or running.find(bordered(large))[0],
                "faces": [
                    running.read(cut(image, box, factor))
                    for factor in (FACTORS if peer.reads else ())
                ],
            }
            if number % SAVED_EVERY == 0 or number == len(missing):
                progress(f"{peer.name}: {number} of {len(missing)}")
                if store:
                    _write(store, kept)
        running.close()
    return mine["version"], [mine["pictures"][_key(picture)] for picture in pictures]


def _key(picture: LabelledPicture) -> str:
    return f"{picture.container.name}/{picture.name}"


def _write(store: Path, kept: dict[str, Any]) -> None:
    partial = store.with_suffix(".partial")
    partial.write_text(json.dumps(kept), encoding="utf-8")
    partial.replace(store)
