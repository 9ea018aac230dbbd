"""Review cards as resources: due, list, add, make of a text, answer, edit, drop."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.days import learner_zone
from fer_core.api.documentation import READ, SECURITY, answers, ref
from fer_core.api.pagination import decode_cursor, encode_cursor
from fer_core.api.schemas.cards import (
    CardAnswer,
    CardEdit,
    CardIn,
    CardOut,
    CardPage,
    CardPath,
    CardsAdded,
    CardsIn,
    CardsQuery,
    MakeCards,
    RecallOut,
    ReturnedOut,
    ReviewOut,
    ReviewQuery,
)
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.services import json_response, refuse_future, services, session_of
from fer_core.errors import StorageError
from fer_core.live.card_making import make_session_cards, source_of
from fer_core.recall.cards import Card, CardKind, Rating, Source
from fer_core.recall.making import own_card
from fer_core.storage.cards import CardStore

cards = APIBlueprint(
    "cards",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Cards", description="What was hard comes back: review cards by FSRS")],
    abp_security=SECURITY,
)

_BY_ID = {"card_id": "$response.body#/cards/0/card_id"}
_ADDED: dict[str, Any] = {
    "description": "The cards, in the order sent",
    "content": {"application/json": {"schema": ref(CardsAdded)}},
    "links": {
        name[0].upper() + name[1:]: {"operationId": name, "parameters": _BY_ID}
        for name in ("getCard", "answerCard", "editCard", "undoAnswer", "dropCard")
    },
}


def deck() -> CardStore:
    """Return the cards of the history.

    Raises:
        StorageError: There is no history that can be used now.
    """
    store = services().sessions.history.store_to_read()
    if store is None:
        raise StorageError("Cards are kept in the history, and this server runs without one.")
    return store.cards


def card_of(card: Card) -> CardOut:
    """Return a card as the API shows it."""
    source, schedule = card.source, card.schedule
    return CardOut(
        card_id=card.card_id,
        kind=card.kind.value,
        front=card.front,
        back=card.back,
        choices=list(card.choices),
        terms=list(card.terms),
        created_at=card.created_at,
        due_at=schedule.due_at,
        stage=schedule.stage.value,
        last_answered_at=schedule.last_at,
        session_id=source.session_id or None,
        text_id=source.text_id or None,
        text_title=source.text_title,
        passage_id=source.passage_id or None,
        passage=source.passage,
    )


@cards.get("/review", operation_id="dueCards", responses=answers({200: ReviewOut}, 422, 503))
def due_cards(query: ReviewQuery) -> Response:
    """Show what is due today, in the order to ask it

    A day begins and ends in the learner's time zone. Show the front, let the learner answer, show
    the back, and send how it came to `POST /cards/{card_id}/answers`.
    """
    queue = deck().due(learner_zone(query.time_zone), owner=caller().owner)
    later = [card.schedule.due_at for card in queue.later]
    following = [*later, *([] if queue.next_at is None else [queue.next_at])]
    return json_response(
        ReviewOut(
            cards=[card_of(card) for card in queue.ready[: query.limit]],
            due_today=queue.due_today,
            next_due_at=min(following, default=None),
        )
    )


@cards.get("/cards", operation_id="listCards", responses=answers({200: CardPage}, 503))
def list_cards(query: CardsQuery) -> Response:
    """List cards, the latest first, page by page"""
    found = deck().all(owner=caller().owner, text_id=query.text_id)
    if query.cursor is not None:
        after = decode_cursor(query.cursor)
        found = [card for card in found if (-card.created_at, card.card_id) > after]
    page = found[: query.limit]
    more = len(found) > query.limit
    return json_response(
        CardPage(
            cards=[card_of(card) for card in page],
            next_cursor=encode_cursor(-page[-1].created_at, page[-1].card_id) if more else None,
        )
    )


@cards.post(
    "/cards",
    operation_id="addCards",
    responses=answers({201: _ADDED}, 404, 413, 415, 422, 503),
)
def add_cards(body: CardsIn) -> Response:
    """Add cards of the learner's own; due at once

    Sent again, the same words about the same passage are the same card: nothing is added twice.
    """
    added = [_own(card) for card in body.cards]
    return _added(added)


def _own(card: CardIn) -> Card:
    source = Source()
    if card.session_id is not None:
        running = services().sessions.get(card.session_id, caller().owner)
        source = source_of(running, card.passage_id or "")
    return own_card(
        card.front,
        card.back,
        services().clock(),
        source=source,
        choices=card.choices,
        kind=CardKind(card.kind),
    )


def _added(made: list[Card]) -> Response:
    store, owner = deck(), caller().owner
    services().quotas.rows(caller())
    new = store.add(made, owner=owner)
    # What was there already is answered as it is, with its schedule.
    named = store.named(made, owner=owner)
    kept = [card_of(store.get(card.card_id, owner=owner)) for card in named]
    return json_response(CardsAdded(cards=kept, added=new), 201)


@cards.post(
    "/sessions/<session_id>/cards",
    operation_id="makeCards",
    responses=answers({201: CardsAdded}, 404, 413, 415, 422, 503),
)
def make_cards(path: SessionPath, body: MakeCards) -> Response:
    """Make cards of a session's text: gaps, the text's own questions, free recall

    Of the passages named, or of those that were hard, skimmed or marked. The text has to be open
    here. With retention none make them before the session is finished: then it is forgotten. A
    card keeps the words of its passage. Making the same cards again adds nothing.
    """
    running = session_of(path)
    kinds = [CardKind(kind) for kind in body.kinds]
    return _added(make_session_cards(running, services().clock(), body.passage_ids, kinds))


@cards.get("/cards/<card_id>", operation_id="getCard", responses=answers({200: CardOut}, *READ))
def get_card(path: CardPath) -> Response:
    """Show a card"""
    return json_response(card_of(deck().get(path.card_id, owner=caller().owner)))


@cards.patch(
    "/cards/<card_id>",
    operation_id="editCard",
    responses=answers({200: CardOut}, *READ, 413, 415, 422),
)
def edit_card(path: CardPath, body: CardEdit) -> Response:
    """Give a card other words; when it is due stays as it is"""
    store, owner = deck(), caller().owner
    card = store.get(path.card_id, owner=owner)
    front = card.front if body.front is None else body.front
    back = card.back if body.back is None else body.back
    return json_response(card_of(store.edit(path.card_id, front, back, owner=owner)))


@cards.delete("/cards/<card_id>", operation_id="dropCard", responses=answers({204: None}, *READ))
def drop_card(path: CardPath) -> Response:
    """Drop a card; after 15 minutes it is erased with its answers"""
    deck().drop(path.card_id, owner=caller().owner)
    return Response(status=204)


@cards.post(
    "/cards/<card_id>/answers",
    operation_id="answerCard",
    responses=answers({200: CardOut}, 404, 409, 413, 415, 422, 503),
)
def answer_card(path: CardPath, body: CardAnswer) -> Response:
    """Say how the answer to a card came; answered with the card and its next day

    Under the same `review_id` an answer counts once. Every answer teaches the comprehension
    estimates with full weight.
    """
    if body.answered_at is not None:
        refuse_future(body.answered_at, "/answered_at")
    card = deck().answer(
        path.card_id,
        Rating(body.rating),
        learner_zone(body.time_zone),
        at=body.answered_at,
        review_id=body.review_id or "",
        owner=caller().owner,
    )
    return json_response(card_of(card))


@cards.post(
    "/cards/<card_id>/undo",
    operation_id="undoAnswer",
    responses=answers({200: CardOut}, 404, 409, 503),
)
def undo_answer(path: CardPath) -> Response:
    """Take the last answer to a card back"""
    return json_response(card_of(deck().undo_answer(path.card_id, owner=caller().owner)))


@cards.get("/recall", operation_id="getRecall", responses=answers({200: RecallOut}, 503))
def get_recall() -> Response:
    """Show what came back a week or more after its passage was read"""
    result = deck().after_a_week(owner=caller().owner)
    return json_response(
        RecallOut(
            asked=result.asked,
            recalled=result.recalled,
            share=result.share,
            low=result.low,
            high=result.high,
            sentence=result.sentence,
            answers=[
                ReturnedOut(
                    card_id=one.card.card_id,
                    front=one.card.front,
                    answered_at=one.review.at,
                    delay_s=one.review.delay_s,
                    recalled=one.recalled,
                )
                for one in result.answers
            ],
        )
    )
