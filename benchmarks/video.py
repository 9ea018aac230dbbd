"""How fast a video is analysed: one face at 640x480, five looks a second, against real time.

    python benchmarks/video.py [--seconds 60]

Makes a video of a face that moves (the astronaut of scikit-image), analyses it as `fer analyse`
does, prints a table and writes benchmarks/results/video.json. Decoding in its worker and analysis
run side by side, so on two free processors the slower of both decides. The ratio by processor time
holds on a busy machine too: it is what one processor would do with both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.video.analysis import analyse_video, sees_by_detector
from fer_core.video.decoding import VideoLimits, open_video
from fer_core.video.source import VideoSource
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.image import RgbImage
from tests.video.films_in_files import film

RESULTS = Path(__file__).parent / "results" / "video.json"
FPS, RATE = 25.0, 5.0
TARGET = 4.0


def moving_face(frames: int) -> Iterator[RgbImage]:
    """Yield a face that sways, 640x480, with a camera's noise."""
    rng = np.random.default_rng(0)
    head = cv2.resize(skimage.data.astronaut(), (480, 480))
    for index in range(frames):
        frame = np.full((480, 640, 3), 110, np.uint8)
        left = round(80 + 60 * np.sin(index / 40))
        frame[:, left : left + 480] = head
        yield np.clip(frame + rng.normal(0, 4, (480, 640, 1)), 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    count = round(seconds * FPS)
    data = film(moving_face(count), (index / FPS for index in range(count)))
    limits = VideoLimits(3600.0, 40_000_000)
    detector = EmotionDetector.load()
    with VideoSource.of_bytes(data, "face.mp4", max_bytes=1_000_000_000) as source:
        began = time.perf_counter()
        with open_video(source, limits, rate=RATE) as video:
            decoded = sum(1 for _ in video.frames())
        decoding_s = time.perf_counter() - began
        began, used = time.perf_counter(), time.process_time()
        found = analyse_video(source, sees_by_detector(detector), limits, time.perf_counter)
        analysis_s = time.perf_counter() - began
        processor_s = time.process_time() - used
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    decoder_s = (children.ru_utime + children.ru_stime) / 2  # it decoded twice
    followed = sum(len(faces) == 1 for _, faces in found.frames.all())
    figures = {
        "seconds": seconds,
        "frames_analysed": len(found.frames),
        "share_with_one_face": followed / len(found.frames),
        "decoding_times_real_time": seconds / decoding_s,
        "times_real_time": seconds / analysis_s,
        "analysis_by_processor_time": seconds / processor_s,
        "decoding_by_processor_time": seconds / decoder_s,
        "both_on_one_processor": seconds / (processor_s + decoder_s),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "machine": platform.processor() or platform.machine(),
    }
    assert decoded == len(found.frames)
    for name, value in figures.items():
        print(f"{name:36} {value:.2f}" if isinstance(value, float) else f"{name:36} {value}")
    for name in ("times_real_time", "both_on_one_processor"):
        print(f"{name} is at least {TARGET:.0f}: {figures[name] >= TARGET}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
