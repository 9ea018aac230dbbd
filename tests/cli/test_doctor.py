"""`python -m fer_core doctor` finds what is wrong and says what to do."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from fer_core.cli import doctor
from fer_core.cli.commands import main
from fer_core.cli.doctor import (
    Check,
    check_camera,
    check_data_dir,
    check_model,
    check_packages,
    check_port,
    describe,
    is_patch_of,
    read_pins,
)
from fer_core.config import PROJECT_ROOT, Settings


@pytest.mark.parametrize("program", ["fer", "python -m fer_core"])
def test_this_installation_has_what_the_app_needs(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"], program) == 0
    assert f"Start it: {program} app\n" in capsys.readouterr().out


def test_a_failure_is_counted_and_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = [Check("model", "failed", "is gone", "Restore it.")]
    monkeypatch.setattr(doctor, "check_installation", lambda: failing)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "FAILED   model: is gone" in said
    assert "-> Restore it." in said


def test_pins_are_read_with_extras_comments_and_without_options() -> None:
    text = "-c lock\n# note\nav==18.1.0  # why\npsycopg[binary]==3.3.9\n\nloose>=1\n"
    assert read_pins(text) == {"av": "18.1.0", "psycopg": "3.3.9"}


def test_missing_and_other_packages_are_named_with_the_line_that_mends_it(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("numpy==0.1\nno-such-package-of-ours==1\n")
    missing, different = check_packages(file)
    assert (missing.status, different.status) == ("failed", "warning")
    assert "no-such-package-of-ours" in missing.detail
    assert "numpy" in different.detail
    assert "instead of 0.1" in different.detail
    assert missing.remedy == f"pip install -r {file}"


@pytest.mark.parametrize(
    ("found", "fits"),
    [
        ("2.14.3", True),
        ("2.14.4", True),
        ("2.14.10", True),
        ("2.14.2", False),
        ("2.15.3", False),
        ("2.14.4rc1", False),
    ],
)
def test_a_later_patch_of_a_pinned_version_is_fine(found: str, fits: bool) -> None:
    assert is_patch_of(found, "2.14.3") is fits


def test_the_shipped_model_is_right_and_sees() -> None:
    assert [check.status for check in check_model(Settings())] == ["ok", "ok"]


def test_a_damaged_model_fails(tmp_path: Path) -> None:
    shutil.copy(PROJECT_ROOT / "weights" / "model.json", tmp_path)
    name = json.loads((tmp_path / "model.json").read_text())["networks"]["detector"]["file"]
    (tmp_path / name).write_bytes(b"damaged")
    (check,) = check_model(Settings(weights=tmp_path / "model.json"))
    assert check.status == "failed"
    assert "checksum" in check.detail
    assert check.remedy is not None


def test_a_port_in_use_is_a_warning() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        check = check_port("port", "127.0.0.1", port, "--port NUMBER")
        assert check.status == "warning"
        assert check.remedy is not None
    assert check_port("port", "127.0.0.1", port, "--port NUMBER").status == "ok"


def test_an_address_of_no_machine_of_ours_is_a_warning() -> None:
    assert check_port("port", "192.0.2.1", 8000, "--port NUMBER").status == "warning"


def test_a_folder_that_is_not_there_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert check_data_dir(folder).status == "ok"
    assert not folder.exists()


def test_a_history_that_cannot_be_written_fails(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    check = check_data_dir(file)
    assert check.status == "failed"
    assert check.remedy is not None
    assert "FER_DATA_DIR" in check.remedy


def test_a_camera_is_looked_for(tmp_path: Path) -> None:
    assert check_camera(tmp_path).status == "warning"
    (tmp_path / "video0").touch()
    assert check_camera(tmp_path).status == "ok"


def test_only_what_fails_or_helps_has_a_second_line() -> None:
    text = describe([Check("a", "ok", "fine"), Check("b", "warning", "hm", "Do this.")], "fer")
    assert text.count("->") == 1
