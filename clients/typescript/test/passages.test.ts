// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { watchPassages } from "../src/passages.js";
import type { PassageSeen } from "../src/types.js";
import { find, layOut, scrollTo } from "./layout.js";

const START = Date.parse("2026-11-26T12:00:00Z");
const at = (seconds: number) => new Date(START + 1000 * seconds).toISOString();

let end: AbortController;
let scroller: HTMLElement;
let reports: PassageSeen[][];
let refusal: Error | null;
let problems: unknown[];
let report: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  end = new AbortController();
  [reports, problems, refusal] = [[], [], null];
  document.body.innerHTML =
    '<div id="box" style="overflow-y: auto"><p id="a"></p><p id="b"></p><p id="c"></p></div>';
  const elements = new Map([...document.querySelectorAll("p")].map((one) => [one.id, one]));
  scroller = find("#box");
  layOut(
    {
      ...{ scroller, screen: 1000, top: 0, height: 1000 },
      passages: new Map([...elements.keys()].map((id) => [id, 1000])),
      padding: () => ({ above: 0, below: 0 }),
    },
    () => elements,
  );
  const session = {
    reportPassages: (seen: PassageSeen[]) => {
      if (refusal !== null) return Promise.reject(refusal);
      reports.push(seen);
      return Promise.resolve({ taken: seen.length });
    },
  };
  report = watchPassages(session, elements, end.signal, (error) => problems.push(error));
});

afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

/** The passage stands on the screen from its first line to its last; no line is pointed at. */
const WHOLE = { on_screen: 1, line: null };

function hide(hidden: boolean): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(hidden ? "hidden" : "visible");
  document.dispatchEvent(new Event("visibilitychange"));
}

it("reports every three seconds what stood in the band, without a gap", async () => {
  await vi.advanceTimersByTimeAsync(6000);
  expect(reports).toEqual([
    [{ passage_id: "a", visible_share: 1, ...WHOLE, from: at(0), to: at(3) }],
    [{ passage_id: "a", visible_share: 1, ...WHOLE, from: at(3), to: at(6) }],
  ]);
});

it("ends one stretch and begins the next where the text is scrolled", async () => {
  await vi.advanceTimersByTimeAsync(1500);
  scrollTo(scroller, 1000);
  await vi.advanceTimersByTimeAsync(1500);
  expect(reports).toEqual([
    [
      { passage_id: "a", visible_share: 1, ...WHOLE, from: at(0), to: at(1.5) },
      { passage_id: "b", visible_share: 1, ...WHOLE, from: at(1.5), to: at(3) },
    ],
  ]);
});

it("counts no time in which the page is hidden", async () => {
  await vi.advanceTimersByTimeAsync(1000);
  hide(true);
  await vi.advanceTimersByTimeAsync(3_600_000);
  hide(false);
  await vi.advanceTimersByTimeAsync(500);
  await report();
  expect(reports.flat().map(({ from, to }) => [from, to])).toEqual([
    [at(0), at(1)],
    [at(3601), at(3601.5)],
  ]);
});

it("reports the time of a refused report again with the next", async () => {
  refusal = new TypeError("no answer");
  await vi.advanceTimersByTimeAsync(3000);
  expect(problems).toEqual([refusal]);
  refusal = null;
  await vi.advanceTimersByTimeAsync(3000);
  expect(reports).toEqual([
    [
      { passage_id: "a", visible_share: 1, ...WHOLE, from: at(0), to: at(3) },
      { passage_id: "a", visible_share: 1, ...WHOLE, from: at(3), to: at(6) },
    ],
  ]);
});

it("reports until now when asked, for the end of a session", async () => {
  await vi.advanceTimersByTimeAsync(500);
  await report();
  expect(reports).toEqual([
    [{ passage_id: "a", visible_share: 1, ...WHOLE, from: at(0), to: at(0.5) }],
  ]);
});

it("ends with its signal", async () => {
  end.abort();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reports).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps a long outage's latest thousand stretches, which the API takes at once", async () => {
  refusal = new TypeError("no answer");
  for (let second = 0; second < 600; second += 1) {
    scrollTo(scroller, second % 2 === 0 ? 500 : 1500); // two passages in the band at each place
    await vi.advanceTimersByTimeAsync(1000);
  }
  refusal = null;
  await vi.advanceTimersByTimeAsync(3000);
  expect(reports[0]).toHaveLength(1000);
  expect(reports[0]?.at(-1)?.to).toBe(at(600));
});
