/** The learners of an installation and their session tokens. For your own server: it has the key. */

import type { Transport } from "./transport.js";
import type { Owner, OwnerPage, SessionToken } from "./types.js";

const PATH = "/api/v1/owners";

export class Owners {
  constructor(private readonly transport: Transport) {}

  /** Make an owner; under the same reference it is the same one. */
  create(reference?: string): Promise<Owner> {
    return this.transport.json("POST", PATH, {
      json: { reference: reference ?? null },
      once: reference === undefined, // without a reference each request makes another one
    });
  }

  get(ownerId: string): Promise<Owner> {
    return this.transport.json("GET", this.path(ownerId));
  }

  /** One page of the owners that this key has made, newest first. */
  list(cursor?: string): Promise<OwnerPage> {
    return this.transport.json("GET", PATH, { query: { cursor } });
  }

  /** Erase an owner with all that is theirs. */
  async delete(ownerId: string): Promise<void> {
    await this.transport.send("DELETE", this.path(ownerId));
  }

  /**
   * Make a session token for the owner's browser.
   *
   * @param sessionId The only session that it opens; all of the owner's unless given.
   * @param expiresInS Half a minute to twelve hours; an hour unless given.
   */
  token(
    ownerId: string,
    options: { sessionId?: string; expiresInS?: number } = {},
  ): Promise<SessionToken> {
    const json = { session_id: options.sessionId ?? null, expires_in_s: options.expiresInS };
    return this.transport.json("POST", `${this.path(ownerId)}/tokens`, { json });
  }

  private path(ownerId: string): string {
    return `${PATH}/${encodeURIComponent(ownerId)}`;
  }
}
