"""Review cards: what is due, answers, cards of one's own, files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal, cast

from fer_client import types
from fer_client.transport import Transport


class Cards:
    """The learner's cards. Get them as `Client.cards`.

    Examples:
        >>> with Client("http://127.0.0.1:8000") as client:
        ...     client.cards.add("Capital of Peru?", "Lima")
        ...     for card in client.cards.due("Europe/Berlin")["cards"]:
        ...         client.cards.answer(card["card_id"], 3)
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def due(self, time_zone: str | None = None, limit: int = 20) -> types.Review:
        """Return what is due today, in the order to ask it.

        Args:
            time_zone: The learner's, such as "Europe/Berlin"; None: that of the server's machine.
            limit: At most so many cards.
        """
        query = {"limit": str(limit)} | ({} if time_zone is None else {"time_zone": time_zone})
        return cast(types.Review, self._get("/review", query))

    def answer(
        self,
        card_id: str,
        rating: Literal[1, 2, 3, 4],
        *,
        time_zone: str | None = None,
        review_id: str | None = None,
    ) -> types.Card:
        """Say how the answer came; return the card with its next day. It counts once.

        Args:
            card_id: The card.
            rating: 1 did not come back, 2 with effort, 3 came back, 4 at once.
            time_zone: The learner's.
            review_id: A name for the answer, to send it again in another run of the program.
        """
        body = {
            "rating": rating,
            "review_id": review_id or uuid.uuid4().hex,
            "time_zone": time_zone,
        }
        return cast(types.Card, self._send("POST", f"/cards/{card_id}/answers", json=body))

    def undo(self, card_id: str) -> types.Card:
        """Take the last answer to a card back."""
        # Sent twice it would take two back.
        answer = self._transport.json("POST", f"/api/v1/cards/{card_id}/undo", safe_to_repeat=False)
        return cast(types.Card, answer)

    def add(self, front: str, back: str, **more: Any) -> types.Card:
        """Add a card of the learner's own; the same words again are the same card.

        Args:
            front: What is asked.
            back: The answer.
            more: Further fields of `CardIn`, such as `choices` or `session_id`.
        """
        return self.add_all([cast(types.CardIn, {"front": front, "back": back, **more})])[0]

    def add_all(self, cards: Sequence[types.CardIn]) -> list[types.Card]:
        """Add several cards; return them as they are kept."""
        added = self._send("POST", "/cards", json={"cards": list(cards)})
        return cast(types.CardsAdded, added)["cards"]

    def all(self, text_id: str | None = None, page_size: int = 50) -> Iterator[types.Card]:
        """Yield every card, the latest first."""
        cursor: str | None = None
        while True:
            query = {"limit": str(page_size)}
            query |= {} if cursor is None else {"cursor": cursor}
            query |= {} if text_id is None else {"text_id": text_id}
            page = cast(types.CardPage, self._get("/cards", query))
            yield from page["cards"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def get(self, card_id: str) -> types.Card:
        """Return one card."""
        return cast(types.Card, self._get(f"/cards/{card_id}", {}))

    def edit(
        self, card_id: str, *, front: str | None = None, back: str | None = None
    ) -> types.Card:
        """Give a card other words; what is None stays."""
        body = {"front": front, "back": back}
        return cast(types.Card, self._send("PATCH", f"/cards/{card_id}", json=body))

    def drop(self, card_id: str) -> None:
        """Drop a card."""
        self._transport.json("DELETE", f"/api/v1/cards/{card_id}", safe_to_repeat=True)

    def after_a_week(self) -> types.Recall:
        """Return what came back a week or more after reading."""
        return cast(types.Recall, self._get("/recall", {}))

    def export(self, form: Literal["csv", "anki"] = "csv") -> bytes:
        """Return all cards as a file."""
        return self._transport.send(
            "GET", "/api/v1/deck", safe_to_repeat=True, params={"format": form}
        ).content

    def bring_in(self, file: bytes, form: Literal["csv", "anki"] = "csv") -> types.DeckImported:
        """Bring the cards of a file in; all of it, or nothing."""
        kind = "text/csv" if form == "csv" else "text/plain"
        answer = self._send(
            "POST", "/deck", content=file, params={"format": form}, headers={"Content-Type": kind}
        )
        return cast(types.DeckImported, answer)

    def _get(self, name: str, query: dict[str, str]) -> Any:
        return self._transport.json("GET", f"/api/v1{name}", safe_to_repeat=True, params=query)

    def _send(self, method: str, name: str, **arguments: Any) -> Any:
        return self._transport.json(method, f"/api/v1{name}", safe_to_repeat=True, **arguments)
