"""`fer doctor`: is everything here that the app needs, and if not, what to do.

Nothing outside the standard library is imported before the packages have been looked at, so that
it can tell which of them are missing.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fer_core.errors import FerError, SettingsError
from fer_core.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from fer_core.config import Settings

Status = Literal["ok", "warning", "failed"]

REQUIREMENTS = PROJECT_ROOT / "requirements.txt"
#: The oldest and the newest Python that every pinned package has a wheel for.
PYTHON_RANGE = ((3, 11), (3, 14))
#: Streamlit's own default; `.streamlit/config.toml` does not change it.
APP_PORT = 8501
#: A day of study sessions takes about 5 MB; below this, saving will fail soon.
LEAST_FREE_BYTES = 100_000_000

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)")
_MARKS: Mapping[Status, str] = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What was looked at.
        status: "warning" is worth knowing and stops nothing.
        detail: What was found.
        remedy: What to do about it; None where there is nothing to do.
    """

    name: str
    status: Status
    detail: str
    remedy: str | None = None


def check_installation() -> list[Check]:
    """Look at everything that the app needs; nothing is changed."""
    checks = [check_python(), *check_packages(REQUIREMENTS)]
    try:
        from fer_core.config import get_settings

        settings = get_settings()
    except ImportError:  # named among the packages already
        return checks
    except SettingsError as error:
        remedy = "Correct or unset the FER_* variables that are named."
        return [*checks, Check("settings", "failed", error.message, remedy)]
    return [
        *checks,
        *check_model(settings),
        check_port("port of the app", "127.0.0.1", APP_PORT, "--server.port NUMBER"),
        check_port("port of the API", settings.api_host, settings.api_port, "--port NUMBER"),
        check_data_dir(settings.data_dir),
        check_camera(),
    ]


def describe(checks: list[Check], program: str) -> str:
    """Return the checks as text, each failure with what to do, and a summary.

    Args:
        checks: What was found.
        program: How this program was called, to say how the app is started.
    """
    lines = []
    for check in checks:
        lines.append(f"{_MARKS[check.status]}  {check.name}: {check.detail}")
        if check.remedy:
            lines.append(f"         -> {check.remedy}")
    failed = sum(check.status == "failed" for check in checks)
    lines.append("")
    if failed:
        lines.append(f"{failed} of {len(checks)} checks failed.")
    else:
        lines.append(f"Everything the app needs is here. Start it: {program} app")
    return "\n".join(lines) + "\n"


def check_python(version: tuple[int, int, int] = sys.version_info[:3]) -> Check:
    """Is this Python one that the packages are made for?"""
    found = ".".join(map(str, version))
    oldest, newest = PYTHON_RANGE
    if version[:2] < oldest:
        remedy = f"Install Python {newest[0]}.{newest[1]} and make a new environment."
        return Check("Python", "failed", found, remedy)
    if version[:2] > newest:
        detail = f"{found}; the packages were tried up to {newest[0]}.{newest[1]}"
        return Check("Python", "warning", detail)
    return Check("Python", "ok", found)


def check_packages(requirements: Path) -> Iterator[Check]:
    """Are the packages of a requirements file installed as it pins them, or a patch later?"""
    try:
        pins = read_pins(requirements.read_text(encoding="utf-8"))
    except OSError:
        yield Check("packages", "failed", "requirements.txt is missing", "Restore it.")
        return
    missing, different = [], []
    for name, version in pins.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if not is_patch_of(found, version):
            different.append(f"{name} {found} instead of {version}")
    remedy = f"pip install -r {_seen_from_here(requirements)}"
    if missing:
        yield Check("packages", "failed", f"not installed: {', '.join(missing)}", remedy)
    if different:
        yield Check("packages", "warning", "; ".join(different), remedy)
    if not missing and not different:
        yield Check("packages", "ok", f"{len(pins)} as pinned, or a patch later")
    if _installed("opencv-python") and _installed("opencv-python-headless"):
        yield Check(
            "OpenCV",
            "failed",
            "opencv-python and opencv-python-headless overwrite each other",
            "pip uninstall opencv-python opencv-python-headless, then install the requirements.",
        )


