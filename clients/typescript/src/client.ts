/** The client: pictures, the model, and the way to sessions. */

import { Cards } from "./cards.js";
import { Session } from "./session.js";
import { Transport, type Options } from "./transport.js";
import type { Analysis, Model, SessionDetail, SessionPage, SessionRequest } from "./types.js";

export class Client {
  private readonly transport: Transport;
  /** The learner's review cards. */
  readonly cards: Cards;

  constructor(options: Options) {
    this.transport = new Transport(options);
    this.cards = new Cards(this.transport);
  }

  /** What answers: classes, version, figures, licence. */
  model(): Promise<Model> {
    return this.transport.json("GET", "/api/v1/model");
  }

  /** Find every face in one or more pictures; a bad one of several carries its own problem. */
  analyse(
    pictures: Blob | Blob[],
    options: { mode?: "photo" | "frame"; signal?: AbortSignal } = {},
  ): Promise<Analysis> {
    const form = new FormData();
    for (const picture of Array.isArray(pictures) ? pictures : [pictures]) {
      form.append("file", picture, "picture");
    }
    return this.transport.json("POST", "/api/v1/analyses", {
      body: form,
      query: { mode: options.mode },
      signal: options.signal,
    });
  }

  /** Start a study session. Ask the learner first: without consent the API refuses. */
  async startSession(request: SessionRequest): Promise<Session> {
    const details = await this.transport.json<SessionDetail>("POST", "/api/v1/sessions", {
      json: request,
      // A repeated request gives the same session.
      headers: { "Idempotency-Key": crypto.randomUUID() },
    });
    return new Session(this.transport, details.session_id);
  }

  /** A session that was started before. */
  session(sessionId: string): Session {
    return new Session(this.transport, sessionId);
  }

  /** One page of all sessions, newest first. */
  sessions(cursor?: string): Promise<SessionPage> {
    return this.transport.json("GET", "/api/v1/sessions", { query: { cursor } });
  }
}
