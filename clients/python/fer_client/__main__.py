"""Analyse a folder of photos through the API: `python -m fer_client FOLDER`."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fer_client import types
from fer_client.client import Client
from fer_client.errors import ApiProblem, ServerUnreachable

SUFFIXES = {
    ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif",
}  # fmt: skip
COLUMNS = ("file", "face", "label", "probability", "x", "y", "width", "height", "problem")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line per face; the exit status is 1 if a picture could not be read."""
    parser = argparse.ArgumentParser(prog="python -m fer_client", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with photos; subfolders are included")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the API listens")
    parser.add_argument("--json", action="store_true", help="JSON lines instead of CSV")
    options = parser.parse_args(arguments)
    paths = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not paths:
        print(f"There are no photos in {options.folder}.", file=sys.stderr)
        return 1
    try:
        with Client(options.url, os.environ.get("FER_API_KEY")) as client:
            return _print_all(client, paths, as_json=options.json)
    except BrokenPipeError:  # who reads the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _print_all(client: Client, paths: Sequence[Path], *, as_json: bool) -> int:
    table = csv.writer(sys.stdout)
    if not as_json:
        table.writerow(COLUMNS)
    failed = 0
    for number, path in enumerate(paths, start=1):
        if sys.stderr.isatty():
            print(f"\r{number} of {len(paths)}", end="", file=sys.stderr, flush=True)
        try:
            result = client.analyse(path)["results"][0]
        except ServerUnreachable as error:
            print(f"{error}\nIs it running? Start it: python -m fer_core.api", file=sys.stderr)
            return 1
        except ApiProblem as problem:
            if problem.status in (401, 403):
                print(problem.detail, file=sys.stderr)
                return 1
            failed += 1
            _print_problem(path, problem, as_json=as_json)
            continue
        if as_json:
            print(json.dumps({"file": str(path), **result}, ensure_ascii=False), flush=True)
        else:
            table.writerows(_rows(path, result))
            sys.stdout.flush()
    return 1 if failed else 0


def _rows(path: Path, result: types.AnalysisResult) -> Iterator[tuple[object, ...]]:
    if not result["faces"]:
        yield (path, "", "", "", "", "", "", "", "no face")
    for face in result["faces"]:
        box, emotion = face["box"], face["emotion"]
        yield (
            *(path, face["face_id"], emotion["label"], emotion["probability"]),
            *(box["x"], box["y"], box["width"], box["height"], ""),
        )


def _print_problem(path: Path, problem: ApiProblem, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(path), "problem": problem.detail}, ensure_ascii=False))
    else:
        csv.writer(sys.stdout).writerow((path, "", "", "", "", "", "", "", problem.detail))


if __name__ == "__main__":
    sys.exit(main())
