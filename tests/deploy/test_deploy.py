"""The files for servers name only settings, addresses and commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

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
