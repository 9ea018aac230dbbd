"""The files for servers name only settings, addresses and commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fer_core.api.server import GRACE_S
from fer_core.config import PROJECT_ROOT, Settings

DEPLOY = PROJECT_ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.name not in {".gitignore", ".env"})
#: Of the compose file itself, not of the program.
NOT_SETTINGS = {"FER_DATABASE_PASSWORD"}
KNOWN = {f"FER_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_is_one(path: Path) -> None:
    named = set(re.findall(r"\bFER_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named - NOT_SETTINGS <= KNOWN


def test_every_variable_that_compose_wants_is_in_the_example() -> None:
    wanted = set(re.findall(r"\$\{(FER_[A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    given = set(re.findall(r"^(FER_[A-Z_]+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))
    assert wanted == given


def test_the_image_copies_what_it_installs_from() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    for name in re.search(r"COPY (requirements.*) \./", text)[1].split():  # type: ignore[index]
        assert (PROJECT_ROOT / name).is_file()


def test_nothing_that_the_program_needs_is_left_out_of_the_image() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    needed = {"fer_core", "weights", "app", "pages", "Home.py", ".streamlit", "requirements.txt"}
    needed |= {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE"}  # for the package
    assert not needed & set(ignored)


def test_what_a_service_names_is_in_the_compose_file() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"api", "app", "database"}
    for service in services.values():
        assert set(service["networks"]) <= set(compose["networks"])
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(compose["volumes"])
        assert set(service.get("depends_on", {})) <= set(services)
        assert service.get("build", {}).get("dockerfile") in {None, "deploy/Dockerfile"}


def test_the_image_copies_what_is_there() -> None:
    copied = re.findall(r"^COPY (deploy/\S+) ", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for name in copied:
        assert (PROJECT_ROOT / name).is_file()
        assert f"!{name}" in ignored


def test_ports_are_bound_to_this_machine() -> None:
    ports = re.findall(r"^ +- (\S+):\d+:\d+$", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    assert ports == ["127.0.0.1", "127.0.0.1"]


def test_the_services_start_the_api_by_its_command() -> None:
    assert 'CMD ["fer", "api"]' in (DEPLOY / "Dockerfile").read_text()
    assert "bin/fer api\n" in (DEPLOY / "fer-api.service").read_text()
    app = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["app"]
    assert app["command"][:2] == ["fer", "app"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd's own lint")
def test_systemd_takes_the_unit_and_finds_it_well_locked_up(tmp_path: Path) -> None:
    unit = tmp_path / "fer-api.service"
    text = (DEPLOY / "fer-api.service").read_text()
    # The program is looked for, and the project does not lie in /opt here.
    unit.write_text(text.replace("/opt/fer/.venv/bin/fer", "/bin/sh"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert [line for line in verified.stderr.splitlines() if unit.name in line] == []
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposed.returncode == 0, exposed.stdout[-200:]


@pytest.mark.parametrize(
    "command", [["hadolint", "deploy/Dockerfile"], ["shellcheck", ".ci/run"]], ids=lambda it: it[0]
)
def test_its_linter_finds_nothing(command: list[str]) -> None:
    program = shutil.which(command[0], path=str(Path(sys.executable).parent)) or command[0]
    found = subprocess.run(
        [program, *command[1:]], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_who_stops_the_server_waits_longer_than_it_takes() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    unit = (DEPLOY / "fer-api.service").read_text()
    waits = [int(services[name]["stop_grace_period"].rstrip("s")) for name in ("api", "app")]
    waits.append(int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]))  # type: ignore[index]
    assert min(waits) > GRACE_S


def test_nothing_shows_the_api_to_others_without_a_key() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert services["api"]["environment"]["FER_API_REQUIRE_KEY"] == "true"
    assert "FER_API_REQUIRE_KEY=true" in (DEPLOY / "fer-api.service").read_text()
    shown = (DEPLOY / "nginx.conf").read_text().split("location ")[1:]
    assert len(shown) == 2
    assert all("proxy_set_header X-Forwarded-For" in location for location in shown)


def test_the_proxy_lets_through_what_app_and_api_take() -> None:
    taken = [Settings.model_fields[name].default for name in ("max_request_mb", "max_video_mb")]
    limits = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert [int(limit) - 1 for limit in limits] == taken


def test_every_service_has_its_limits_and_the_image_asks_whether_it_is_ready() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        assert {"mem_limit", "cpus", "pids_limit", "stop_grace_period"} <= set(service), name
    image = (DEPLOY / "Dockerfile").read_text()
    assert "/readyz" in image.partition("HEALTHCHECK")[2]
    assert "MALLOC_ARENA_MAX=2" in image
