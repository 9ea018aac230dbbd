"""`fer` hands over to the programs that have options of their own."""

from __future__ import annotations

import pytest

import fer_core
from fer_core.cli.commands import main


def printed_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed_by(capsys, "--version") == f"fer {fer_core.__version__}\n"


def test_its_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed_by(capsys, "--help")
    for command in ("analyse", "doctor", "app", "api", "train"):
        assert f"\n    {command} " in said


@pytest.mark.parametrize(
    ("arguments", "usage", "option"),
    [
        (["api"], "usage: fer api ", "FER_API_PORT"),
        (["api", "keys", "new"], "usage: fer api keys new ", "label"),
        (["app"], "usage: fer app ", "--server.port NUMBER"),
        (["train"], "usage: fer train ", "evaluate"),
        (["train", "train"], "usage: fer train train ", "--minutes"),
        (["train", "export"], "usage: fer train export ", "--int8"),
    ],
)
def test_each_program_tells_its_options_under_its_name(
    arguments: list[str], usage: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = printed_by(capsys, *arguments, "--help")
    assert said.startswith(usage)
    assert option in said


def test_train_without_a_step_trains(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "--minutes", "none"])
    assert ended.value.code == 2
    assert "fer train train: error: argument --minutes" in capsys.readouterr().err


def test_options_of_the_api_are_judged_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["api", "--port", "many"])
    assert ended.value.code == 2
    assert "fer api: error: argument --port: must be 0 to 65535" in capsys.readouterr().err
