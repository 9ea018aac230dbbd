import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Client } from "../src/client.js";
import { pause, Transport } from "../src/transport.js";
import { jsonResponse, problemResponse, Scripted } from "./server.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const transport = (server: Scripted, more: { key?: string; retries?: number } = {}) =>
  new Transport({ baseUrl: "http://api/", fetch: server.fetch, ...more });

/** Let all waiting pass at once. */
async function settled<T>(promise: Promise<T>): Promise<T | { thrown: unknown }> {
  const safe = promise.catch((thrown: unknown) => ({ thrown }));
  await vi.runAllTimersAsync();
  return safe;
}

describe("a request", () => {
  it("carries its query, its JSON and the key, and no cookies", async () => {
    const server = new Scripted(jsonResponse(200, { taken: 1 }));
    const sending = { query: { bucket: "1 s", since: undefined }, json: [1] };
    const answer = await transport(server, { key: "secret" }).json("POST", "/x", sending);
    expect(answer).toEqual({ taken: 1 });
    const [request] = server.requests;
    expect(request?.url).toBe("http://api/x?bucket=1+s");
    expect(request?.headers.get("Authorization")).toBe("Bearer secret");
    expect(request?.headers.get("Content-Type")).toBe("application/json");
    expect(request?.credentials).toBe("omit");
    expect(await request?.json()).toEqual([1]);
  });

  it("gives null where there is no content", async () => {
    expect(await transport(new Scripted(jsonResponse(204))).json("GET", "/probe")).toBeNull();
  });

  it("is sent again when the API is busy, after the time that it names", async () => {
    const server = new Scripted(problemResponse(503, "busy", 3), jsonResponse(200, 7));
    expect(await settled(transport(server).json("GET", "/x"))).toBe(7);
    expect((server.times[1] ?? 0) - (server.times[0] ?? 0)).toBe(3000);
  });

  it("waits longer from time to time where no time is named, then gives up", async () => {
    const server = new Scripted(problemResponse(503, "busy"));
    const outcome = await settled(transport(server, { retries: 3 }).json("GET", "/x"));
    expect(outcome).toMatchObject({ thrown: { status: 503, code: "busy" } });
    const waits = server.times.slice(1).map((time, index) => time - (server.times[index] ?? 0));
    expect(waits).toEqual([100, 200, 400]);
  });

  it("is sent once where it must not happen twice", async () => {
    const server = new Scripted(problemResponse(503, "busy", 1));
    await settled(transport(server).send("POST", "/finish", { once: true }));
    expect(server.requests).toHaveLength(1);
  });

  it("is not repeated after another refusal", async () => {
    const server = new Scripted(problemResponse(409, "session_finished"));
    expect(await settled(transport(server).send("GET", "/x"))).toHaveProperty("thrown");
    expect(server.requests).toHaveLength(1);
  });

  it("is sent again after a broken line, and after a proxy's word that one broke", async () => {
    const broken = () => new TypeError("down");
    const server = new Scripted(broken, problemResponse(502, "x"), broken, jsonResponse(200, 7));
    expect(await settled(transport(server).json("POST", "/x"))).toBe(7);
    const once = new Scripted(broken, jsonResponse(200, 7));
    const thrown = await settled(transport(once).json("POST", "/x", { once: true }));
    expect(thrown).toHaveProperty("thrown");
  });

  it("soon gives up where nobody has ever answered, and later where somebody has", async () => {
    const broken = () => new TypeError("down");
    const server = new Scripted(broken);
    expect(await settled(transport(server).json("GET", "/x"))).toHaveProperty("thrown");
    expect(server.requests).toHaveLength(4);
    const gone = new Scripted(jsonResponse(200, 7), broken);
    const known = transport(gone);
    await known.json("GET", "/x");
    expect(await settled(known.json("GET", "/x"))).toHaveProperty("thrown");
    expect(gone.requests).toHaveLength(10);
  });

  it("that takes away is done where it is gone the second time", async () => {
    const gone = problemResponse(404, "card_not_found");
    const server = new Scripted(() => new TypeError("down"), gone, gone);
    const sender = transport(server);
    expect(await settled(sender.json("DELETE", "/x"))).toBeNull();
    expect(await settled(sender.json("DELETE", "/x"))).toHaveProperty("thrown");
  });
});

describe("a wait", () => {
  it("ends early with its signal's reason, and leaves no timer", async () => {
    const end = new AbortController();
    const waiting = pause(60_000, end.signal).catch((reason: unknown) => reason);
    end.abort("enough");
    expect(await waiting).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not begin once the signal has been given", async () => {
    await expect(pause(60_000, AbortSignal.abort("enough"))).rejects.toBe("enough");
  });
});

