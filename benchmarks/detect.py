"""Speed, memory and cold start of the detector, beside YOLOv9c as the original project ran it.

    python benchmarks/detect.py [--threads 2] [--rounds 30]

Everything runs in one process group in one run, interleaved, so that ratios hold on a noisy
machine; 0.6.0's path (two threads in each run of a network) stands beside today's. Processor time
counts where cores are shared. The reference needs requirements-train.txt and is left out, with a
word, without it: an untrained YOLOv9c at 640 px (speed does not depend on the weights) through
Ultralytics' model on torch, with letterboxing and non-maximum suppression.
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
from time import perf_counter, process_time
from unittest.mock import patch

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.path_of_0_6_0 import DetectsEveryFrame
from fer_core.config import PROJECT_ROOT, Settings
from fer_core.vision import second_opinion
from fer_core.vision.crops import to_tensor, whole
from fer_core.vision.detector import EmotionDetector

RESULTS = Path(__file__).parent / "results" / "detect.json"
FRAME_WIDTH, FRAME_HEIGHT = 640, 480
YOLOV9C = "YOLOv9c at 640, Ultralytics on torch"

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


def measure(
    cases: dict[str, Callable[[], object]], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Time the cases in turn, each after an untimed call of its own.

    Without it, a case is timed on the caches, and beside the threads still spinning, of the other.

    Returns:
        Milliseconds that passed, and of processor time, of each round.
    """
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            case()
            started, cpu = perf_counter(), process_time()
            case()
            passed = (perf_counter() - started) * 1e3
            times[name].append((passed, (process_time() - cpu) * 1e3))
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

    cv2.setNumThreads(1)  # as `InferenceEngine` does
    frame = webcam_frame()
    crowd = np.asarray(cv2.resize(skimage.data.astronaut(), (4000, 3000)), np.uint8)
    detector = EmotionDetector.load(Settings().weights, arguments.threads)
    of_0_6_0 = DetectsEveryFrame.of_the_shipped_weights()
    boxes = [face.box for face in detector.detect(frame, "frame").faces]

    def follow_and_ask() -> object:
        """Follow the face as if it left open what it shows, however sure the network is."""
        with patch.multiple(second_opinion, SURE=2.0, UNSURE=1.0):
            return detector.follow(frame, boxes)

    cases: dict[str, Callable[[], object]] = {
        "frame, as 0.6.0 ran it": lambda: of_0_6_0.detect(frame, "frame"),
        "frame, detected": lambda: detector.detect(frame, "frame"),
        "frame, followed": lambda: detector.follow(frame, boxes),
        "frame, followed, with a second opinion": follow_and_ask,
        "photo 640x480, as 0.6.0 ran it": lambda: of_0_6_0.detect(frame, "photo"),
        "photo 640x480": lambda: detector.detect(frame, "photo"),
    }
    yolov9c = reference(arguments.threads)
    if yolov9c is None:
        print("YOLOv9c left out: install requirements-train.txt to compare.")
    else:
        cases[YOLOV9C] = lambda: yolov9c(frame)
    times = measure(cases, arguments.rounds)
    times |= measure({"photo 4000x3000": lambda: detector.detect(crowd, "photo")}, 5)

    print(
        f"\n{detector.info.name} {detector.info.version}, {arguments.threads} threads, "
        f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}\n"
    )
    print(f"{'case':38} {'median ms':>10} {'p95 ms':>8} {'cpu ms':>8} {'as fast as YOLOv9c':>22}")
    base = np.median(np.array(times[YOLOV9C]), axis=0) if yolov9c else None
    rows = {}
    for name, values in times.items():
        passed, cpu = np.median(np.array(values), axis=0)
        p95 = float(np.percentile([value for value, _ in values], 95))
        rows[name] = {
            "median_ms": round(float(passed), 2),
            "p95_ms": round(p95, 2),
            "cpu_ms": round(float(cpu), 2),
        }
        ratios = ""
        if base is not None:
            rows[name]["times_as_fast"] = round(float(base[0] / passed), 2)
            rows[name]["times_as_fast_cpu"] = round(float(base[1] / cpu), 2)
            ratios = f"{base[0] / passed:.1f}, cpu {base[1] / cpu:.1f}"
        print(f"{name:38} {passed:10.2f} {p95:8.2f} {cpu:8.2f} {ratios:>22}")
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
