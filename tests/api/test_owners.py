"""Owners and session tokens: how one installation keeps its learners apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_core.api.__main__ import main
from fer_core.api.callers import KnownOwners
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.tokens import LONGEST_S, Token, TokenExpired, TokenSecrets, TokenSigner
from fer_core.config import get_settings
from fer_core.errors import OwnerNotFound, SettingsError, StorageError
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS, START, Clock
from tests.api.tenants import OWNERS, Tenants, owned

TOKEN = Token("o1", None, "k1", START + 60)


# Owners


def test_the_same_reference_is_the_same_owner_of_a_key_and_of_no_other(tenants: Tenants) -> None:
    key, other = tenants.new_key(), tenants.new_key()
    first = tenants.new_owner(key, reference="4711")
    assert tenants.new_owner(key, reference="4711") == first
    assert tenants.new_owner(other, reference="4711") != first
    assert tenants.new_owner(key) != tenants.new_owner(key)


def test_owners_are_listed_newest_first_page_by_page(tenants: Tenants) -> None:
    key = tenants.new_key()
    made = []
    for number in range(5):
        tenants.clock.now = START + number // 2  # some in the same moment
        made.append(tenants.new_owner(key))
    tenants.new_owner(tenants.new_key())
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = tenants.client.get(OWNERS, query_string=query, headers=key).get_json()
        seen += [owner["owner_id"] for owner in page["owners"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(made)
    assert seen[0] == made[-1]


def test_an_erased_owner_is_gone_with_all_that_was_theirs(tenants: Tenants) -> None:
    key = tenants.new_key()
    headers, other = owned(tenants, key), owned(tenants, key)
    for one in (headers, other):
        tenants.belongings(one, "Bees")
    client, address = tenants.client, f"{OWNERS}/{headers['X-Owner']}"
    assert client.delete(address, headers=key).status_code == 204
    assert client.get(address, headers=key).status_code == 404
    answer = client.get(SESSIONS, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "owner_not_found")
    assert len(client.get(SESSIONS, headers=other).get_json()["sessions"]) == 1
    assert len(client.get("/api/v1/cards", headers=other).get_json()["cards"]) == 1


def test_to_erase_all_means_all_of_one_owner(tenants: Tenants) -> None:
    key = tenants.new_key()
    headers = [owned(tenants, key), owned(tenants, key), key]
    for one in headers:
        tenants.belongings(one, "Bees")
    assert tenants.client.delete(SESSIONS, headers=headers[0]).status_code == 204
    pages = [tenants.client.get(SESSIONS, headers=one).get_json() for one in headers]
    assert [len(page["sessions"]) for page in pages] == [0, 1, 1]


def test_two_learners_may_have_the_same_card_and_name_their_answers_alike(
    tenants: Tenants,
) -> None:
    key = tenants.new_key()
    for headers in (owned(tenants, key), owned(tenants, key)):
        card = {"cards": [{"front": "Capital of Peru?", "back": "Lima"}]}
        added = tenants.client.post("/api/v1/cards", json=card, headers=headers).get_json()
        assert added["added"] == 1
        again = tenants.client.post("/api/v1/cards", json=card, headers=headers).get_json()
        assert again == {**added, "added": 0}
        address = f"/api/v1/cards/{added['cards'][0]['card_id']}/answers"
        given = {"rating": 3, "review_id": "1"}
        for _ in range(2):
            answer = tenants.client.post(address, json=given, headers=headers)
            assert answer.status_code == 200


def test_two_learners_may_use_the_same_idempotency_key(tenants: Tenants) -> None:
    key = tenants.new_key()
    started = set()
    for headers in (owned(tenants, key), owned(tenants, key)):
        for _ in range(2):
            once = {**headers, "Idempotency-Key": "monday"}
            started.add(tenants.session(once, title=headers["X-Owner"]))
    assert len(started) == 2


def test_a_key_of_before_opens_the_history_of_this_machine(key_store: KeyStore) -> None:
    key_store.create("old", datetime.now(UTC))
    stored = key_store.path.read_text().replace('"local": false', '"label": "old"')
    key_store.path.write_text(stored)
    assert [key.local for key in key_store.list()] == [True]


def test_a_local_key_sees_the_history_of_this_machine_and_others_do_not(
    make_app: MakeApp, key_store: KeyStore
) -> None:
    clock = Clock()
    tenants = Tenants(make_app(clock=clock), key_store, clock)
    here = tenants.session({}, title="On this machine")
    for local, seen in ((True, [here]), (False, [])):
        page = tenants.client.get(SESSIONS, headers=tenants.new_key(local=local)).get_json()
        assert [one["session_id"] for one in page["sessions"]] == seen


@pytest.mark.parametrize("ask", [
    lambda client: client.post(OWNERS, json={}),
    lambda client: client.get(OWNERS),
    lambda client: client.get(SESSIONS, headers={"X-Owner": "somebody"}),
])  # fmt: skip
def test_without_keys_there_are_no_owners(
    client: FlaskClient, ask: Callable[[FlaskClient], Any]
) -> None:
    answer = ask(client)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "key_needed")


def test_without_keys_nothing_is_counted_and_nothing_says_so(client: FlaskClient) -> None:
    answers = [client.post(SESSIONS, json={"consent": CONSENT}) for _ in range(9)]
    assert {answer.status_code for answer in answers} == {201}
    assert not [name for name, _ in answers[0].headers if name.startswith("RateLimit")]


# Session tokens


def test_a_token_may_stand_in_the_address_of_a_stream_alone(tenants: Tenants) -> None:
    headers = owned(tenants)
    session_id = tenants.session(headers)
    token = tenants.token(headers, headers["X-Owner"])["Authorization"].split()[1]
    client, url = tenants.client, f"{SESSIONS}/{session_id}"
    answer = client.get(f"{url}/events?token={token}")
    assert answer.status_code == 200
    answer.close()
    assert client.get(f"{url}?token={token}").status_code == 401
    key = headers["X-Api-Key"]
    assert client.get(f"{url}/events?token={key}").status_code == 401


def test_a_stream_ends_with_its_token(tenants: Tenants) -> None:
    headers = owned(tenants)
    session_id = tenants.session(headers)
    token = tenants.token(headers, headers["X-Owner"], expires_in_s=30)
    answer = tenants.client.get(f"{SESSIONS}/{session_id}/events", headers=token)
    pieces = answer.iter_encoded()
    assert b"snapshot" in b"".join(next(pieces) for _ in range(3))
    tenants.clock.now += 30
    assert list(pieces) == []


@pytest.mark.parametrize("by", ["key", "token"])
def test_a_stream_ends_when_its_key_is_revoked(tenants: Tenants, by: str) -> None:
    headers = owned(tenants)
    session_id = tenants.session(headers)
    asking = headers if by == "key" else tenants.token(headers, headers["X-Owner"])
    answer = tenants.client.get(f"{SESSIONS}/{session_id}/events", headers=asking)
    pieces = answer.iter_encoded()
    assert b"snapshot" in b"".join(next(pieces) for _ in range(3))
    (key,) = tenants.keys.list()
    tenants.keys.revoke(key.id)
    assert next(pieces, b"") == b""
    answer.close()


def test_a_token_is_for_sessions_of_its_owner_only(tenants: Tenants) -> None:
    key = tenants.new_key()
    mine, theirs = owned(tenants, key), owned(tenants, key)
    session_id = tenants.session(theirs)
    answer = tenants.client.post(
        f"{OWNERS}/{mine['X-Owner']}/tokens", json={"session_id": session_id}, headers=key
    )
    assert (answer.status_code, answer.get_json()["code"]) == (404, "session_not_found")


@pytest.mark.parametrize("seconds", [29, 0, -1, LONGEST_S + 1, 1.5, True, "60"])
def test_a_token_lasts_half_a_minute_to_half_a_day(tenants: Tenants, seconds: object) -> None:
    key = tenants.new_key()
    address = f"{OWNERS}/{tenants.new_owner(key)}/tokens"
    answer = tenants.client.post(address, json={"expires_in_s": seconds}, headers=key)
    assert answer.status_code == 400


@pytest.fixture
def signer(key_store: KeyStore) -> tuple[TokenSigner, TokenSecrets, Clock]:
    clock = Clock()
    secrets = TokenSecrets(key_store.path.with_name("secrets.json"), clock=clock)
    return TokenSigner(secrets, clock), secrets, clock


def test_what_an_earlier_secret_signed_is_taken_until_it_ends(
    signer: tuple[TokenSigner, TokenSecrets, Clock],
) -> None:
    signing, secrets, clock = signer
    token = Token("o1", "s1", "k1", START + LONGEST_S)
    signed = signing.sign(token)
    secrets.rotate()
    assert signing.sign(token) != signed
    assert signing.read(signed) == token
    clock.now += LONGEST_S
    with pytest.raises(TokenExpired):
        signing.read(signed)
    secrets.rotate()
    secrets.rotate()
    assert len(secrets.all()) == 3
    clock.now += LONGEST_S
    secrets.rotate()
    assert len(secrets.all()) == 2


def test_another_server_of_the_installation_takes_the_token_and_a_stranger_does_not(
    signer: tuple[TokenSigner, TokenSecrets, Clock], key_store: KeyStore
) -> None:
    signing, _, clock = signer
    path = key_store.path.with_name("secrets.json")
    signed = signing.sign(TOKEN)
    beside = TokenSigner(TokenSecrets(path, clock=clock), clock)
    assert beside.read(signed) == TOKEN
    assert path.stat().st_mode & 0o077 == 0
    named = TokenSecrets(path, ["y" * 40, "z" * 40], clock=clock)
    assert TokenSigner(named, clock).sign(TOKEN) != signed
    with pytest.raises(Exception, match="missing, wrong or revoked"):
        TokenSigner(named, clock).read(signed)
    with pytest.raises(SettingsError, match="FER_API_TOKEN_SECRETS"):
        named.rotate()


def test_a_damaged_file_of_secrets_opens_nothing(
    signer: tuple[TokenSigner, TokenSecrets, Clock], key_store: KeyStore
) -> None:
    signing, _, clock = signer
    signed = signing.sign(TOKEN)
    path = key_store.path.with_name("secrets.json")
    path.write_text('{"secret": 1')
    with pytest.raises(SettingsError, match="cannot be read"):
        TokenSigner(TokenSecrets(path, clock=clock), clock).read(signed)


def test_the_command_changes_the_secret(
    key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = key_store.path.parent
    monkeypatch.setenv("FER_DATA_DIR", str(folder))
    for number in (1, 2):
        get_settings.cache_clear()
        assert main(["tokens", "rotate"]) == 0
        secrets = TokenSecrets(folder / "token-secrets.json", clock=Clock())
        assert len(secrets.all()) == number


@pytest.mark.parametrize("value", ['["short"]', "x", '{"a": 1}'])
def test_a_secret_that_can_be_guessed_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FER_API_TOKEN_SECRETS", value)
    with pytest.raises(SettingsError, match="FER_API_TOKEN_SECRETS"):
        get_settings()


# An outage


class _Store:
    """Owners in a database that can be away."""

    def __init__(self) -> None:
        self.known = {"o1"}
        self.asked = 0
        self.away = False

    def get(self, owner_id: str, _key_id: str) -> None:
        self.asked += 1
        if self.away:
            raise StorageError
        if owner_id not in self.known:
            raise OwnerNotFound


def test_an_owner_who_was_found_stays_through_an_outage_and_leaves_when_erased() -> None:
    store, clock = _Store(), Clock()
    known = KnownOwners(lambda: store, clock)  # type: ignore[arg-type, return-value]
    for _ in range(3):
        known.check("o1", "k1")
    assert store.asked == 1
    clock.now += 60
    store.away = True
    known.check("o1", "k1")
    with pytest.raises(StorageError):
        known.check("o2", "k1")
    store.away, store.known = False, set()
    with pytest.raises(OwnerNotFound):
        known.check("o1", "k1")


def test_a_key_in_the_settings_has_owners_of_its_own(key_store: KeyStore) -> None:
    (key,) = KeyRing(key_store, ["ab" * 32]).keys()
    assert not key.local
