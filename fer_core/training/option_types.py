"""What options of the commands may hold: each reads a text, or says what is wrong with it."""

from __future__ import annotations

import argparse
from pathlib import Path


def existing_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not there")
    return path


def number(text: str) -> float:
    """Return the number that is written, or NaN, which lies in no range."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def positive(text: str) -> float:
    value = number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return value


def count(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return value


def share(text: str) -> float:
    value = number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 1")
    return value


def side(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 32 or value % 32:
        raise argparse.ArgumentTypeError(f"{text} is no multiple of 32, as 160, 320 or 640")
    return value


def sheet(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"}:
        raise argparse.ArgumentTypeError(f"{text} does not end in .jpg or .png")
    return path


def data_option(parser: argparse.ArgumentParser, required: bool = True) -> None:
    text = "folder with labels.csv and its archives, or with an Ultralytics data.yaml"
    parser.add_argument("--data", type=Path, required=required, help=text)
