// @vitest-environment happy-dom
/** The app's page and the client, each as it is built, tell the same of the same reading. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Component } from "../../../app/reading/frontend/text_view.js";
import { pageBuild } from "../rolldown.page.config.js";
import type { watchPassages } from "../src/passages.js";
import type { PassageSeen } from "../src/types.js";
import { built, COMPANION, load, PLAYER, TEXT_VIEW } from "./builds.js";
import { scrollTo } from "./layout.js";
import { openReader } from "./reader.js";

const START = Date.parse("2026-11-26T12:00:00Z");
/** Lines, paragraphs, and one that is taller than the view. */
const HEIGHTS = new Map(
  [30, 200, 90, 1500, 45, 45, 300, 700].map((height, index) => [`p${index}`, height]),
);

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

it("the committed scripts of the app are built from their sources", async () => {
  expect(TEXT_VIEW, "run: npm run build").toBe(await built(pageBuild("text_view")));
  expect(COMPANION, "run: npm run build").toBe(await built(pageBuild("companion")));
  expect(PLAYER, "run: npm run build").toBe(await built(pageBuild("player")));
});

it("the same reading is told alike by the page and by the client", async () => {
  const page = await load<{ default: (component: Component) => () => void }>(TEXT_VIEW);
  const client = await load<{ watchPassages: typeof watchPassages }>(
    await built({ input: "src/index.ts", platform: "browser" }),
  );
  const reader = openReader(page.default, HEIGHTS);
  const end = new AbortController();
  const told: PassageSeen[] = [];
  const report = client.watchPassages(
    {
      reportPassages: (seen) => {
        told.push(...seen);
        return Promise.resolve({ taken: seen.length });
      },
    },
    new Map([...HEIGHTS.keys()].map((id) => [id, reader.passage(id)])),
    end.signal,
  );

  // A minute of reading: down the text, back up in one jump, to the end, away for a while.
  for (let second = 0; second < 40; second += 1) {
    scrollTo(reader.scroller, 70 * second);
    await vi.advanceTimersByTimeAsync(1000);
  }
  scrollTo(reader.scroller, 0);
  await vi.advanceTimersByTimeAsync(7300);
  const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(5000);
  visibility.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  scrollTo(reader.scroller, 10_000);
  await vi.advanceTimersByTimeAsync(12_000);
  await report();
  end.abort();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "m" })); // is told at once
  reader.close();

  const byPage = new Map<string, number>();
  const byClient = new Map<string, number>();
  const add = (to: Map<string, number>, id: string, seconds: number) =>
    to.set(id, (to.get(id) ?? 0) + seconds);
  for (const item of reader.items())
    if (item.kind === "view")
      for (const [id, share] of Object.entries(item.shares))
        add(byPage, id, share * (item.end - item.start));
  for (const { passage_id, visible_share, from, to } of told)
    add(byClient, passage_id, (visible_share * (Date.parse(to) - Date.parse(from))) / 1000);

  expect([...byPage.keys()].sort()).toEqual([...HEIGHTS.keys()]);
  for (const [id, seconds] of byPage) expect(byClient.get(id)).toBeCloseTo(seconds, 3);
  // Hidden for five of some 64 seconds; the tall passage alone filled the band for a while.
  expect(byPage.get("p3")).toBeGreaterThan(15);
});
