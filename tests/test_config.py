"""The history lies where it lay before platformdirs looked for its folder, on every system."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from fer_core.config import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("FER_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def be(system: str, kind: type[Unix | MacOS | Windows], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settings look for their folder as on another system."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platformdirs, "PlatformDirs", kind)


def test_on_linux_it_is_below_the_home_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    be("linux", Unix, monkeypatch)
    assert Settings().data_dir == home / ".local" / "share" / "fer"


def test_on_linux_it_is_where_xdg_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    be("linux", Unix, monkeypatch)
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert Settings().data_dir == home / "data" / "fer"


@pytest.mark.parametrize("xdg", [False, True])
def test_on_macos_a_history_that_is_there_is_found(
    xdg: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be("darwin", MacOS, monkeypatch)
    if xdg:
        monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    earlier = home / "Library" / "Application Support" / "fer"
    earlier.mkdir(parents=True)
    assert Settings().data_dir == earlier


def test_on_macos_a_new_one_is_put_into_the_library(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be("darwin", MacOS, monkeypatch)
    assert Settings().data_dir == home / "Library" / "Application Support" / "fer"


def test_on_windows_it_is_in_the_local_folder_without_an_author(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be("win32", Windows, monkeypatch)
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", r"C:\Users\me\AppData\Local")
    assert str(Settings().data_dir).replace("/", "\\") == r"C:\Users\me\AppData\Local\fer"


def test_a_folder_of_ones_own_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(home / "mine"))
    assert Settings().data_dir == home / "mine"


@pytest.mark.parametrize("name", ["data_dir", "weights"])
def test_a_path_may_begin_at_home(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FER_{name.upper()}", "~/fer")
    assert getattr(Settings(), name) == home / "fer"


def test_a_home_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_DIR", "~nobody-of-this-name/fer")
    with pytest.raises(ValueError, match="no such home folder"):
        Settings()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_variable_that_is_empty_is_unset(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    unset = Settings()
    monkeypatch.setenv(f"FER_{name.upper()}", "")
    assert Settings() == unset


@pytest.mark.parametrize("prefix", ["expressions", "/a b", "//a", "/../a", "/a/..", "http://a/"])
def test_a_prefix_that_is_no_path_is_refused(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_API_PREFIX", prefix)
    with pytest.raises(ValueError, match="must be a path"):
        Settings()
