/** Review cards: what is due, answers, cards of one's own, files. */

import type { Transport } from "./transport.js";
import type { Card, CardIn, CardPage, CardsAdded, DeckImported, Recall, Review } from "./types.js";

export type Rating = 1 | 2 | 3 | 4;
export type DeckFormat = "csv" | "anki";

/** The time zone of this browser, such as Europe/Berlin: it says when today is over. */
export const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export class Cards {
  constructor(private readonly transport: Transport) {}

  /** What is due today, in the order to ask it. */
  due(options: { limit?: number; timeZone?: string } = {}): Promise<Review> {
    return this.transport.json("GET", "/api/v1/review", {
      query: {
        limit: options.limit?.toString(),
        time_zone: options.timeZone ?? ownTimeZone(),
      },
    });
  }

  /** Say how the answer came: 1 not at all, 2 with effort, 3 it came, 4 at once. It counts once. */
  answer(cardId: string, rating: Rating, reviewId: string = crypto.randomUUID()): Promise<Card> {
    return this.transport.json("POST", `${path(cardId)}/answers`, {
      json: { rating, review_id: reviewId, time_zone: ownTimeZone() },
    });
  }

  /** Take the last answer to a card back. */
  undo(cardId: string): Promise<Card> {
    return this.transport.json("POST", `${path(cardId)}/undo`, { once: true });
  }

  /** Add cards of the learner's own; the same words again are the same card. */
  add(...cards: CardIn[]): Promise<CardsAdded> {
    return this.transport.json("POST", "/api/v1/cards", { json: { cards } });
  }

  /** One page of all cards, the latest first. */
  list(cursor?: string): Promise<CardPage> {
    return this.transport.json("GET", "/api/v1/cards", { query: { cursor } });
  }

  get(cardId: string): Promise<Card> {
    return this.transport.json("GET", path(cardId));
  }

  /** Give a card other words; what is left out stays. */
  edit(cardId: string, words: { front?: string; back?: string }): Promise<Card> {
    return this.transport.json("PATCH", path(cardId), { json: words });
  }

  async drop(cardId: string): Promise<void> {
    await this.transport.send("DELETE", path(cardId));
  }

  /** What came back a week or more after reading. */
  afterAWeek(): Promise<Recall> {
    return this.transport.json("GET", "/api/v1/recall");
  }

  /** All cards as a file. */
  async export(format: DeckFormat = "csv"): Promise<Blob> {
    const response = await this.transport.send("GET", "/api/v1/deck", { query: { format } });
    return response.blob();
  }

  /** Bring the cards of a file in; all of it, or nothing. */
  bringIn(file: Blob | string, format: DeckFormat = "csv"): Promise<DeckImported> {
    return this.transport.json("POST", "/api/v1/deck", {
      query: { format },
      body: file,
      headers: { "Content-Type": format === "csv" ? "text/csv" : "text/plain" },
    });
  }
}

function path(cardId: string): string {
  return `/api/v1/cards/${encodeURIComponent(cardId)}`;
}
