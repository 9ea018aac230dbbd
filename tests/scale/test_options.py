"""What makes a cluster, and what is said where it makes none."""

from __future__ import annotations

import pytest

from fer_core.cli.commands import main
from fer_core.config import Settings
from fer_core.errors import SettingsError
from fer_core.scale.options import ClusterOptions, check_database

POSTGRES = "postgresql://fer@127.0.0.1/fer"


def test_several_processes_need_postgresql() -> None:
    with pytest.raises(SettingsError, match=r"2 processes .* FER_DATABASE_URL"):
        check_database(Settings(), ClusterOptions())
    check_database(Settings(), ClusterOptions(api=1))
    check_database(Settings(database_url=POSTGRES), ClusterOptions())


def test_the_command_says_so_before_it_starts_anything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster"]) == 3
    assert "need PostgreSQL" in capsys.readouterr().err


def test_the_command_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_core.scale.cluster.find_spec", lambda _: None)
    assert main(["cluster", "--api", "1"]) == 3
    assert "requirements-scale.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--api", "0"], "--api Input should be greater than or equal to 1"),
        (["--vision", "-1"], "--vision Input should be greater"),
        (["--vision", "3", "--vision-most", "2"], "vision must be 1 to vision_most"),
        (["--vision", "0", "--vision-most", "2"], "vision must be 1 to vision_most"),
    ],
)
def test_a_number_that_makes_no_cluster_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cluster", *arguments]) == 3
    assert said in capsys.readouterr().err
