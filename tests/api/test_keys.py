"""Keys: made, listed, revoked, and never kept."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fer_core.api.__main__ import main, require_key
from fer_core.api.keys import KeyNotFound, KeyRing, KeyStore, hash_key
from fer_core.config import Settings
from fer_core.errors import SettingsError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_key_is_recognised_and_another_is_not(key_store: KeyStore) -> None:
    entry, key = key_store.create("laptop", NOW)
    ring = KeyRing(key_store)
    assert ring.identify(key) == entry
    assert ring.identify(key[:-1]) is None


def test_the_store_holds_no_key(key_store: KeyStore) -> None:
    _, key = key_store.create("laptop", NOW)
    assert key.split("_", 2)[2] not in key_store.path.read_text()


def test_only_the_owner_can_read_the_store(key_store: KeyStore) -> None:
    key_store.create("laptop", NOW)
    assert stat.S_IMODE(key_store.path.stat().st_mode) == 0o600


def test_keys_differ(key_store: KeyStore) -> None:
    assert len({key_store.create("", NOW)[1] for _ in range(20)}) == 20


def test_a_running_ring_sees_new_and_revoked_keys(key_store: KeyStore) -> None:
    ring = KeyRing(key_store)
    entry, key = key_store.create("late", NOW)
    assert ring.identify(key) is not None
    key_store.revoke(entry.id)
    assert ring.identify(key) is None


def test_a_key_that_is_unknown_can_be_neither_revoked_nor_renewed(key_store: KeyStore) -> None:
    for change in (key_store.revoke, key_store.renew):
        with pytest.raises(KeyNotFound):
            change("00000000")


def test_a_new_key_takes_the_place_of_an_earlier_one(key_store: KeyStore) -> None:
    entry, key = key_store.create("stasis", NOW)
    other, its_key = key_store.create("other", NOW)
    ring = KeyRing(key_store)
    renewed = key_store.renew(entry.id)
    assert ring.identify(key) is None
    assert ring.identify(renewed) == replace(entry, sha256=hash_key(renewed))
    assert ring.identify(its_key) == other


def test_a_key_of_the_settings_may_have_the_place_of_another_one(key_store: KeyStore) -> None:
    entry, key = key_store.create("stasis", NOW)
    first, following = "ab" * 32, "cd" * 32
    hashes = (f"{entry.id}:{entry.sha256}", first, f"set-abababab:{following}")
    settings = Settings(api_key_hashes=hashes)
    ring = KeyRing(KeyStore(key_store.path.with_name("none.json")), settings.api_key_hashes)
    found = ring.identify(key)
    assert found is not None
    assert found.id == entry.id
    known = ring.keys()
    assert [one.id for one in known] == [entry.id, "set-abababab", "set-abababab"]
    assert [one.sha256 for one in known[1:]] == [first, following]


def test_a_broken_store_is_an_error_and_not_an_open_door(key_store: KeyStore) -> None:
    key_store.path.write_text('[{"id": 1}]')
    with pytest.raises(SettingsError):
        KeyRing(key_store).keys()


@pytest.mark.parametrize(
    ("host", "setting", "needed"),
    [
        ("127.0.0.1", None, False),
        ("::1", None, False),
        ("0.0.0.0", None, True),
        ("192.168.1.2", None, True),
        ("127.0.0.1", True, True),
        ("0.0.0.0", False, True),
    ],
)
def test_a_key_is_needed_wherever_others_can_reach_the_port(
    host: str, setting: bool | None, needed: bool
) -> None:
    assert require_key(Settings(api_require_key=setting), host) == needed


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_command_makes_lists_renews_and_revokes(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "new", "stasis"]) == 0
    key = capsys.readouterr().out.strip()
    assert KeyRing(KeyStore(data_dir / "api-keys.json")).identify(key) is not None
    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert "stasis" in listed
    assert key not in listed
    assert main(["keys", "renew", listed.split()[0]]) == 0
    renewed = capsys.readouterr().out.strip()
    assert KeyRing(KeyStore(data_dir / "api-keys.json")).identify(key) is None
    assert KeyRing(KeyStore(data_dir / "api-keys.json")).identify(renewed) is not None
    assert main(["keys", "revoke", listed.split()[0]]) == 0
    assert KeyRing(KeyStore(data_dir / "api-keys.json")).identify(renewed) is None


def test_the_server_refuses_other_addresses_without_a_key(
    data_dir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--host", "0.0.0.0", "--port", "0"]) == 2
    assert "needs a key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FER_CORS_ORIGINS", "https://app.example", "a JSON list"),
        ("FER_ICE_SERVERS", "stun:a.example", "a JSON list"),
        ("FER_API_KEY_HASHES", '["fer_00000000_the-key-itself"]', "64 hexadecimal digits"),
        ("FER_API_PORT", "http", "integer"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_and_is_named(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["--port", "0"]) == 2
    explained = capsys.readouterr().err
    assert f"{name}: " in explained
    assert said in explained
    assert "the-key-itself" not in explained


def test_an_address_that_leads_nowhere_is_explained(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    KeyStore(data_dir / "api-keys.json").create("", NOW)
    assert main(["--host", "nowhere.invalid", "--port", "0"]) == 2
    assert "cannot listen on nowhere.invalid" in capsys.readouterr().err


def test_a_port_that_is_none_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--port", "http"])
    assert "--port: must be 0 to 65535" in capsys.readouterr().err


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"FER_{name.upper()}" in shown for name in Settings.model_fields)
