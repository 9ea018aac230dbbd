"""Review cards over HTTP: Stasis fetches what is due, answers once, and adds its own."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_core.recall.cards import GAP
from fer_core.texts.opening import open_pasted
from tests.api.conftest import MakeApp
from tests.api.learner import START, Learner
from tests.recall.make_sample import TEXTS

DAY_S = 86_400.0
CARDS, REVIEW, DECK, RECALL = "/api/v1/cards", "/api/v1/review", "/api/v1/deck", "/api/v1/recall"
LIMA = {"front": "Capital of Peru?", "back": "Lima"}
HEART = [
    {"passage_id": passage.passage_id, "text": passage.text}
    for passage in open_pasted(
        (TEXTS / "own_heart.md").read_text(encoding="utf-8"), "The heart"
    ).passages
]


def add(client: FlaskClient, *cards: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(CARDS, json={"cards": list(cards)})
    assert answer.status_code == 201, answer.get_json()
    kept: list[dict[str, Any]] = answer.get_json()["cards"]
    return kept


def test_an_own_card_is_due_answered_and_gone_for_days(learner: Learner) -> None:
    client = learner.client
    (card,) = add(client, LIMA)
    due = client.get(REVIEW).get_json()
    assert [one["card_id"] for one in due["cards"]] == [card["card_id"]]
    assert due["due_today"] == 1
    answer = client.post(f"{CARDS}/{card['card_id']}/answers", json={"rating": 4})
    assert answer.get_json()["stage"] == "review"
    after = client.get(REVIEW).get_json()
    assert (after["cards"], after["due_today"]) == ([], 0)
    assert after["next_due_at"] == answer.get_json()["due_at"]


def test_an_answer_sent_again_counts_once(learner: Learner) -> None:
    client = learner.client
    (card,) = add(client, LIMA)
    address = f"{CARDS}/{card['card_id']}/answers"
    given = {"rating": 3, "review_id": "r1"}
    first = client.post(address, json=given).get_json()
    learner.clock.now += 60
    assert client.post(address, json=given).get_json() == first
    other = client.post(address, json={"rating": 1, "review_id": "r1"})
    assert (other.status_code, other.get_json()["code"]) == (409, "review_conflict")
    undone = client.post(f"{CARDS}/{card['card_id']}/undo")
    assert undone.get_json() == card
    again = client.post(f"{CARDS}/{card['card_id']}/undo")
    assert (again.status_code, again.get_json()["code"]) == (409, "nothing_to_undo")


def test_the_same_words_are_the_same_card(client: FlaskClient) -> None:
    (card,) = add(client, LIMA)
    again = client.post(CARDS, json={"cards": [LIMA, LIMA]}).get_json()
    assert again["added"] == 0
    assert again["cards"] == [card, card]


def test_today_is_that_of_the_learners_time_zone(learner: Learner) -> None:
    client = learner.client
    (card,) = add(client, LIMA)
    # START is 08:00 in UTC on 15 January 2027: 17:00 in Tokyo.
    given = {"rating": 4, "time_zone": "Asia/Tokyo"}
    due = client.post(f"{CARDS}/{card['card_id']}/answers", json=given).get_json()["due_at"]
    assert due == "2027-01-22T15:00:00.000Z"  # midnight in Tokyo, eight days on
    learner.clock.now = START + 7 * DAY_S + 8 * 3600  # 16:00 in UTC, tomorrow in Tokyo
    zones = ("Asia/Tokyo", "Europe/Berlin")
    assert [
        client.get(REVIEW, query_string={"time_zone": zone}).get_json()["due_today"]
        for zone in zones
    ] == [1, 1]
    learner.clock.now -= 3600 * 2
    assert client.get(REVIEW, query_string={"time_zone": zones[0]}).get_json()["due_today"] == 0
    wrong = client.get(REVIEW, query_string={"time_zone": "Mars/Base"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "time_zone_unknown")


def test_cards_are_listed_page_by_page_edited_and_dropped(learner: Learner) -> None:
    client = learner.client
    add(client, *({"front": f"Question {number}?", "back": "x"} for number in range(5)))
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get(CARDS, query_string=query).get_json()
        seen += [card["card_id"] for card in page["cards"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    address = f"{CARDS}/{seen[0]}"
    assert client.patch(address, json={"back": "y"}).get_json()["back"] == "y"
    assert client.get(address).get_json()["back"] == "y"
    assert client.delete(address).status_code == 204
    for answer in (
        client.get(address),
        client.patch(address, json={"back": "z"}),
        client.delete(address),
        client.post(f"{address}/answers", json={"rating": 3}),
        client.post(f"{address}/undo"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (404, "card_not_found")


@pytest.mark.parametrize(
    ("card", "status"),
    [
        ({"front": " ", "back": "x"}, 400),
        ({"front": "x"}, 400),
        ({"front": "x", "back": "y", "kind": "poem"}, 400),
        ({"front": "no gap", "back": "y", "kind": "cloze"}, 422),
        ({"front": "x", "back": "y", "choices": ["a", "b"]}, 422),
        ({"front": "x\0", "back": "y"}, 422),
        ({"front": "x", "back": "y", "passage_id": "p1"}, 400),
        ({"front": "x", "back": "y", "session_id": "nowhere"}, 404),
    ],
)
def test_words_that_make_no_card_are_refused_and_nothing_is_added(
    client: FlaskClient, card: dict[str, Any], status: int
) -> None:
    assert client.post(CARDS, json={"cards": [LIMA, card]}).status_code == status
    assert client.get(CARDS).get_json()["cards"] == []


@pytest.mark.parametrize(
    "given",
    [{"rating": 0}, {"rating": 5}, {"rating": True}, {"rating": "3"}, {}, {"rating": 2.5}],
)
def test_a_rating_is_a_number_from_1_to_4(client: FlaskClient, given: dict[str, Any]) -> None:
    (card,) = add(client, LIMA)
    assert client.post(f"{CARDS}/{card['card_id']}/answers", json=given).status_code == 400


def test_an_answer_from_the_future_is_refused(learner: Learner) -> None:
    (card,) = add(learner.client, LIMA)
    given = {"rating": 3, "answered_at": "2099-01-01T00:00:00Z"}
    answer = learner.client.post(f"{CARDS}/{card['card_id']}/answers", json=given)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/answered_at"


def test_cards_are_made_of_a_text_and_teach_the_estimates(learner: Learner) -> None:
    client = learner.client
    learner.start(retention="keep", text={"title": "The heart", "passages": HEART})
    learner.clock.now += 60
    learner.see("p2", 0, 30)
    learner.post("/answers", [{"passage_id": "p2", "value": 1}])
    made = learner.post("/cards", {}).get_json()
    assert made["added"] == len(made["cards"]) > 0
    assert {card["passage_id"] for card in made["cards"]} == {"p2"}
    cloze = next(card for card in made["cards"] if card["kind"] == "cloze")
    assert GAP in cloze["front"]
    assert cloze["back"] in cloze["choices"]
    assert learner.post("/cards", {}).get_json()["added"] == 0
    named = learner.post("/cards", {"passage_ids": ["p1", "nowhere"], "kinds": ["recall"]})
    assert [card["kind"] for card in named.get_json()["cards"]] == ["recall"]
    (own,) = add(client, {**LIMA, "session_id": learner.session_id, "passage_id": "p1"})
    assert own["passage"] == HEART[0]["text"]

    learner.clock.now = START + 8 * DAY_S
    client.post(f"{CARDS}/{cloze['card_id']}/answers", json={"rating": 3})
    client.post(f"{CARDS}/{own['card_id']}/answers", json={"rating": 1})
    result = client.get(RECALL).get_json()
    assert (result["asked"], result["recalled"], result["share"]) == (2, 1, 0.5)
    assert result["answers"][0]["delay_s"] > 7 * DAY_S
    registry = client.application.extensions["fer"].sessions
    targets = [example.target for example in registry.history.store.learner.profile().examples]
    assert targets[-2:] in ([1.0, 0.0], [0.0, 1.0])


def test_a_session_without_retention_leaves_no_name_in_its_cards(learner: Learner) -> None:
    learner.start(text={"title": "The heart", "passages": HEART})
    made = learner.post("/cards", {"passage_ids": ["p1"]}).get_json()["cards"]
    assert {card["session_id"] for card in made} == {None}
    assert {card["text_title"] for card in made} == {"The heart"}


def test_the_deck_is_a_file_out_and_in(learner: Learner) -> None:
    client = learner.client
    add(client, LIMA, {"front": f"=1+1 is {GAP}", "back": "2", "kind": "cloze"})
    before = client.get(CARDS).get_json()
    for form, media_type in (("csv", "text/csv"), ("anki", "text/plain")):
        file = client.get(DECK, query_string={"format": form})
        assert file.mimetype == media_type
        assert b"\n=1+1" not in file.data
        back = client.post(f"{DECK}?format={form}", data=file.data, content_type=media_type)
        assert back.get_json() == {"added": 0, "known": 2, "left_out": 0}
    client.delete("/api/v1/sessions")
    assert client.get(CARDS).get_json()["cards"] == []
    table = client.post(DECK, data=b"front,back\na,b\nc,", content_type="text/csv")
    assert (table.status_code, table.get_json()["code"]) == (422, "card_file_invalid")
    assert "Row 3" in table.get_json()["detail"]
    assert client.get(CARDS).get_json() == {**before, "cards": []}
    assert client.post(DECK, json=[]).status_code == 415


def test_cards_outlive_the_server(make_app: MakeApp) -> None:
    (card,) = add(make_app().test_client(), LIMA)
    assert make_app().test_client().get(f"{CARDS}/{card['card_id']}").get_json() == card
