import { describe, expect, it } from "vitest";

import { Client } from "../src/client.js";
import { jsonResponse, problemResponse, Scripted } from "./server.js";

const client = (server: Scripted) =>
  new Client({ baseUrl: "http://api", fetch: server.fetch, retries: 0 });

describe("review cards", () => {
  it("are asked for by the browser's own day", async () => {
    const server = new Scripted(jsonResponse(200, { cards: [], due_today: 0, next_due_at: null }));
    expect((await client(server).cards.due({ limit: 5 })).due_today).toBe(0);
    const url = new URL(server.requests[0]?.url ?? "");
    expect(url.pathname).toBe("/api/v1/review");
    expect(url.searchParams.get("limit")).toBe("5");
    expect(url.searchParams.get("time_zone")).toBeTruthy();
  });

  it("are answered under a name, so that an answer counts once", async () => {
    const server = new Scripted(jsonResponse(200, { card_id: "a/b" }));
    await client(server).cards.answer("a/b", 3);
    await client(server).cards.answer("a/b", 4, "r1");
    const [first, second] = server.requests;
    expect(first?.url).toBe("http://api/api/v1/cards/a%2Fb/answers");
    const given = (await first?.json()) as { rating: number; review_id: string };
    expect(given.rating).toBe(3);
    expect(given.review_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await second?.json()).toMatchObject({ rating: 4, review_id: "r1" });
  });

  it("are added, listed, edited, taken back and dropped", async () => {
    const server = new Scripted(jsonResponse(200, {}));
    const { cards } = client(server);
    await cards.add({ front: "Capital of Peru?", back: "Lima" });
    await cards.list("next");
    await cards.get("a");
    await cards.edit("a", { back: "Lima!" });
    await cards.undo("a");
    await cards.drop("a");
    await cards.afterAWeek();
    await client(server).session("s").makeCards(["p1"]);
    expect(server.requests.map((one) => `${one.method} ${new URL(one.url).pathname}`)).toEqual([
      "POST /api/v1/cards",
      "GET /api/v1/cards",
      "GET /api/v1/cards/a",
      "PATCH /api/v1/cards/a",
      "POST /api/v1/cards/a/undo",
      "DELETE /api/v1/cards/a",
      "GET /api/v1/recall",
      "POST /api/v1/sessions/s/cards",
    ]);
    expect(await server.requests.at(-1)?.json()).toEqual({ passage_ids: ["p1"] });
  });

  it("are taken along and brought in as files", async () => {
    const server = new Scripted(jsonResponse(200, { added: 1, known: 0, left_out: 0 }));
    const { cards } = client(server);
    await cards.export("anki");
    expect((await cards.bringIn("front,back\na,b")).added).toBe(1);
    expect(server.requests[0]?.url).toBe("http://api/api/v1/deck?format=anki");
    expect(server.requests[1]?.headers.get("Content-Type")).toBe("text/csv");
    expect(await server.requests[1]?.text()).toBe("front,back\na,b");
  });

  it("that are gone are a problem with its code", async () => {
    const server = new Scripted(problemResponse(404, "card_not_found"));
    await expect(client(server).cards.get("a")).rejects.toMatchObject({ code: "card_not_found" });
  });
});
