"""The peer's side of api.py: one photo a request the way the original project runs its model.

YOLOv9c at 640 px through Ultralytics on torch, behind a small HTTP server, one picture at a time.
The weights are untrained: speed does not depend on them. Runs under an interpreter of its own,
which needs requirements-train.txt: `python benchmarks/peer_api.py PORT`.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

os.environ.setdefault("YOLO_OFFLINE", "true")

import torch
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.nms import non_max_suppression

SIDE = 640
PAD_GREY = 114


class Peer:
    def __init__(self) -> None:
        self._model = DetectionModel("yolov9c.yaml", nc=5, verbose=False).fuse(verbose=False).eval()
        self._lock = threading.Lock()

    def detect(self, data: bytes) -> list[list[float]]:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        scale = SIDE / max(image.shape[:2])
        resized = cv2.resize(image, None, fx=scale, fy=scale)
        canvas = np.full((SIDE, SIDE, 3), PAD_GREY, np.uint8)
        canvas[: resized.shape[0], : resized.shape[1]] = resized
        tensor = torch.from_numpy(canvas[..., ::-1].transpose(2, 0, 1).copy())[None].float() / 255
        with self._lock, torch.inference_mode():
            found = non_max_suppression(self._model(tensor), conf_thres=0.25)[0]
        boxes: list[list[float]] = found.tolist()
        return boxes


def main() -> None:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({"status": "ok"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer({"faces": peer.detect(body)})

        def _answer(self, value: dict[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
