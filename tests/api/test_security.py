"""Who is let in: keys, hosts, origins, rates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from fer_core.api.keys import KeyRing, KeyStore, hash_key
from fer_core.api.rates import Rate, RateLimiter, parse_rate
from fer_core.api.security import parse_origins
from fer_core.errors import SettingsError
from tests.api.conftest import MakeApp

MODEL = "/api/v1/model"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STASIS = "https://stasis.example"


@pytest.fixture
def key(key_store: KeyStore) -> str:
    return key_store.create("stasis", NOW)[1]


@pytest.fixture
def guarded(make_app: MakeApp, key: str) -> FlaskClient:
    return make_app(require_key=True).test_client()


def test_a_bearer_token_opens(guarded: FlaskClient, key: str) -> None:
    assert guarded.get(MODEL, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_the_scheme_is_case_insensitive(guarded: FlaskClient, key: str) -> None:
    assert guarded.get(MODEL, headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_key_header_opens(guarded: FlaskClient, key: str) -> None:
    assert guarded.get(MODEL, headers={"X-Api-Key": key}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Api-Key": ""},
        {"X-Api-Key": "fer_00000000_wrong"},
        {"X-Api-Key": "ü"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
    ],
)
def test_anything_else_is_unauthorized(guarded: FlaskClient, headers: dict[str, str]) -> None:
    answer = guarded.get(MODEL, headers=headers)
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs"])
def test_health_and_the_contract_need_no_key(guarded: FlaskClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", MODEL, "/docsx", "/nothing"])
def test_everything_else_needs_one(guarded: FlaskClient, path: str) -> None:
    assert guarded.get(path).status_code == 401


def test_a_hash_in_the_settings_is_a_key(make_app: MakeApp) -> None:
    client = make_app(require_key=True, api_key_hashes=(hash_key("secret").upper(),)).test_client()
    assert client.get(MODEL, headers={"X-Api-Key": "secret"}).status_code == 200


def test_a_wrong_key_is_refused_even_where_none_is_needed(client: FlaskClient) -> None:
    assert client.get(MODEL, headers={"X-Api-Key": "wrong"}).status_code == 401


def test_a_revoked_key_stops_at_once(guarded: FlaskClient, key: str, key_store: KeyStore) -> None:
    key_store.revoke(key_store.list()[0].id)
    assert guarded.get(MODEL, headers={"X-Api-Key": key}).status_code == 401


def test_every_hash_is_compared_in_constant_time(
    key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [key_store.create(str(n), NOW)[1] for n in range(3)]
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("fer_core.api.keys.hmac.compare_digest", compare)
    ring = KeyRing(key_store)
    for presented in (keys[0], keys[2], "wrong"):
        compared.clear()
        ring.identify(presented)
        assert len(compared) == 3


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.evil.example", "127.0.0.1.evil.example",
     "10.0.0.1", "[::2]"],
)  # fmt: skip
def test_without_keys_only_this_machines_names_are_answered(client: FlaskClient, host: str) -> None:
    answer = client.get(MODEL, headers={"Host": host})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "127.1.2.3"])
def test_this_machines_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get(MODEL, headers={"Host": host}).status_code == 200


def test_with_keys_any_host_name_is_answered(guarded: FlaskClient, key: str) -> None:
    headers = {"Host": "api.example", "X-Api-Key": key}
    assert guarded.get(MODEL, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("allowed", "origin", "granted"),
    [
        ((STASIS,), STASIS, True),
        ((STASIS, "http://localhost:5173"), "http://localhost:5173", True),
        ((STASIS,), "https://stasis.example.evil.example", False),
        ((STASIS,), "http://stasis.example", False),
        ((STASIS,), "https://stasis.example:8443", False),
        ((STASIS,), "https://STASIS.example", False),
        ((STASIS,), "null", False),
        ((), STASIS, False),
    ],
)
def test_origins_are_granted_exactly(
    make_app: MakeApp, allowed: tuple[str, ...], origin: str, granted: bool
) -> None:
    client = make_app(cors_origins=allowed).test_client()
    answers = [
        client.get(MODEL, headers={"Origin": origin}),
        client.options(MODEL, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}),
    ]
    for answer in answers:
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == granted
        assert ("Access-Control-Allow-Origin" in answer.headers) == granted
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert ("Access-Control-Allow-Methods" in answers[1].headers) == granted


def test_answers_vary_by_origin(make_app: MakeApp) -> None:
    client = make_app(cors_origins=(STASIS,)).test_client()
    assert "Origin" in client.get(MODEL).headers["Vary"]


def test_a_preflight_needs_no_key(make_app: MakeApp, key: str) -> None:
    client = make_app(require_key=True, cors_origins=(STASIS,)).test_client()
    answer = client.options(MODEL, headers={"Origin": STASIS})
    assert answer.status_code == 204
    assert "X-Captured-At" in answer.headers["Access-Control-Allow-Headers"]


def test_problems_can_be_read_by_the_allowed_origin(make_app: MakeApp) -> None:
    client = make_app(cors_origins=(STASIS,)).test_client()
    answer = client.get("/nothing", headers={"Origin": STASIS})
    assert answer.headers["Access-Control-Allow-Origin"] == STASIS
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_a_page_of_another_origin_cannot_post_blindly(client: FlaskClient, photo: bytes) -> None:
    answer = client.post(
        "/api/v1/analyses",
        data=photo,
        content_type="image/jpeg",
        headers={"Origin": "https://evil.example"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (403, "origin_not_allowed")


def test_the_docs_page_may_post_to_its_own_server(client: FlaskClient, photo: bytes) -> None:
    answer = client.post(
        "/api/v1/analyses",
        data=photo,
        content_type="image/jpeg",
        headers={"Origin": "http://localhost"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example", "stasis.example", "https://a.example/", "https://A.example",
     "https://u@a.example", "https://a.example/path", "ftp://a.example", "null"],
)  # fmt: skip
def test_an_inexact_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="FER_CORS_ORIGINS"):
        parse_origins((origin,))


def test_the_rate_is_limited_per_key(make_app: MakeApp, key_store: KeyStore) -> None:
    first, second = (key_store.create(name, NOW)[1] for name in ("a", "b"))
    client = make_app(require_key=True, api_rate_limit="2/minute").test_client()
    statuses = [client.get(MODEL, headers={"X-Api-Key": first}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get(MODEL, headers={"X-Api-Key": second}).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_a_limited_client_hears_when_to_come_back(make_app: MakeApp) -> None:
    client = make_app(api_rate_limit="1/minute").test_client()
    client.get(MODEL)
    answer = client.get(MODEL)
    assert answer.get_json()["code"] == "rate_limited"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "text", ["often", "0/second", "-1/second", "5/fortnight", "", "1/second " * 2]
)
def test_a_rate_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="FER_API_RATE_LIMIT"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/second", Rate(100, 1)),
        ("600/minute", Rate(600, 60)),
        ("10 per 5 seconds", Rate(10, 5)),
        ("1 per day", Rate(1, 86_400)),
    ],
)
def test_rates_are_written_as_people_say_them(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


def test_the_window_moves_and_what_was_refused_does_not_count() -> None:
    now = 0.0
    limiter = RateLimiter(Rate(2, 10), lambda: now)
    assert [limiter.ask("a"), limiter.ask("a")] == [0, 0]
    now = 4.0
    assert limiter.ask("a") == pytest.approx(6)
    assert limiter.ask("b") == 0
    now = 10.0
    assert [limiter.ask("a"), limiter.ask("a")] == [0, 0]
    assert limiter.ask("a") == pytest.approx(10)


def test_callers_who_left_are_forgotten() -> None:
    now = 0.0
    limiter = RateLimiter(Rate(2, 10), lambda: now)
    for number in range(5000):
        now += 1
        limiter.ask(f"address {number}")
    assert len(limiter._asked) <= 1001
