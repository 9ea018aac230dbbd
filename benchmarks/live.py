"""Live sessions under load: 1 to 8 cameras into one engine, and eight hours in memory.

    python benchmarks/live.py [--seconds 15] [--threads 2]

The live path of 0.6.0 (every frame detected, one analysis at a time with two threads in it) and
today's (faces followed, an analysis on each of `--threads` processors) run in turn, so that their
ratio holds on a noisy machine. Each camera hands in 640x480 frames at 24 fps through the page's own
callback, which also draws on every frame; browser and video coding are not part of it. Prints
tables and writes benchmarks/results/live.json. Delay is the age of an analysis when it is ready:
from the frame's arrival to its entry in the session.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import threading
import time
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.parts.camera import LiveCamera
from app.parts.clock import now
from benchmarks.path_of_0_6_0 import DetectsEveryFrame
from fer_core.config import Settings
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from fer_core.vision.image import RgbImage
from tests.synthetic.signals import START, Learner, frames

RESULTS = Path(__file__).parent / "results" / "live.json"
FRAMES_PER_SECOND = 24


class Camera(LiveCamera):
    """A live camera that also notes how old each analysis is."""

    def __init__(self, engine: InferenceEngine, session: StudySession) -> None:
        super().__init__(engine, RunningSession(session, now), now)
        self.ages: list[float] = []

    def _take(self, detections: Detections, captured_at: float) -> None:
        super()._take(detections, captured_at)
        self.ages.append(now() - captured_at)


def scene(shift: int) -> RgbImage:
    """Return 640 x 480 pixels with one face, moved sideways by `shift` pixels."""
    rgb = np.full((480, 640, 3), 110, np.uint8)
    rgb[:, 60 + shift : 540 + shift] = cv2.resize(skimage.data.astronaut(), (480, 480))
    return rgb


def picture(shift: int) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(scene(shift), format="rgb24")


def feed(camera: Camera, pictures: list[av.VideoFrame], until: float, spent: list[float]) -> None:
    """Play frames at 24 fps; a camera that falls behind skips, as a browser does."""
    due, turn = now(), 0
    while due < until:
        time.sleep(max(0.0, due - now()))
        started = time.perf_counter()
        camera.on_frame(pictures[turn % len(pictures)])
        spent.append(time.perf_counter() - started)
        turn += 1
        due = max(due + 1 / FRAMES_PER_SECOND, now() - 1 / FRAMES_PER_SECOND)


def load(
    detector: EmotionDetector, threads: int, count: int, seconds: float
) -> dict[str, float | list[float]]:
    """Run some cameras at once and return their figures."""
    pictures = [picture(shift) for shift in (*range(0, 40, 4), *range(40, 0, -4))]
    with InferenceEngine(detector, threads=threads) as engine:
        cameras = [
            Camera(engine, StudySession(SessionInfo(str(i), now() - 1))) for i in range(count)
        ]
        spent: list[float] = []
        until = now() + seconds
        playing = [
            threading.Thread(target=feed, args=(camera, pictures, until, spent))
            for camera in cameras
        ]
        cpu, wall = time.process_time(), time.perf_counter()
        for thread in playing:
            thread.start()
        for thread in playing:
            thread.join()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        figures = [camera.figures() for camera in cameras]
        stats = engine.stats()
        for camera in cameras:
            camera.close()
    analysed = [figure.analysed / wall for figure in figures]
    ages = np.array([age for camera in cameras for age in camera.ages]) * 1000
    return {
        "cameras": count,
        "shown_fps": round(float(np.mean([figure.frames / wall for figure in figures])), 1),
        "analysed_fps": [round(value, 1) for value in analysed],
        "fairness": round(min(analysed) / max(analysed), 3),
        "delay_p50_ms": round(float(np.percentile(ages, 50)), 1),
        "delay_p95_ms": round(float(np.percentile(ages, 95)), 1),
        "followed_share": round(stats.followed / stats.analysed, 3),
        "dropped_share": round(stats.dropped / sum(figure.frames for figure in figures), 3),
        "callback_p50_ms": round(1000 * float(np.percentile(spent, 50)), 1),
        "callback_p95_ms": round(1000 * float(np.percentile(spent, 95)), 1),
        "cores_used": round(cpu / wall, 2),
        "cpu_ms_an_analysis": round(1000 * cpu / sum(figure.analysed for figure in figures), 1),
        "errors": sum(figure.errors for figure in figures),
    }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def replay(hours: int = 8, fps: float = 10.0) -> dict[str, object]:
    """Replay a long session and return its memory, hour by hour."""
    session = StudySession(SessionInfo("long", START))
    shown = list(frames(Learner(), 600.0, fps, np.random.default_rng(0)))
    curve = [resident_mb()]
    started = time.perf_counter()
    for hour in range(hours):
        for part in range(6):
            offset = START + hour * 3600 + part * 600
            for at, detections in shown:
                session.observe(detections, offset + at)
            session.snapshot(offset + 600)
        curve.append(resident_mb())
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    rows = len(session.timeline())
    return {
        "hours": hours,
        "fps": fps,
        "replayed_in_s": round(seconds, 1),
        "rows_in_memory": rows,
        "whole_timeline_ms": round(1000 * (time.perf_counter() - started), 1),
        "resident_mb_by_hour": [round(value, 1) for value in curve],
        "growth_mb": round(curve[-1] - curve[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="per number of cameras")
    parser.add_argument("--threads", type=int, default=2, help="analyses at once on today's path")
    arguments = parser.parse_args()
    memory = replay()
    print(f"eight hours: {memory}")
    detector = EmotionDetector.load(Settings().weights)
    paths = {
        "0.6.0": (DetectsEveryFrame.of_the_shipped_weights(), 1),
        "today": (detector, arguments.threads),
    }
    runs = []
    for count in (1, 2, 4, 8):
        run: dict[str, Any] = {"cameras": count}
        for name, (model, threads) in paths.items():
            model.detect(scene(0), "frame")
            run[name] = load(model, threads, count, arguments.seconds)
            print(f"{count} cameras, {name}: {run[name]}")
        before, after = run["0.6.0"], run["today"]
        run["analysed_ratio"] = round(sum(after["analysed_fps"]) / sum(before["analysed_fps"]), 2)
        run["cores_ratio"] = round(after["cores_used"] / before["cores_used"], 2)
        print(
            f"{count} cameras: {run['analysed_ratio']} times as many analysed, with "
            f"{run['cores_ratio']} of the processor time"
        )
        runs.append(run)
    result = {
        "machine": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "threads": arguments.threads,
        "model": f"{detector.info.name} {detector.info.version}",
        "cameras": runs,
        "eight_hours": memory,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