describe("a client", () => {
  it("sends several pictures as one form", async () => {
    const server = new Scripted(jsonResponse(200, { results: [] }));
    const client = new Client({ baseUrl: "http://api", fetch: server.fetch });
    await client.analyse([new Blob(["a"]), new Blob(["b"])], { mode: "frame" });
    const form = await server.requests[0]?.formData();
    expect(form?.getAll("file")).toHaveLength(2);
    expect(server.requests[0]?.url).toContain("mode=frame");
  });

  it("creates a session under a key of its own, so that a repeated request makes one", async () => {
    const created = jsonResponse(201, { session_id: "a/b" });
    const server = new Scripted(problemResponse(503, "busy", 1), created, jsonResponse(204));
    const client = new Client({ baseUrl: "http://api", fetch: server.fetch });
    const request = {
      consent: { version: "1", accepted_at: "2026-11-26T12:00:00Z" },
      retention: "none",
    } as const;
    const session = await settled(client.startSession(request));
    const keys = server.requests.map(({ headers }) => headers.get("Idempotency-Key"));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(session).toHaveProperty("id", "a/b");
    await client.session("a/b").probe();
    expect(server.requests[2]?.url).toBe("http://api/api/v1/sessions/a%2Fb/probe");
  });
});

describe("a session token", () => {
  const expired = problemResponse(401, "token_expired");

  it("is fetched once for many requests, and again when it has ended", async () => {
    const fetched = vi.fn(() => `token ${fetched.mock.calls.length}`);
    const good = jsonResponse(200, 1);
    const server = new Scripted(good, good, expired, good, good);
    const one = new Transport({ baseUrl: "http://api", fetch: server.fetch, key: fetched });
    for (let time = 0; time < 4; time += 1) await one.json("GET", "/x");
    const sent = server.requests.map((request) => request.headers.get("Authorization"));
    const [first, second] = ["Bearer token 1", "Bearer token 2"];
    expect(sent).toEqual([first, first, first, second, second]);
  });

  it("is fetched no third time for one request, also for one that is sent once", async () => {
    const fetched = vi.fn(() => Promise.resolve("ended"));
    const server = new Scripted(expired);
    const one = new Transport({ baseUrl: "http://api", fetch: server.fetch, key: fetched });
    const outcome = await settled(one.send("POST", "/frames", { once: true }));
    expect(outcome).toMatchObject({ thrown: { code: "token_expired" } });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("that cannot be fetched is asked for again at the next request", async () => {
    let tries = 0;
    const fetched = () => (++tries === 1 ? Promise.reject(new Error("offline")) : "good");
    const server = new Scripted(jsonResponse(200, 1));
    const one = new Transport({ baseUrl: "http://api", fetch: server.fetch, key: fetched });
    expect(await settled(one.json("GET", "/x"))).toMatchObject({ thrown: { message: "offline" } });
    expect(await settled(one.json("GET", "/x"))).toBe(1);
  });

  it("given as words is not renewed", async () => {
    const server = new Scripted(expired);
    const outcome = await settled(transport(server, { key: "fert_x" }).json("GET", "/x"));
    expect(outcome).toMatchObject({ thrown: { code: "token_expired" } });
    expect(server.requests).toHaveLength(1);
  });
});

describe("owners", () => {
  it("are made, given tokens, acted for and erased", async () => {
    const owner = { owner_id: "o 1", reference: "4711", created_at: "" };
    const server = new Scripted(
      jsonResponse(201, owner),
      jsonResponse(201, { token: "fert_x" }),
      jsonResponse(200, { sessions: [] }),
      jsonResponse(204),
    );
    const client = new Client({ baseUrl: "http://api", fetch: server.fetch, key: "secret" });
    expect(await client.owners.create("4711")).toEqual(owner);
    expect(await client.owners.token("o 1", { sessionId: "s" })).toEqual({ token: "fert_x" });
    await client.of("o 1").sessions();
    await client.owners.delete("o 1");
    const [made, token, sessions, erased] = server.requests;
    expect(await made?.json()).toEqual({ reference: "4711" });
    expect(token?.url).toBe("http://api/api/v1/owners/o%201/tokens");
    expect(await token?.json()).toEqual({ session_id: "s" });
    expect(sessions?.headers.get("X-Owner")).toBe("o 1");
    expect(erased?.headers.has("X-Owner")).toBe(false);
    expect(erased?.method).toBe("DELETE");
  });
});
