/** One request: sent, sent again where that is safe, and answered with JSON or a problem. */

import { ApiProblem } from "./errors.js";

/**
 * An API key or a session token; or what fetches a token from your own server, such as
 * `() => fetch("/token").then((answer) => answer.text())`: it is asked for one at the first request,
 * and for another one when that has ended.
 */
export type Key = string | (() => string | Promise<string>);

export interface Options {
  /** Such as http://127.0.0.1:8000. */
  baseUrl: string;
  /** Not needed on the API's own machine. A page of a web app gets a session token, never the key. */
  key?: Key;
  /** The owner that a key acts for; one of its own unless given. */
  owner?: string;
  /** How often a request is sent again when the API is busy or a line breaks; 8 unless set. */
  retries?: number;
  /** Stands in for the browser's own. */
  fetch?: typeof fetch;
}

export interface Sending {
  query?: Record<string, string | undefined>;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Sent once only, whatever comes: live frames, and what must not happen twice. */
  once?: boolean;
}

/** Statuses after which the same request may succeed shortly: it was not looked at. */
export const COME_BACK: ReadonlySet<number> = new Set([429, 503]);
/** What a proxy says whose server broke off: it may have been looked at. */
export const BROKEN_OFF: ReadonlySet<number> = new Set([502, 504]);
/** First wait without a word from the server. Of several behind one address another one is there. */
const FIRST_WAIT_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** How often a server is called that has never answered: it may not run at all. */
const FIRST_CALLS = 4;
/** Longest wait that is taken on the server's word. */
export const LONGEST_WAIT_MS = 60_000;

export class Transport {
  readonly baseUrl: string;
  private readonly key: Key | undefined;
  private readonly headers: Record<string, string>;
  private held: Promise<string> | undefined;
  private readonly retries: number;
  private hasAnswered = false;
  private readonly fetch: typeof fetch;

  constructor(options: Options) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, "");
    this.key = options.key;
    this.headers = options.owner ? { "X-Owner": options.owner } : {};
    this.retries = options.retries ?? 8;
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /**
   * Send a request and return its answer.
   *
   * Busy (503) and limited (429) answers are waited out as Retry-After says. After a broken line,
   * or a proxy's word that one broke (502, 504), the request is sent again. Where a session token
   * has ended, another one is fetched, once, and the request is sent again.
   *
   * @throws ApiProblem if the API refuses, TypeError if no answer comes.
   */
  async send(method: string, path: string, sending: Sending = {}): Promise<Response> {
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(sending.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const headers: Record<string, string> = { ...this.headers, ...sending.headers };
    const init: RequestInit = { method, headers, credentials: "omit" };
    if (sending.signal) init.signal = sending.signal;
    if (sending.json !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(sending.json);
    } else if (sending.body !== undefined) {
      init.body = sending.body;
    }
    const attempts = sending.once ? 1 : this.retries + 1;
    let wait = FIRST_WAIT_MS;
    let renewed = false;
    let mayBeDone = false;
    for (let attempt = 1; ; attempt += 1) {
      const key = this.presented();
      if (key !== undefined) headers["Authorization"] = `Bearer ${await key}`;
      const response = await this.fetch(url, init).catch((error: unknown) => {
        const isSilent = attempt >= FIRST_CALLS && !this.hasAnswered;
        if (attempt >= attempts || isSilent || sending.signal?.aborted) throw error;
        return null;
      });
      if (response === null) {
        mayBeDone = true;
        await pause(wait, sending.signal);
        wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
        continue;
      }
      this.hasAnswered = true;
      if (response.ok) return response;
      // The first one took it away; only its answer was lost.
      if (mayBeDone && method === "DELETE" && response.status === 404) return response;
      const problem = await ApiProblem.of(response);
      if (problem.code === "token_expired" && typeof this.key === "function" && !renewed) {
        // Of several requests that hear so at once, the first one asks for another token.
        if (this.held === key) this.held = undefined;
        renewed = true;
        attempt -= 1; // it was no try: the request was not looked at
        continue;
      }
      const brokeOff = BROKEN_OFF.has(response.status);
      mayBeDone ||= brokeOff;
      if (attempt >= attempts || !(brokeOff || COME_BACK.has(response.status))) throw problem;
      const told = Math.min(problem.retryAfterMs ?? 0, LONGEST_WAIT_MS);
      await pause(Math.max(told, wait), sending.signal);
      wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
    }
  }

  /** The key or token to send; one that is fetched is kept until it has ended. */
  private presented(): Promise<string> | undefined {
    if (typeof this.key !== "function") return this.key ? Promise.resolve(this.key) : undefined;
    if (this.held === undefined) {
      const fetching = Promise.resolve(this.key());
      fetching.catch(() => {
        if (this.held === fetching) this.held = undefined; // the next request asks again
      });
      this.held = fetching;
    }
    return this.held;
  }

  /** Send a request and return the JSON of its answer; null for 204. */
  async json<T>(method: string, path: string, sending: Sending = {}): Promise<T> {
    const response = await this.send(method, path, sending);
    return (response.ok && response.status !== 204 ? await response.json() : null) as T;
  }
}

/** Wait; an abort ends the wait with the signal's reason. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
