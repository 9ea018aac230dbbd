/** What can go wrong: a problem that the API describes. No answer at all is fetch's TypeError. */

import type { Problem } from "./types.js";

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    /** The stable identifier of the error; look at this one. */
    readonly code: string,
    /** What happened and what to do, for people. */
    readonly detail: string,
    readonly errors: Problem["errors"],
    /** What finds the request in the server's log. */
    readonly requestId: string | null,
    /** When to come back; null where the API did not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(`${detail} (${code})`);
  }

  /** Read a problem; an answer that is none (from a proxy, say) becomes one. */
  static async of(response: Response): Promise<ApiProblem> {
    const body: unknown = await response.json().catch(() => null);
    const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    return new ApiProblem(
      response.status,
      problem.code ?? "unknown",
      problem.detail ?? response.statusText,
      problem.errors ?? [],
      response.headers.get("X-Request-Id"),
      Number.isFinite(seconds) ? seconds * 1000 : null,
    );
  }
}
