"""The peer's side of accuracy.py: answers of PyPI's `fer` to a list of pictures.

Runs under an interpreter of its own, because `fer` brings TensorFlow, which nothing here needs.
Reads one JSON list of [archive, member] from standard input; prints one JSON list of answers, each
the five probabilities in class order, or null where it found no face.
"""

import json
import sys
import zipfile

import cv2
import numpy as np
from fer import FER

#: The peer's names of our classes, in our order. Its disgust and fear are left out of the choice.
NAMES = ("angry", "happy", "neutral", "sad", "surprise")
#: Its face finder misses faces below about 50 px: smaller pictures are enlarged to this.
LONGER_SIDE = 320


def main():
    detector = FER()
    archives = {}
    answers = []
    for archive, member in json.load(sys.stdin):
        if archive not in archives:
            archives[archive] = zipfile.ZipFile(archive)
        data = np.frombuffer(archives[archive].read(member), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        factor = LONGER_SIDE / max(image.shape[:2])
        if factor > 1:
            image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        faces = detector.detect_emotions(image)
        if not faces:
            answers.append(None)
            continue
        largest = max(faces, key=lambda face: face["box"][2] * face["box"][3])
        answers.append([float(largest["emotions"][name]) for name in NAMES])
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
