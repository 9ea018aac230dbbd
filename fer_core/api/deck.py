"""All cards as a file, out and in."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.cards import deck as cards_of_history
from fer_core.api.documentation import SECURITY, answers
from fer_core.api.problems import UnsupportedMediaType
from fer_core.api.schemas.cards import DeckImported, DeckQuery
from fer_core.api.services import json_response, services
from fer_core.recall.anki import from_anki, to_anki
from fer_core.recall.exchange import from_csv, to_csv
from fer_core.spreadsheet import ENCODING

deck = APIBlueprint(
    "deck",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Cards", description="What was hard comes back: review cards by FSRS")],
    abp_security=SECURITY,
)

_TEXT = {"schema": {"type": "string"}}
_FILE = {
    "description": "All cards, the oldest first",
    "content": {"text/csv": _TEXT, "text/plain": _TEXT},
}


@deck.get("/deck", operation_id="exportDeck", responses=answers({200: _FILE}, 503))
def export_deck(query: DeckQuery) -> Response:
    """Take all cards along: as a table, or for Anki

    The table keeps when each card is due, and comes back as it went. Words that a spreadsheet would
    run are made harmless.
    """
    found = cards_of_history().all(owner=caller().owner)[::-1]
    if query.format == "anki":
        return _file(to_anki(found).encode(), "text/plain", "txt")
    return _file(to_csv(found).encode(ENCODING), "text/csv", "csv")


def _file(body: bytes, media_type: str, ending: str) -> Response:
    return Response(
        body,
        content_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="cards.{ending}"'},
    )


@deck.post(
    "/deck",
    operation_id="importDeck",
    responses=answers({200: DeckImported}, 413, 415, 422, 503),
    openapi_extensions={
        "requestBody": {
            "required": True,
            "description": "A table with the columns front and back, or Anki's text.",
            "content": {"text/csv": _TEXT, "text/plain": _TEXT},
        }
    },
)
def import_deck(query: DeckQuery) -> Response:
    """Bring cards in; all of a file, or nothing

    A card that is here already stays as it is. The detail of a problem names the row.
    """
    if request.mimetype not in {"text/csv", "text/plain"}:
        raise UnsupportedMediaType("Send the file as text/csv or text/plain.")
    read = from_anki if query.format == "anki" else from_csv
    imported = read(request.get_data(cache=False), services().clock())
    services().quotas.rows(caller())
    added = cards_of_history().add(imported.cards, owner=caller().owner)
    return json_response(
        DeckImported(added=added, known=len(imported.cards) - added, left_out=imported.left_out)
    )