def read_pins(requirements: str) -> dict[str, str]:
    """Return the versions that the lines `name==version` of a requirements file pin."""
    matches = (_PIN.match(line.strip()) for line in requirements.splitlines())
    return {match[1]: match[2] for match in matches if match}


def is_patch_of(found: str, pinned: str) -> bool:
    """Tell whether a version is the pinned one, or has a later last number, as a wheel may."""
    (found_line, _, found_patch), (line, _, patch) = found.rpartition("."), pinned.rpartition(".")
    if not (found_patch.isdecimal() and patch.isdecimal()):
        return found == pinned
    return found_line == line and int(found_patch) >= int(patch)


def check_model(settings: Settings) -> Iterator[Check]:
    """Does the model load, is it the file that was shipped, and does it see?"""
    try:
        from fer_core.vision.detector import EmotionDetector
        from fer_core.vision.self_test import run_self_test

        detector = EmotionDetector.load(settings.weights)
    except FerError as error:
        yield Check(
            "model",
            "failed",
            error.message,
            "Restore the folder weights/ from the project, or unset FER_WEIGHTS.",
        )
        return
    except ImportError as error:
        remedy = f"pip install -r {_seen_from_here(REQUIREMENTS)}"
        yield Check("model", "failed", f"{error.name or 'a library'} is not installed", remedy)
        return
    info = detector.info
    sums = " and ".join(network.sha256[:12] for network in info.networks.roles())
    yield Check("model", "ok", f"{info.name} {info.version}, right by its checksum: {sums}")
    report = run_self_test(detector)
    yield Check(
        "model's answer",
        "ok" if report.passed else "failed",
        report.detail,
        None
        if report.passed
        else "Reinstall onnxruntime; if that does not help, restore the folder weights/.",
    )


def check_port(name: str, host: str, port: int, option: str) -> Check:
    """Can a server listen there?"""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            return Check(
                name,
                "warning",
                f"{port} on {host} cannot be used ({error.strerror or 'unknown address'})",
                f"If it is not this app that runs there, start with {option}.",
            )
    return Check(name, "ok", f"{port} on {host} is free")


def check_data_dir(folder: Path) -> Check:
    """Can the history be written?"""
    name = "folder of the history"
    existing = next((part for part in (folder, *folder.parents) if part.exists()), Path.cwd())
    try:
        if not existing.is_dir():
            raise NotADirectoryError
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError:
        remedy = "Make it writable, or set FER_DATA_DIR to another folder."
        return Check(name, "failed", f"{folder} cannot be written", remedy)
    free = shutil.disk_usage(existing).free
    if free < LEAST_FREE_BYTES:
        remedy = "Free some space, or set FER_DATA_DIR to a folder on another disk."
        return Check(name, "warning", f"only {free / 1e6:.0f} MB free for {folder}", remedy)
    return Check(name, "ok", f"{folder} can be written, {free / 1e9:.0f} GB free")


def check_camera(devices: Path = Path("/dev")) -> Check:
    """Is there a camera that this user may open? The browser asks for it, so this is a hint."""
    hint = (
        "The browser asks before it opens the camera; allow it for localhost. On another address "
        "browsers give the camera to https pages only."
    )
    if not sys.platform.startswith("linux"):
        return Check("camera", "ok", "not looked for on this system", hint)
    cameras = sorted(devices.glob("video[0-9]*"))
    if not cameras:
        remedy = "Photos work without. For live sessions plug one in. " + hint
        return Check("camera", "warning", "none found on this machine", remedy)
    if not any(os.access(camera, os.R_OK | os.W_OK) for camera in cameras):
        remedy = "Add yourself to the group that owns it: sudo usermod -aG video $USER"
        return Check("camera", "warning", f"{cameras[0]} may not be opened by this user", remedy)
    return Check("camera", "ok", f"{cameras[0]} can be opened", hint)


def _seen_from_here(file: Path) -> Path:
    """Return a path as short as it can be typed: the checkout is often the current folder."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
