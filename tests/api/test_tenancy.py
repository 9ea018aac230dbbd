"""Every address of the API, asked by everybody who has no business there.

The addresses are those of the contract, which are those of the server (`test_contract`): a new one
cannot be forgotten here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from fer_core.api.app import create_app, make_contract
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.model_loader import ModelService
from fer_core.api.schemas.moments import format_moment
from fer_core.api.security import PUBLIC_PATHS
from fer_core.api.tokens import Token, TokenSecrets, TokenSigner
from fer_core.config import Settings
from fer_core.live.registry import SessionRegistry
from fer_core.storage.engines import database_url
from fer_core.storage.store import SessionStore
from tests.api.learner import CONSENT, START, Clock
from tests.api.tenants import OWNERS, WORD, Headers, Tenants

WHEN = {"from": format_moment(START), "to": format_moment(START + 1)}
#: By operation, what it takes; those that are not here take nothing.
JSON: dict[str, Any] = {
    "createOwner": {},
    "createToken": {},
    "createSession": {"consent": CONSENT},
    "reportPassages": [{**WHEN, "passage_id": "p1", "visible_share": 1.0}],
    "reportPlayback": [{**WHEN, "video_from_s": 0, "video_to_s": 1}],
    "reportLost": {"passage_id": "p1"},
    "sendAnswers": [{"passage_id": "p1", "value": 3}],
    "answerBreak": {"answer": "take"},
    "addMarkers": [{"words": "here"}],
    "addCards": {"cards": [{"front": "Capital of Peru?", "back": "Lima"}]},
    "makeCards": {"passage_ids": ["p1"]},
    "editCard": {"back": "Lima"},
    "answerCard": {"rating": 3},
}
BODIES: dict[str, tuple[str, bytes]] = {
    "analysePictures": ("image/gif", b"GIF89a"),
    "sendFrame": ("image/gif", b"GIF89a"),
    "importMarkers": ("text/csv", b"time,words\n0:30,here\n"),
    "importDeck": ("text/csv", b"front,back\nCapital of Peru?,Lima\n"),
    "openText": ("text/plain", b"Plants turn light into sugar."),
    "createJob": ("video/mp4", b"none"),
}
#: Stands in everything that is the learner's of this machine.
HERE = "Hummingbird"
#: What is the whole installation's: no token opens it, and a key sees what it has made.
OF_KEYS = {"metrics", "createOwner", "listOwners", "getOwner", "deleteOwner", "createToken"}


@dataclass(frozen=True)
class Route:
    """One operation of the contract."""

    method: str
    path: str
    operation: str


def routes() -> list[Route]:
    """Return every operation but the public ones; what erases comes last, the most of all."""
    found = [
        Route(method.upper(), path, operation["operationId"])
        for path, item in make_contract()["paths"].items()
        for method, operation in item.items()
        if path not in PUBLIC_PATHS
    ]
    assert len(found) > 45
    return sorted(
        found,
        key=lambda one: (
            one.method == "DELETE",
            one.operation == "deleteOwner",
            -one.path.count("{"),
        ),
    )


ROUTES = routes()


@dataclass
class House:
    """A learner with something of each kind, and the keys of their installation and of another.

    Attributes:
        tenants: The API.
        key: That of the learner's installation.
        other_key: Another installation's.
        things: The ids of what is the learner's, and their own.
        another_session: Of the same learner.
    """

    tenants: Tenants
    key: Headers
    other_key: Headers
    things: dict[str, str]
    another_session: str

    @property
    def own(self) -> Headers:
        return {**self.key, "X-Owner": self.things["owner_id"]}

    def ask(self, route: Route, headers: Headers) -> TestResponse:
        """Ask for what is the learner's."""
        path = route.path.format(**self.things)
        arguments: dict[str, Any] = {"headers": headers}
        if route.operation in JSON:
            arguments["json"] = JSON[route.operation]
        elif route.operation in BODIES:
            arguments["content_type"], arguments["data"] = BODIES[route.operation]
        answer = self.tenants.client.open(path, method=route.method, **arguments)
        if answer.is_streamed and answer.status_code == 200:
            answer.close()  # a stream of events would go on
        return answer

    def belongings(self) -> list[bytes]:
        """Return all that the learner has, as they see it."""
        session = f"/api/v1/sessions/{self.things['session_id']}"
        addresses = (
            *(session, f"{session}/export?format=json", f"{session}/markers", "/api/v1/sessions"),
            *("/api/v1/cards", "/api/v1/jobs", "/api/v1/deck", "/api/v1/recall"),
        )
        answers = [self.tenants.client.get(one, headers=self.own) for one in addresses]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.get_data() for answer in answers]


@contextmanager
def built(models: ModelService, folder: Path) -> Iterator[House]:
    clock, keys = Clock(), KeyStore(folder / "api-keys.json")
    settings = Settings(data_dir=folder, api_rate_limit="100000/second")
    with SessionRegistry(SessionStore(database_url(settings), clock), clock) as registry:
        app = create_app(settings, models, KeyRing(keys), registry, require_key=True)
        tenants = Tenants(app, keys, clock)
        key = tenants.new_key()
        owner = tenants.new_owner(key, reference="1")
        own = {**key, "X-Owner": owner}
        things = {"owner_id": owner, "job_id": tenants.job(own, WORD)}
        things |= tenants.belongings(own, WORD)
        # Where an owner is forgotten, the learner of this machine is meant.
        tenants.belongings(tenants.new_key(local=True), HERE)
        yield House(tenants, key, tenants.new_key(), things, tenants.session(own))
        app.extensions["fer"].videos.close()


