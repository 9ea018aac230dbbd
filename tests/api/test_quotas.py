"""Quotas: how much an owner, and a key with all its owners, may have at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fer_core.api.callers import Caller
from fer_core.api.quotas import QuotaExceeded, Quotas
from fer_core.config import Quota, Settings, get_settings
from fer_core.errors import SettingsError
from fer_core.live.registry import SessionRegistry
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.storage.owners import OwnerStore
from fer_core.storage.store import SessionStore
from tests.api.learner import SESSIONS, Clock
from tests.api.tenants import MakeTenants, owned


def limits(answer: Any) -> dict[str, str]:
    """Return what the headers say, by the quota's name."""
    both = zip(
        answer.headers["RateLimit-Policy"].split(", "),
        answer.headers["RateLimit"].split(", "),
        strict=True,
    )
    return {
        policy.split(";")[0].strip('"'): f"{policy.partition(';')[2]} {limit.partition(';')[2]}"
        for policy, limit in both
    }


def test_an_owner_has_so_many_sessions_that_run(make_tenants: MakeTenants) -> None:
    tenants = make_tenants(api_owner_quota=Quota(sessions=2))
    key = tenants.new_key()
    headers, other = owned(tenants, key), owned(tenants, key)
    first = tenants.start(headers)
    assert limits(first)["owner-sessions"] == "q=2 r=1"
    second = tenants.session(headers, retention="memory")
    refused = tenants.start(headers)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "quota_exceeded")
    assert limits(refused)["owner-sessions"] == "q=2 r=0"
    assert int(refused.headers["Retry-After"]) >= 1
    tenants.session(other)
    finished = tenants.client.post(f"{SESSIONS}/{second}/finish", headers=headers)
    assert finished.status_code == 200
    tenants.session(headers)


def test_sessions_that_were_left_make_room(make_tenants: MakeTenants) -> None:
    tenants = make_tenants(api_owner_quota=Quota(sessions=1))
    headers = owned(tenants)
    left = tenants.session(headers)
    assert tenants.start(headers).status_code == 429
    tenants.clock.now += SILENT_AFTER_S + 1
    tenants.session(headers)
    back = tenants.client.get(f"{SESSIONS}/{left}", headers=headers)
    assert back.get_json()["snapshot"]["state"] == "paused"


def test_all_owners_of_a_key_have_so_many_sessions_together(make_tenants: MakeTenants) -> None:
    tenants = make_tenants(api_key_quota=Quota(sessions=3))
    key, other = tenants.new_key(), tenants.new_key()
    for headers in (owned(tenants, key), owned(tenants, key), key):
        tenants.session(headers)
    refused = tenants.start(owned(tenants, key))
    assert (refused.status_code, limits(refused)["key-sessions"]) == (429, "q=3 r=0")
    tenants.session(owned(tenants, other))


@pytest.mark.parametrize("quota", ["api_owner_quota", "api_key_quota"])
def test_an_owner_has_so_many_rows_in_the_history(make_tenants: MakeTenants, quota: str) -> None:
    tenants = make_tenants(**{quota: Quota(rows=4)})
    headers = owned(tenants)
    cards = {"cards": [{"front": f"Number {number}?", "back": "Lima"} for number in range(4)]}
    assert tenants.client.post("/api/v1/cards", json=cards, headers=headers).status_code == 201
    assert tenants.start(headers).status_code == 429
    card = {"cards": [{"front": "Capital of Peru?", "back": "Lima"}]}
    refused = tenants.client.post("/api/v1/cards", json=card, headers=headers)
    assert refused.get_json()["code"] == "quota_exceeded"
    table = {"data": "front,back\na,b\n", "content_type": "text/csv"}
    assert tenants.client.post("/api/v1/deck", headers=headers, **table).status_code == 429
    assert tenants.start(headers, retention="memory").status_code == 201


