"""What the commands say to somebody who mistypes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.training.__main__ import main

WEIGHTS = str(PROJECT_ROOT / "weights" / "model.json")


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must end with status 2 and return what it said."""
    try:
        status: object = main([str(each) for each in arguments])
    except SystemExit as stop:  # argparse
        status = stop.code
    assert status == 2
    return capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere"
    for command in (("check",), ("evaluate", "--weights", WEIGHTS)):
        said = refused(capsys, *command, "--data", missing)
        assert said == f"{missing} is not there\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--data", "d", "--weights", "none.pt"),
        ("train", "--data", "d", "--resume", "none.pt"),
        ("train", "--data", "d", "--targets", "none.npz"),
        ("train", "--data", "d", "--minutes", "0"),
        ("train", "--data", "d", "--image-size", "100"),
        ("train", "--data", "d", "--minutes", "5", "--epochs", "1"),
        ("export", "--weights", "none.pt"),
        ("evaluate", "--data", "d", "--weights", "none.json"),
        ("evaluate", "--data", "d", "--scenes", "0"),
        ("check", "--data", "d", "--sheet", "sheet"),
    ],
)
def test_an_option_that_cannot_be_used_is_named_with_its_value(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, *arguments)
    assert arguments[-2] in said
    assert arguments[-1] in said or "not allowed with" in said


def test_figures_of_a_few_pictures_are_not_recorded(
    archives: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("evaluate", "--data", archives, "--weights", WEIGHTS, "--record", "--limit", "5")
    assert "leave out --limit" in refused(capsys, *command)


def test_only_a_model_json_takes_figures(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "best.pt").write_bytes(b"")
    said = refused(
        capsys, "evaluate", "--data", archives, "--weights", tmp_path / "best.pt", "--record"
    )
    assert "model.json" in said


def test_data_without_validation_pictures_cannot_be_evaluated(
    archives: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = archives / "labels.csv"
    labels.write_text(labels.read_text().replace(",val,", ",train,"))
    said = refused(capsys, "evaluate", "--data", archives, "--weights", WEIGHTS)
    assert "no val picture" in said