@pytest.fixture(scope="module")
def house(models: ModelService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(models, tmp_path_factory.mktemp("tenancy")) as house:
        yield house


@pytest.fixture
def fresh(models: ModelService, tmp_path: Path) -> Iterator[House]:
    with built(models, tmp_path) as house:
        yield house


def strangers(house: House) -> dict[str, Headers]:
    """Return everybody who is not let in at all."""
    tenants, owner = house.tenants, house.things["owner_id"]
    gone, erased = tenants.new_key(), tenants.new_owner(house.key)
    of_gone = tenants.new_owner(gone)
    ids = [key.id for key in tenants.keys.list()]
    secrets = TokenSecrets(tenants.keys.path, ["x" * 32], clock=tenants.clock)
    forged = TokenSigner(secrets, tenants.clock).sign(
        Token(owner, None, ids[0], tenants.clock.now + 60)
    )
    found = {
        "nobody": {},
        "an owner's name alone": {"X-Owner": owner},
        "a wrong key": {"X-Api-Key": "fer_00000000_wrong"},
        "a wrong token": {"Authorization": "Bearer fert_wrong"},
        "a forged token": {"Authorization": f"Bearer {forged}"},
        "an ended token": tenants.token(house.key, owner, expires_in_s=30),
        "a revoked key": {**gone, "X-Owner": of_gone},
        "a token of a revoked key": tenants.token(gone, of_gone),
        "a token of an erased owner": tenants.token(house.key, erased),
    }
    tenants.keys.revoke(ids[-1])
    assert tenants.client.delete(f"{OWNERS}/{erased}", headers=house.key).status_code == 204
    tenants.clock.now += 31
    return found


def neighbours(house: House) -> dict[str, Headers]:
    """Return everybody who is let in, and is not the learner."""
    tenants, key, other_key = house.tenants, house.key, house.other_key
    second, of_other = tenants.new_owner(key), tenants.new_owner(other_key)
    return {
        "the same key, for another learner": {**key, "X-Owner": second},
        "the same key, for itself": key,
        "another key": other_key,
        "another key, for its learner": {**other_key, "X-Owner": of_other},
        "a key of this machine's learner": tenants.new_key(local=True),
        "a token of another learner": tenants.token(key, second),
        "a token of another key": tenants.token(other_key, of_other),
    }


def test_strangers_are_refused_everywhere(house: House) -> None:
    before = house.belongings()
    for who, headers in strangers(house).items():
        for route in ROUTES:
            answer = house.ask(route, headers)
            expected = "token_expired" if who == "an ended token" else "unauthorized"
            told = (answer.status_code, answer.get_json()["code"])
            assert told == (401, expected), (who, route)
    house.tenants.clock.now -= 31
    assert house.belongings() == before


def test_nobody_else_finds_anything_of_a_learner_or_changes_it(house: House) -> None:
    before = house.belongings()
    ids = set(house.things.values())
    for who, headers in neighbours(house).items():
        for route in ROUTES:
            if route.operation in OF_KEYS and who.startswith("the same key"):
                continue  # the learner is this key's
            answer = house.ask(route, headers)
            if route.operation in OF_KEYS and who.startswith("a token"):
                assert answer.status_code == 403, (who, route)
            elif "{" in route.path:
                assert answer.status_code == 404, (who, route)
            else:
                assert answer.status_code not in (401, 403, 404), (who, route)
                text = answer.get_data(as_text=True)
                assert not [one for one in (WORD, *ids) if one in text], (who, route)
    assert house.belongings() == before


def test_a_key_cannot_act_for_the_learner_of_another(house: House) -> None:
    before = house.belongings()
    headers = {**house.other_key, "X-Owner": house.things["owner_id"]}
    for route in ROUTES:
        answer = house.ask(route, headers)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "owner_not_found"), route
    assert house.belongings() == before


def test_a_token_of_one_session_opens_nothing_else(house: House) -> None:
    before = house.belongings()
    headers = house.tenants.token(
        house.key, house.things["owner_id"], session_id=house.another_session
    )
    for route in ROUTES:
        if route.operation == "model":  # it is nobody's
            continue
        answer = house.ask(route, headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "out_of_scope"), route
    assert house.belongings() == before


def test_a_token_names_no_other_owner(house: House) -> None:
    headers = house.tenants.token(house.key, house.things["owner_id"])
    other = house.tenants.new_owner(house.key)
    for route in ROUTES:
        assert house.ask(route, {**headers, "X-Owner": other}).status_code == 403, route


@pytest.mark.parametrize("means", ["key", "token", "token of the session"])
def test_the_learner_is_let_in_everywhere(fresh: House, means: str) -> None:
    # Without this the refusals above might have other reasons.
    headers, owner = fresh.own, fresh.things["owner_id"]
    if means == "token":
        headers = fresh.tenants.token(fresh.key, owner)
    elif means == "token of the session":
        headers = fresh.tenants.token(fresh.key, owner, session_id=fresh.things["session_id"])
    for route in ROUTES:
        if means != "key" and route.operation in OF_KEYS:
            continue
        if means == "token of the session" and "{session_id}" not in route.path:
            continue
        answer = fresh.ask(route, headers)
        assert answer.status_code not in (401, 403, 404, 500), route
        if route.operation not in ("followSession", "followJob"):
            assert HERE not in answer.get_data(as_text=True), route
