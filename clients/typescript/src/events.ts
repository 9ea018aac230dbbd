/**
 * Server-sent events by fetch: EventSource cannot send a key.
 *
 * A line that breaks or falls silent is taken up again after the last event that was received; busy
 * (503) and limited (429) answers are waited out as Retry-After says.
 */

import { ApiProblem } from "./errors.js";
import { BROKEN_OFF, COME_BACK, LONGEST_WAIT_MS, pause, type Transport } from "./transport.js";
import type { Probe, Snapshot, Suggestion } from "./types.js";

export type SessionEvent =
  | { kind: "snapshot"; data: Snapshot; id: string | null }
  | { kind: "break"; data: Suggestion; id: string | null }
  | { kind: "probe"; data: Probe; id: string | null }
  | { kind: "state"; data: { at: string; state: Snapshot["state"] }; id: string | null };

/** First wait before the line is taken up again; it doubles while that fails. */
const RECONNECT_AFTER_MS = 250;
const LONGEST_RECONNECT_MS = 4000;
/** The server sends something at least every ten seconds. */
const SILENCE_MS = 25_000;

export async function* followEvents(
  transport: Transport,
  path: string,
  signal?: AbortSignal,
  after?: string,
): AsyncGenerator<SessionEvent> {
  let last = after;
  let again = RECONNECT_AFTER_MS;
  while (!signal?.aborted) {
    const line = new AbortController();
    const hangUp = () => line.abort(signal?.reason);
    signal?.addEventListener("abort", hangUp, { once: true });
    let wait = again;
    again = Math.min(2 * again, LONGEST_RECONNECT_MS);
    try {
      const response = await transport.send("GET", path, {
        headers: {
          Accept: "text/event-stream",
          ...(last === undefined ? {} : { "Last-Event-ID": last }),
        },
        signal: line.signal,
        once: true, // refusals are waited out below, for as long as the session lasts
      });
      if (response.status === 204 || response.body === null) return;
      for await (const event of parseEvents(response.body, () => line.abort())) {
        last = event.id ?? last;
        wait = RECONNECT_AFTER_MS;
        again = 2 * RECONNECT_AFTER_MS;
        yield event;
        if (event.kind === "snapshot" && event.data.state === "finished") return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      const gone = error instanceof ApiProblem && error.code === "session_not_found";
      if (gone && last !== undefined) return; // finished or erased meanwhile
      if (error instanceof ApiProblem) {
        if (!COME_BACK.has(error.status) && !BROKEN_OFF.has(error.status)) throw error;
        wait = Math.max(wait, Math.min(error.retryAfterMs ?? 0, LONGEST_WAIT_MS));
      }
    } finally {
      signal?.removeEventListener("abort", hangUp);
      line.abort();
    }
    await pause(wait, signal).catch(() => undefined);
  }
}

/** Read a stream of server-sent events, as the HTML standard says. */
export async function* parseEvents(
  body: ReadableStream<Uint8Array>,
  onSilence: () => void,
): AsyncGenerator<SessionEvent> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  let buffer = "";
  let fields: Record<string, string> = {};
  for (;;) {
    const timer = setTimeout(onSilence, SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const lines = (buffer + value).split("\n");
    buffer = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.replace(/\r$/, "");
      if (line !== "") {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon);
        fields[name] = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      } else {
        if (fields["data"] !== undefined) {
          yield {
            kind: fields["event"],
            data: JSON.parse(fields["data"]) as unknown,
            id: fields["id"] ?? null,
          } as SessionEvent;
        }
        fields = {};
      }
    }
  }
}
