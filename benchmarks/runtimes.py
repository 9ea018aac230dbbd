"""Runtimes for the networks, in one run: ONNX Runtime, its 8 bits, and OpenVINO.

    python benchmarks/runtimes.py [--rounds 40] [--networks detector refiner]

Each runtime gets what the networks get of a 640x480 frame of composed films. Printed are processor
time and wall time of one run (medians), how many times as fast as ONNX Runtime on one thread, and
how far its answers are from that one's: the largest difference of the five probabilities of the
strongest candidate, 99th percentile over the frames, and the least overlap of its box. Processor
time counts where cores are shared; the runtimes alternate, so that they meet the same load.
OpenVINO is left out where it is not installed, 8 bits where `onnx` is not. Writes
benchmarks/results/runtimes.json.

On 26 November 2026, networks of 0.6.0, two cores of an Intel Xeon with AVX-512 and VNNI but no AMX,
much other work beside it, OpenVINO 2026.4.1 and ONNX Runtime 1.31.1; processor time of one run,
and how many times as fast as the first row:

    detector (320x256)                cpu ms          refiner (128x128)   cpu ms
    ONNX Runtime, 1 thread              18.6                                 5.3
    ONNX Runtime, 2 threads             37.1  0.50                          11.5  0.46
    ONNX Runtime, 8 bits, 1 thread      18.4  1.01                           6.7  0.79
    OpenVINO f32, 1 thread              20.5  0.90                           8.5  0.63
    OpenVINO f32, 2 threads             29.6  0.63                           8.9  0.60
    OpenVINO bf16, 1 thread             28.3  0.66                           9.0  0.59
    OpenVINO bf16, 2 threads            40.3  0.46                           9.2  0.58

None wins by the 1.5 times that a second runtime would have to bring, so the app has one: ONNX
Runtime, one thread in a run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.boxes import ious
from fer_core.config import Settings
from fer_core.vision.backends import Float32Array
from fer_core.vision.backends.onnx import OnnxBackend
from fer_core.vision.candidates import calibrate
from fer_core.vision.crops import around, to_tensor, whole
from fer_core.vision.model_info import read_model_info
from fer_core.vision.refiner import FRAME_CROPS
from tests.synthetic.films import Film, Person, leaning, play, resting, swaying

RESULTS = Path(__file__).parent / "results" / "runtimes.json"
Run = Callable[[Float32Array], Float32Array]


def inputs() -> dict[str, list[Float32Array]]:
    """Return what detector and refiner are shown of films: tensors of one picture each."""
    people = {"a": Person.astronaut(), "b": Person.mirrored_astronaut()}
    films = (
        Film(10, {"a": resting()}, light=lambda at: 1 - 0.07 * at),
        Film(10, {"b": swaying(0.5)}),
        Film(10, {"a": leaning(200, 60)}),
    )
    detector, refiner = [], []
    for film in films:
        for frame in play(film, 4, people):
            detector.append(to_tensor([whole(640, 480, 320).render(frame.rgb)]))
            crops = [around(box, FRAME_CROPS[0]) for box in frame.faces.values()]
            refiner += [to_tensor([crop.render(frame.rgb)]) for crop in crops]
    return {"detector": detector, "refiner": refiner}


def openvino_run(file: Path, threads: int, precision: str) -> Run:
    """Return an .onnx file in OpenVINO."""
    openvino = importlib.import_module("openvino")
    compiled = openvino.Core().compile_model(
        str(file),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    request = compiled.create_infer_request()
    return lambda batch: np.asarray(request.infer([batch])[compiled.output(0)], np.float32)


def eight_bits(file: Path, folder: Path, calibration: Sequence[Float32Array]) -> Path:
    """Return the file quantised to 8 bits (QDQ), with ranges from these inputs."""
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quant_pre_process,
        quantize_static,
    )

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # untyped base
        def __init__(self) -> None:
            self._left = iter(calibration)

        def get_next(self) -> dict[str, Any] | None:
            batch = next(self._left, None)
            return None if batch is None else {"images": batch}

    graph = onnx.load(str(file)).graph
    outputs = {output.name for output in graph.output}
    head = [
        node.name
        for node in graph.node
        if node.op_type == "Conv" and ("dfl" in node.name or outputs & set(node.output))
    ]
    prepared, target = folder / f"prepared-{file.name}", folder / f"int8-{file.name}"
    quant_pre_process(str(file), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(target),
        Reader(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=head,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    return target


def strongest(output: Float32Array, order: Sequence[int], temperature: float) -> np.ndarray:
    """Return corners and probabilities of the strongest candidate, shape (9,)."""
    scores = output[0, [4 + index for index in order]].T
    anchor = int(scores.sum(axis=1).argmax())
    x, y, width, height = output[0, :4, anchor]
    corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return np.concatenate([corners, calibrate(scores[anchor], temperature)])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--networks", nargs="+", default=["detector", "refiner"])
    arguments = parser.parse_args()
    weights = Settings().weights
    info = read_model_info(weights)
    shown = inputs()
    result: dict[str, Any] = {
        "machine": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "model": f"{info.name} {info.version}",
        "networks": {},
    }
    by_role = info.networks.by_role()
    with tempfile.TemporaryDirectory() as scratch:
        for role in arguments.networks:
            pictures, file = shown[role], weights.with_name(by_role[role].file)
            runs: dict[str, Run] = {
                "ONNX Runtime, 1 thread": OnnxBackend(file, 1),
                "ONNX Runtime, 2 threads": OnnxBackend(file, 2),
            }
            if importlib.util.find_spec("onnx"):
                quantised = eight_bits(file, Path(scratch), pictures[::2])
                runs["ONNX Runtime, 8 bits, 1 thread"] = OnnxBackend(quantised, 1)
            if importlib.util.find_spec("openvino"):
                for precision in ("f32", "bf16"):
                    for threads in (1, 2):
                        name = f"OpenVINO {precision}, {threads} thread{'s' * (threads > 1)}"
                        runs[name] = openvino_run(file, threads, precision)
            rows = compare(runs, pictures, arguments.rounds, info.class_order, info.temperature)
            result["networks"][role] = rows
            print(f"\n{role}, input {pictures[0].shape[2:]}, load {os.getloadavg()[0]:.1f}")
            print(f"{'':32} {'cpu ms':>8} {'wall ms':>8} {'as fast':>8} {'p99 |dp|':>9} {'IoU':>6}")
            for name, row in rows.items():
                print(
                    f"{name:32} {row['cpu_ms']:8.1f} {row['wall_ms']:8.1f} "
                    f"{row['times_as_fast_cpu']:7.2f}x {row['probability_p99']:9.3f} "
                    f"{row['least_iou']:6.3f}"
                )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def compare(
    runs: dict[str, Run],
    pictures: Sequence[Float32Array],
    rounds: int,
    order: Sequence[int],
    temperature: float,
) -> dict[str, dict[str, float]]:
    """Return each runtime's times and how far its answers are from those of the first."""
    answers = {
        name: np.array([strongest(run(picture), order, temperature) for picture in pictures])
        for name, run in runs.items()
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            cpu, wall = time.process_time(), time.perf_counter()
            run(pictures[number % len(pictures)])
            spent[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    base = next(iter(runs))
    medians = {name: 1e3 * np.median(np.array(times), axis=0) for name, times in spent.items()}
    return {
        name: {
            "cpu_ms": round(float(cpu), 2),
            "wall_ms": round(float(wall), 2),
            "times_as_fast_cpu": round(float(medians[base][0] / cpu), 2),
            "times_as_fast_wall": round(float(medians[base][1] / wall), 2),
            "probability_p99": round(
                float(
                    np.percentile(
                        np.abs(answers[name][:, 4:] - answers[base][:, 4:]).max(axis=1), 99
                    )
                ),
                4,
            ),
            "least_iou": round(float(ious(answers[name][:, :4], answers[base][:, :4]).min()), 4),
        }
        for name, (cpu, wall) in medians.items()
    }


if __name__ == "__main__":
    main()