def test_rows_of_a_key_are_counted_once_a_minute_while_many_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, stored = 0.0, 10
    counted: list[int] = []

    def count(*_: object, **__: object) -> int:
        counted.append(stored)
        return stored

    monkeypatch.setattr(OwnerStore, "rows", count)
    with (
        SessionStore(f"sqlite:///{tmp_path / 'history.sqlite'}") as store,
        SessionRegistry(store, Clock()) as registry,
        Flask("headers").app_context(),
    ):
        quotas = Quotas(Quota(), Quota(rows=1_000_000), registry, lambda: now)
        quotas.rows(Caller("o1", "k1"))
        now = 59.0
        quotas.rows(Caller("o2", "k1"))
        assert counted == [10]
        now, stored = 60.0, 950_000
        quotas.rows(Caller("o1", "k1"))
        now, stored = 61.0, 1_000_000
        with pytest.raises(QuotaExceeded):
            quotas.rows(Caller("o2", "k1"))
        assert counted == [10, 950_000, 1_000_000]


@pytest.mark.parametrize("quota", ["api_owner_quota", "api_key_quota"])
def test_an_owner_has_so_many_event_streams(make_tenants: MakeTenants, quota: str) -> None:
    tenants = make_tenants(**{quota: Quota(streams=1)})
    headers = owned(tenants)
    url = f"{SESSIONS}/{tenants.session(headers)}/events"
    stream = tenants.client.get(url, headers=headers)
    assert stream.status_code == 200
    refused = tenants.client.get(url, headers=headers)
    assert refused.get_json()["code"] == "quota_exceeded"
    stream.close()
    again = tenants.client.get(url, headers=headers)
    assert again.status_code == 200
    again.close()


@pytest.mark.parametrize("quota", ["api_owner_quota", "api_key_quota"])
def test_frames_beyond_the_quota_are_refused_before_they_are_looked_at(
    make_tenants: MakeTenants, empty_photo: bytes, quota: str
) -> None:
    tenants = make_tenants(**{quota: Quota(frames=0)})
    headers = owned(tenants)
    url = f"{SESSIONS}/{tenants.session(headers)}/frames"
    answer = tenants.client.post(url, data=b"none", content_type="image/jpeg", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "quota_exceeded")


def test_frames_are_counted_by_the_second_for_the_owner_and_for_the_key() -> None:
    now = 0.0
    with SessionRegistry(None, Clock()) as registry, Flask("headers").app_context():
        quotas = Quotas(Quota(frames=2), Quota(frames=3), registry, lambda: now)
        one, two = Caller("o1", "k1"), Caller("o2", "k1")
        asked: list[bool] = []
        for who in (one, one, one, two, two, Caller(), Caller("", "local")):
            try:
                quotas.frame(who)
            except QuotaExceeded:
                asked.append(False)
            else:
                asked.append(True)
        assert asked == [True, True, False, True, False, True, True]
        now = 1.0
        quotas.frame(one)


def test_a_key_hears_how_often_it_may_ask(make_tenants: MakeTenants) -> None:
    tenants = make_tenants(api_rate_limit="3/minute")
    key = tenants.new_key()
    answers = [tenants.client.get("/api/v1/model", headers=key) for _ in range(4)]
    assert [limits(one)["requests"].split(";")[1] for one in answers] == [
        *("w=60 r=2", "w=60 r=1", "w=60 r=0", "w=60 r=0"),
    ]
    assert answers[3].status_code == 429


def test_browsers_of_one_owner_do_not_use_up_what_another_may_ask(
    make_tenants: MakeTenants,
) -> None:
    tenants = make_tenants(api_rate_limit="6/minute")
    key = tenants.new_key()
    tokens = [tenants.token(key, tenants.new_owner(key)) for _ in range(2)]
    for _ in range(7):
        last = tenants.client.get(SESSIONS, headers=tokens[0])
    assert last.status_code == 429
    assert tenants.client.get(SESSIONS, headers=tokens[1]).status_code == 200


@pytest.mark.parametrize("value", ["{", '{"session": 1}', '{"frames": -1}', "[]"])
def test_a_quota_that_cannot_be_read_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FER_API_OWNER_QUOTA", value)
    with pytest.raises(SettingsError, match="FER_API_OWNER_QUOTA"):
        get_settings()


def test_a_quota_is_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_API_KEY_QUOTA", '{"sessions": 100}')
    assert Settings().api_key_quota == Quota(sessions=100)
