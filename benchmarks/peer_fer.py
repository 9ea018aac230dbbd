"""The side of PyPI's `fer` in accuracy.py: `python peer_fer.py FINDER`.

FINDER is one of its two face finders: "haar" (its default) or "mtcnn". Runs under an interpreter of
its own, because `fer` brings TensorFlow, which nothing here needs. Speaks as peer_pictures.mjs
says.
"""

import json
import os
import sys
import time
from importlib.metadata import version

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

if sys.argv[1] == "mtcnn":
    import facenet_pytorch  # noqa: F401  after TensorFlow it would end the process (LLVM's options)
    import torch

    torch.set_num_threads(1)
import tensorflow
from fer import FER

#: The peer's names of our classes, in our order. Its disgust and fear are left out of the choice.
NAMES = ("angry", "happy", "neutral", "sad", "surprise")
#: `fer` widens every box by this many pixels on each side before it reads the face.
OFFSET = 10


def main() -> None:
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    detector = FER(mtcnn=sys.argv[1] == "mtcnn")
    answers = sys.stdout
    sys.stdout = sys.stderr  # others may talk
    print(json.dumps({"version": version("fer")}), file=answers, flush=True)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        width, height = request["width"], request["height"]
        rgb = np.frombuffer(sys.stdin.buffer.read(width * height * 3), np.uint8)
        image = np.ascontiguousarray(rgb.reshape(height, width, 3)[..., ::-1])
        boxes = None
        if request["kind"] == "face":
            boxes = [(OFFSET, OFFSET, width - 2 * OFFSET, height - 2 * OFFSET)]
        before = time.process_time()
        found = detector.detect_emotions(image, boxes)
        spent = time.process_time() - before
        faces = [
            {
                "area": float(face["box"][2]) * float(face["box"][3]),
                "scores": [float(face["emotions"][name]) for name in NAMES],
            }
            for face in found
        ]
        print(json.dumps({"faces": faces, "cpu_ms": 1000 * spent}), file=answers, flush=True)


if __name__ == "__main__":
    main()
