"""Speed, memory and cold start of the detector, beside YOLOv9c as the original project ran it.

    python benchmarks/detect.py [--threads 2] [--rounds 30]

Everything runs in one process group in one run, interleaved, so that ratios hold on a noisy
machine. The reference needs requirements-train.txt and is left out, with a word, without it: an
untrained YOLOv9c at 640 px (speed does not depend on the weights) through Ultralytics' model on
torch, with letterboxing and non-maximum suppression.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.config import PROJECT_ROOT, Settings
from fer_core.vision.crops import to_tensor, whole
from fer_core.vision.detector import EmotionDetector

RESULTS = Path(__file__).parent / "results" / "detect.json"
FRAME_WIDTH, FRAME_HEIGHT = 640, 480

COLD_START = """
import time; started = time.perf_counter()
import fer_core
imported = time.perf_counter() - started
import numpy, re
from fer_core import EmotionDetector
from fer_core.config import Settings
detector = EmotionDetector.load(Settings().weights)
detector.detect(numpy.full((480, 640, 3), 128, numpy.uint8))
first = time.perf_counter() - started
# Not getrusage: its peak would include the parent's memory from before exec.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(imported, first, peak)
"""


def webcam_frame() -> np.ndarray:
    """Return a 640x480 frame with one face of about 120 px."""
    frame = np.full((FRAME_HEIGHT, FRAME_WIDTH, 3), 110, np.uint8)
    photo = cv2.resize(skimage.data.astronaut(), (480, 480))
    frame[:, 80:560] = photo
    return frame


def reference(threads: int) -> Callable[[np.ndarray], object] | None:
    """Return YOLOv9c at 640 px through Ultralytics on torch, or None where it is missing."""
    os.environ.setdefault("YOLO_OFFLINE", "true")
    try:
        import torch
        from ultralytics.nn.tasks import DetectionModel
        from ultralytics.utils.nms import non_max_suppression
    except ImportError:
        return None
    torch.set_num_threads(threads)
    model = DetectionModel("yolov9c.yaml", nc=5, verbose=False).fuse(verbose=False).eval()

    def run(frame: np.ndarray) -> object:
        view = whole(frame.shape[1], frame.shape[0], 640)
        with torch.inference_mode():
            output = model(torch.from_numpy(to_tensor([view.render(frame)])))
            return non_max_suppression(output, conf_thres=0.25)

    return run


def measure(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time the cases in turn, each after an untimed call of its own; return milliseconds.

    Without it, a case is timed on the caches, and beside the threads still spinning, of the other.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            case()
            started = perf_counter()
            case()
            times[name].append((perf_counter() - started) * 1e3)
    return times


def cold_start(runs: int = 3) -> dict[str, float]:
    """Return medians over fresh processes: seconds to import, to the first photo; megabytes."""
    rows = []
    for _ in range(runs):
        output = subprocess.run(
            [sys.executable, "-c", COLD_START],
            cwd=PROJECT_ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        rows.append([float(value) for value in output.stdout.split()])
    imported, first, memory = np.median(rows, axis=0)
    return {
        "import_s": round(float(imported), 3),
        "first_photo_s": round(float(first), 3),
        "peak_memory_mb": round(float(memory), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()

    frame = webcam_frame()
    crowd = cv2.resize(skimage.data.astronaut(), (4000, 3000))
    detector = EmotionDetector.load(Settings().weights, arguments.threads)
    at_640 = EmotionDetector.load(Settings().weights, arguments.threads)
    larger = at_640.info.input.model_copy(update={"frame_size": 640})
    at_640.info = at_640.info.model_copy(update={"input": larger})
    cases: dict[str, Callable[[], object]] = {
        "frame, detected at 320, refined": lambda: detector.detect(frame, "frame"),
        "frame, detected at 640, refined": lambda: at_640.detect(frame, "frame"),
        "photo 640x480": lambda: detector.detect(frame, "photo"),
    }
    yolov9c = reference(arguments.threads)
    if yolov9c is None:
        print("YOLOv9c left out: install requirements-train.txt to compare.")
    else:
        cases["YOLOv9c at 640, Ultralytics on torch"] = lambda: yolov9c(frame)
    times = measure(cases, arguments.rounds)
    times |= measure({"photo 4000x3000": lambda: detector.detect(crowd, "photo")}, 5)

    base = float(np.median(times[list(cases)[-1]])) if yolov9c else None
    print(
        f"\n{detector.info.name} {detector.info.version}, {arguments.threads} threads, "
        f"{os.cpu_count()} cores, {platform.machine()}\n"
    )
    print(f"{'case':40} {'median ms':>10} {'p95 ms':>8} {'images/s':>9} {'ratio':>7}")
    rows = {}
    for name, values in times.items():
        median, p95 = float(np.median(values)), float(np.percentile(values, 95))
        rows[name] = {"median_ms": round(median, 2), "p95_ms": round(p95, 2)}
        ratio = f"{base / median:6.1f}x" if base else ""
        if base:
            rows[name]["times_as_fast"] = round(base / median, 2)
        print(f"{name:40} {median:10.2f} {p95:8.2f} {1e3 / median:9.1f} {ratio:>7}")
    start = cold_start()
    print(
        f"\nimport fer_core {start['import_s']:.2f} s; first photo answered after "
        f"{start['first_photo_s']:.2f} s; peak memory {start['peak_memory_mb']:.0f} MB"
    )
    result = {
        "model": detector.info.name,
        "version": detector.info.version,
        "threads": arguments.threads,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "cases": rows,
        "cold_start": start,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
