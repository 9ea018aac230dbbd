"""The wheel, installed outside the checkout, does all that the checkout does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest

import fer_core
from fer_core.cli.doctor import read_pins
from fer_core.paths import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg
from tests.clients.node import has_node, needs_node, npx
from tests.support.servers import free_port, running_server

pytest.importorskip("hatchling", reason="builds the wheel; in requirements-dev.txt")


@dataclass(frozen=True, slots=True)
class Installed:
    """A virtual environment with the wheel in it, and a folder to call it from."""

    bin: Path
    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, status: int = 0) -> str:
        """Run a command of the environment and return what it printed to stdout."""
        ended = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if has_node():
        npx("rolldown", "--config", "rolldown.demo.config.ts")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT_ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel alone; what it needs is this environment's, so that nothing is fetched."""
    root = tmp_path_factory.mktemp("environment")
    venv.create(root / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = root / "venv" / scripts / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*install, "--no-index", "--no-deps", str(wheel)], check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    target = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True)
    (Path(target.stdout.strip()) / "needs.pth").write_text(sysconfig.get_path("purelib"))
    folder, home = root / "elsewhere", root / "home"
    folder.mkdir()
    home.mkdir()
    return Installed(python.parent, folder, {"HOME": str(home), "FER_DATA_DIR": str(root / "data")})


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_it_puts_one_name_into_site_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"fer_core"}


def test_it_carries_what_is_no_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    bundle = "fer_core/_bundle/"
    wanted = {"fer_core/py.typed", "fer_core/storage/migrations/script.py.mako"}
    wanted |= {f"{bundle}.streamlit/config.toml", f"{bundle}app/reading/sample.md"}
    for folder in ("weights", "pages", "app", "fer_core/api"):
        files = (path for path in (PROJECT_ROOT / folder).rglob("*") if path.is_file())
        inside = {path.relative_to(PROJECT_ROOT).as_posix() for path in files}
        inside = {path for path in inside if "__pycache__" not in path}
        wanted |= inside if folder == "fer_core/api" else {bundle + path for path in inside}
    assert wanted <= names


@needs_node
def test_it_carries_the_script_of_the_demo_that_was_built_before(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        script = archive.read("fer_core/api/demo/demo.js").decode()
    assert "getUserMedia" in script


def test_it_needs_the_pinned_versions_and_their_patches(wheel: Path) -> None:
    pins = read_pins((PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8"))
    needs = metadata(wheel).get_all("Requires-Dist") or []
    always = {need for need in needs if "extra ==" not in need}
    assert always == {f"{name}~={version}" for name, version in pins.items()}
    extras = {match[1] for need in needs if (match := re.search(r"extra == '(\w+)'", need))}
    files = {path.stem.removeprefix("requirements-") for path in PROJECT_ROOT.glob("*-*.txt")}
    assert {"postgres", "train"} <= extras == files - {"dev"}


def test_a_need_without_a_version_stops_the_build(tmp_path: Path) -> None:
    from hatch_build import read_needs

    file = tmp_path / "requirements.txt"
    file.write_text("-c lock\n# note\nav==18.1.0  # why\npsycopg[binary]==3.3.9\n")
    assert read_needs(file) == ["av~=18.1.0", "psycopg[binary]~=3.3.9"]
    file.write_text("av>=18\n")
    with pytest.raises(ValueError, match="pins no version: av>=18"):
        read_needs(file)


def test_the_core_and_its_files_are_those_of_the_wheel(installed: Installed) -> None:
    code = "import fer_core.paths as paths; print(paths.PROJECT_ROOT)"
    root = Path(installed.run("python", "-c", code).strip())
    assert root.is_relative_to(installed.bin.parent)
    assert root.name == "_bundle"


def test_it_says_its_version(installed: Installed) -> None:
    assert installed.run("fer", "--version").strip() == f"fer {fer_core.__version__}"


def test_the_doctor_finds_everything(installed: Installed) -> None:
    said = installed.run("fer", "doctor")
    assert "as pinned" in said
    assert "right by its checksum" in said
    assert "FAILED" not in said


def test_it_labels_a_photo(installed: Installed, astronaut: np.ndarray) -> None:
    (installed.folder / "me.jpg").write_bytes(encode_jpeg(astronaut))
    (result,) = json.loads(installed.run("fer", "analyse", "me.jpg", "--json"))["results"]
    assert result["faces"][0]["emotion"]["label"] == "Happy"


def test_the_app_runs_its_first_page_on_this_machine_only(installed: Installed) -> None:
    port = free_port()
    command = [str(installed.bin / "fer"), "app", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.scriptHealthCheckEnabled", "true"]
    url = f"http://127.0.0.1:{port}"
    with running_server(command, f"{url}/_stcore/health", installed.environment, installed.folder):
        # Streamlit runs the script for this, and answers 503 where it raised.
        with urllib.request.urlopen(f"{url}/_stcore/script-health-check", timeout=60) as reply:  # noqa: S310
            assert reply.status == 200
        assert listening_addresses(port) <= {"127.0.0.1"}
    assert not list(Path(installed.environment["HOME"]).rglob("*.toml"))


def test_the_api_answers_with_the_shipped_model(
    installed: Installed, astronaut: np.ndarray
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(installed.bin / "fer"), "api", "--port", str(port)]
    with running_server(command, f"{url}/readyz", installed.environment, installed.folder):
        request = urllib.request.Request(  # noqa: S310
            f"{url}/api/v1/analyses",
            data=encode_jpeg(astronaut),
            headers={"Content-Type": "image/jpeg"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            (result,) = json.load(reply)["results"]
        with urllib.request.urlopen(f"{url}/docs", timeout=60) as reply:  # noqa: S310
            assert reply.status == 200
    assert result["faces"][0]["emotion"]["label"] == "Happy"


def listening_addresses(port: int) -> set[str]:
    """Return the IPv4 addresses on which something listens at a port, as Linux tells them."""
    table = Path("/proc/net/tcp")
    if not table.is_file():
        pytest.skip("only Linux tells where a port is bound")
    found = set()
    for line in table.read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, number = local.split(":")
        if int(number, 16) == port and state == "0A":  # LISTEN
            found.add(".".join(str(byte) for byte in reversed(bytes.fromhex(address))))
    return found
