import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Client } from "../src/client.js";
import { parseEvents, type SessionEvent } from "../src/events.js";
import { jsonResponse, problemResponse, Scripted, streamOf } from "./server.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function read(...pieces: string[]): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of parseEvents(streamOf(...pieces), () => undefined)) events.push(event);
  return events;
}

describe("a stream of events", () => {
  it("is read line by line, however it is cut", async () => {
    const text =
      'id: 7\nevent: state\ndata: {"at": "now", "state": "paused"}\n\n' +
      ': still here\n\nevent: state\r\ndata:{"at": "e", "state": "active"}\r\n\r\n';
    const expected = [
      { kind: "state", data: { at: "now", state: "paused" }, id: "7" },
      { kind: "state", data: { at: "e", state: "active" }, id: null },
    ];
    expect(await read(text)).toEqual(expected);
    expect(await read(...text.split(""))).toEqual(expected);
  });

  it("gives nothing for an event that did not end", async () => {
    expect(await read("event: state\ndata: {}\n")).toEqual([]);
  });

  it("tells when it has been silent for longer than the server ever is", async () => {
    const onSilence = vi.fn();
    const endless = new ReadableStream<Uint8Array>();
    const reading = parseEvents(endless, onSilence).next();
    await vi.advanceTimersByTimeAsync(24_000);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(onSilence).toHaveBeenCalledOnce();
    void reading;
  });
});

/** Follow a session's events to their end; tell how long was waited between the requests. */
async function follow(server: Scripted, signal?: AbortSignal) {
  const session = new Client({ baseUrl: "http://api", fetch: server.fetch }).session("s");
  const events: SessionEvent[] = [];
  let thrown: unknown = null;
  const following = (async () => {
    for await (const event of session.events(signal)) events.push(event);
  })().catch((error: unknown) => (thrown = error));
  const state = { done: false };
  void following.finally(() => (state.done = true));
  while (!state.done) await vi.advanceTimersByTimeAsync(500);
  const waits = server.times.slice(1).map((time, index) => time - (server.times[index] ?? 0));
  return { events, thrown, waits };
}

describe("following a session", () => {
  it.each([429, 503])("waits as told after a %d, for as long as it takes", async (status) => {
    const refusals = Array.from({ length: 20 }, () => problemResponse(status, "busy", 7));
    const { waits, thrown } = await follow(new Scripted(...refusals, jsonResponse(204)));
    expect(waits).toEqual(Array(20).fill(7000));
    expect(thrown).toBeNull();
  });

  it("does not wait for hours on the server's word", async () => {
    const { waits } = await follow(
      new Scripted(problemResponse(429, "busy", 86_400), jsonResponse(204)),
    );
    expect(waits).toEqual([60_000]);
  });

  it("does not ask a hurried server without a rest", async () => {
    const { waits } = await follow(
      new Scripted(
        problemResponse(503, "busy", 0),
        problemResponse(503, "busy"),
        jsonResponse(204),
      ),
    );
    expect(waits).toEqual([250, 500]);
  });

  it("raises another refusal", async () => {
    const { thrown, waits } = await follow(new Scripted(problemResponse(401, "key_unknown")));
    expect(thrown).toMatchObject({ status: 401, code: "key_unknown" });
    expect(waits).toEqual([]);
  });

  it("takes a broken line up again after the last event that it received", async () => {
    const state = 'id: 4\nevent: state\ndata: {"state": "active"}\n\n';
    const server = new Scripted(
      () => new Response(streamOf(state)),
      () => new TypeError("no network"),
      jsonResponse(204),
    );
    const { events, thrown } = await follow(server);
    expect(events).toHaveLength(1);
    expect(thrown).toBeNull();
    expect(server.requests.map(({ headers }) => headers.get("Last-Event-ID"))).toEqual([
      null,
      "4",
      "4",
    ]);
  });

  it("ends with the finished session's snapshot", async () => {
    const snapshot = 'event: snapshot\ndata: {"state": "finished"}\n\n';
    const server = new Scripted(() => new Response(streamOf(snapshot, snapshot)));
    expect((await follow(server)).events).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  it("ends where a session that was followed has been erased, and says so of an unknown one", async () => {
    const state = 'id: 4\nevent: state\ndata: {"state": "active"}\n\n';
    const gone = problemResponse(404, "session_not_found");
    const followed = await follow(new Scripted(() => new Response(streamOf(state)), gone));
    expect(followed.thrown).toBeNull();
    expect((await follow(new Scripted(gone))).thrown).toMatchObject({ status: 404 });
  });

  it("ends with its signal, quietly", async () => {
    const end = new AbortController();
    const server = new Scripted(() => {
      end.abort();
      return new DOMException("aborted", "AbortError");
    });
    expect(await follow(server, end.signal)).toEqual({ events: [], thrown: null, waits: [] });
  });
});
