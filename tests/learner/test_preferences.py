"""Choices that hold from one session to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.learner.preferences import FILE_NAME, PreferenceFile, Preferences


def test_without_a_file_everything_that_makes_noise_is_off(tmp_path: Path) -> None:
    chosen = PreferenceFile(tmp_path / "new").read()
    assert (chosen.sound, chosen.notifications, chosen.consent_version) == (False, False, "")


def test_a_choice_is_there_for_the_next_program(tmp_path: Path) -> None:
    assert PreferenceFile(tmp_path / "new").change(sound=True, daily_goal_min=50)
    chosen = PreferenceFile(tmp_path / "new").read()
    assert (chosen.sound, chosen.daily_goal_min) == (True, 50)
    assert [file.name for file in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_a_change_keeps_the_other_choices(tmp_path: Path) -> None:
    first, second = PreferenceFile(tmp_path), PreferenceFile(tmp_path)
    first.change(sound=True)
    second.change(camera=False)
    assert first.read() == Preferences(sound=True, camera=False)


@pytest.mark.parametrize("damage", ["", "{", "[1]", "null", "\x00", '"words"'])
def test_a_damaged_file_means_the_defaults(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    file = PreferenceFile(tmp_path)
    assert file.read() == Preferences()
    assert file.change(sound=True)
    assert file.read().sound


def test_one_value_that_cannot_be_used_does_not_cost_the_others(tmp_path: Path) -> None:
    written = '{"sound": true, "daily_goal_min": -3, "keep_days": "soon", "of_tomorrow": 1}'
    (tmp_path / FILE_NAME).write_text(written, encoding="utf-8")
    assert PreferenceFile(tmp_path).read() == Preferences(sound=True)


def test_a_choice_that_is_not_possible_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    file = PreferenceFile(tmp_path)
    file.change(daily_goal_min=30)
    with pytest.raises(ValueError, match="daily_goal_min"):
        file.change(daily_goal_min=-1)
    assert file.read().daily_goal_min == 30


def test_where_nothing_can_be_written_a_choice_holds_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way", encoding="utf-8")
    file = PreferenceFile(blocked)
    assert not file.change(sound=True)
    assert file.read().sound


def test_forgetting_leaves_no_file(tmp_path: Path) -> None:
    file = PreferenceFile(tmp_path)
    file.change(sound=True, consent_version="2026-11d", consent_at=1.0)
    file.forget()
    assert file.read() == Preferences()
    assert not (tmp_path / FILE_NAME).exists()
