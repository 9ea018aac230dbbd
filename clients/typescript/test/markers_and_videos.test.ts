import { expect, it } from "vitest";

import { Client } from "../src/client.js";
import { jsonResponse, Scripted } from "./server.js";

const client = (server: Scripted, retries = 0) =>
  new Client({ baseUrl: "http://api", fetch: server.fetch, retries });
const asked = (server: Scripted) =>
  server.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);

it("markers are added, listed, ended and taken away", async () => {
  const server = new Scripted(jsonResponse(200, { markers: [] }));
  const session = client(server).session("s");
  await session.addMarkers({ at: "2026-11-26T09:00:00Z", words: "Question 3" });
  await session.importMarkers("time,words\n90,Question 3\n");
  await session.markers();
  expect(asked(server)).toEqual([
    "POST /api/v1/sessions/s/markers",
    "POST /api/v1/sessions/s/markers/csv",
    "GET /api/v1/sessions/s/markers",
  ]);
  expect(await server.requests[0]?.json()).toEqual([
    { at: "2026-11-26T09:00:00Z", words: "Question 3" },
  ]);
  expect(server.requests[1]?.headers.get("Content-Type")).toBe("text/csv");
});

it("a marker without a time is sent with that of its call, so that it may be sent again", async () => {
  const broken = () => new TypeError("down");
  const server = new Scripted(broken, jsonResponse(200, { markers: [] }));
  await client(server, 2).session("s").addMarkers({ words: "now" });
  const sent = await Promise.all(server.requests.map((request) => request.text()));
  expect(sent[0]).toMatch(/"at":"\d{4}-.*Z"/);
  expect(sent[1]).toEqual(sent[0]);
});

it("how a lecture was played, and where one was lost, are told with their times", async () => {
  const server = new Scripted(jsonResponse(200, { taken: 1 }));
  const session = client(server).session("s");
  const played = {
    from: "2026-11-26T09:00:00Z",
    to: "2026-11-26T09:00:02Z",
    video_from_s: 758,
    video_to_s: 760,
  };
  await session.reportPlayback([played]);
  await session.lost("p3", new Date("2026-11-26T09:00:02Z"));
  expect(asked(server)).toEqual([
    "POST /api/v1/sessions/s/playback",
    "POST /api/v1/sessions/s/lost",
  ]);
  expect(await server.requests[0]?.json()).toEqual([played]);
  expect(await server.requests[1]?.json()).toEqual({
    passage_id: "p3",
    at: "2026-11-26T09:00:02.000Z",
  });
});

it("a video is followed to its end, and its results are fetched", async () => {
  const states = ["waiting", "running", "done"].map((state) => jsonResponse(200, { state }));
  const server = new Scripted(...states, jsonResponse(200, { rows: [] }));
  const job = client(server).videoJob("j/1");
  const seen: string[] = [];
  await job.wait(({ state }) => seen.push(state));
  expect(seen).toEqual(["waiting", "running", "done"]);
  await job.results("frame");
  await job.resultsCsv();
  await job.video();
  await job.cancel();
  await job.delete();
  expect(asked(server).slice(3)).toEqual([
    "GET /api/v1/jobs/j%2F1/results",
    "GET /api/v1/jobs/j%2F1/results",
    "GET /api/v1/jobs/j%2F1/video",
    "POST /api/v1/jobs/j%2F1/cancel",
    "DELETE /api/v1/jobs/j%2F1",
  ]);
  expect(server.requests[3]?.url).toContain("per=frame");
  expect(server.requests[4]?.url).toContain("format=csv");
});
