// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Data } from "../../../app/reading/frontend/report.js";
import show from "../../../app/reading/frontend/text_view.js";
import { scrollTo } from "./layout.js";
import { openReader, type Reader } from "./reader.js";

const START = Date.parse("2026-11-26T12:00:00Z");
const SECOND = START / 1000;
const HEIGHTS = new Map([
  ["a", 420],
  ["b", 840],
  ["c", 420],
]);

/** What is reported beside the band, at the text's top. */
const BESIDE = { on_screen: { a: 1, b: 380 / 840 }, lines: {} };

let reader: Reader | undefined;

const open = (data: Partial<Data> = {}) => (reader = openReader(show, HEIGHTS, data));
const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body) =>
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, composed: true, ...more }),
  );
const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => {
  reader?.close();
  vi.useRealTimers();
});

describe("what it reports", () => {
  it("is what stood in the band, every two seconds", () => {
    const { reports } = open();
    pass(4000);
    expect(reports.map(({ sent }) => sent)).toEqual([SECOND + 2, SECOND + 4]);
    expect(reports[1]?.items).toEqual([
      { n: 1, kind: "view", start: SECOND, end: SECOND + 2, shares: { a: 1 }, ...BESIDE },
      { n: 2, kind: "view", start: SECOND + 2, end: SECOND + 4, shares: { a: 1 }, ...BESIDE },
    ]);
  });

  it("is sent again until the app says that it has it", () => {
    const { reports, rerun } = open();
    pass(2000);
    rerun({ acked: { stream: reports[0]?.stream ?? "", number: 1 } });
    pass(2000);
    expect(reports[1]?.items.map(({ n }) => n)).toEqual([2]);
    rerun({ acked: { stream: "of another tab", number: 99 } });
    pass(2000);
    expect(reports[2]?.items.map(({ n }) => n)).toEqual([2, 3]);
  });

  it("goes out when the tab is hidden, and counts nothing after", () => {
    const { items } = open();
    pass(500);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    pass(60_000);
    expect(items()).toEqual([
      { kind: "view", start: SECOND, end: SECOND + 0.5, shares: { a: 1 }, ...BESIDE },
    ]);
  });

  it("ends when the view is closed, and begins again with it", () => {
    const { reports, close, rerun, items } = open();
    pass(1000);
    close();
    pass(60_000);
    expect(reports).toEqual([]);
    rerun({});
    pass(2000);
    expect(items()).toMatchObject([
      { start: SECOND, end: SECOND + 1 },
      { start: SECOND + 61, end: SECOND + 63 },
    ]);
  });
});

describe("the text", () => {
  it("goes in as text, never as markup", () => {
    const text = "<img src=x onerror=alert(1)>\n\n🐝 Second. Third";
    const { passage } = open({
      passages: [
        {
          ...{ id: "a", headings: [{ level: 1, text: "<b>Title</b>" }], text },
          ...{ number: 1, direction: "rtl", words_before: 0, minutes_left: 1 },
          paragraphs: [
            [[0, 28]],
            [
              [30, 39],
              [40, 45],
            ],
          ],
        },
      ],
    });
    const made = passage("a");
    expect([...made.children].map((child) => [child.tagName, child.textContent])).toEqual([
      ["H2", "<b>Title</b>"],
      ["P", "<img src=x onerror=alert(1)>"],
      ["P", "🐝 Second. Third"],
    ]);
    expect([...made.querySelectorAll("span")].map(({ textContent }) => textContent)).toEqual([
      "<img src=x onerror=alert(1)>",
      "🐝 Second.",
      "Third",
    ]);
    expect(made.dir).toBe("rtl");
  });

  it("dims what is outside the band, and says how far the reader is", () => {
    const { scroller, passage } = open();
    scrollTo(scroller, 420);
    pass(100);
    const outside = ["a", "b", "c"].filter((id) => passage(id).classList.contains("outside"));
    expect(outside).toEqual(["a", "c"]);
    expect(document.querySelector(".line")?.getAttribute("aria-valuenow")).toBe("33");
    expect(document.querySelector(".words")?.textContent).toBe("33 % · about 2 min left");
  });

  it("is over at its last passage", () => {
    const { scroller, items } = open();
    scrollTo(scroller, 1260);
    pass(100);
    expect(document.querySelector(".words")?.textContent).toBe("100 % · the end");
    document.querySelector<HTMLElement>("[data-act=finish]")?.click();
    expect(items()).toContainEqual({ kind: "finish" });
  });

  it("opens at the passage where the reader was", () => {
    expect(open({ start: "b" }).items()).toEqual([]);
    pass(2000);
    expect(reader?.items()).toMatchObject([{ shares: { b: 1 } }]);
  });

  it("shows the way to other parts only where there are some", () => {
    const hidden = () =>
      ["[data-act=back]", "[data-act=on]", ".end"].map(
        (one) => document.querySelector<HTMLElement>(one)?.hidden,
      );
    open({ part: 0, parts: 3 });
    expect(hidden()).toEqual([true, false, true]);
    reader?.rerun({ part: 2, parts: 3 });
    expect(hidden()).toEqual([false, true, false]);
  });
});

describe("highlights and notes", () => {
  const sentence = () => document.querySelector<HTMLElement>("#a [data-sentence]");
  const panel = () => document.querySelector<HTMLElement>(".panel");
  const added = () => reader?.items().filter(({ kind }) => kind !== "view");

  it("are made in a panel that the keyboard opens and closes", () => {
    open();
    press("h");
    expect(panel()?.hidden).toBe(false);
    expect(document.querySelector(".panel-title")?.textContent).toBe("Passage 1");
    const button = document.querySelector<HTMLElement>(".sentences button");
    button?.click();
    expect(button?.getAttribute("aria-pressed")).toBe("true");
    expect(sentence()?.classList.contains("chosen")).toBe(true);
    button?.click();
    expect(sentence()?.classList.contains("chosen")).toBe(false);
    expect(added()).toEqual([
      { kind: "highlight", passage: "a", sentences: [0] },
      { kind: "highlight", passage: "a", sentences: [0] },
    ]);
    press("Escape");
    expect(panel()?.hidden).toBe(true);
  });

  it("take a note, which stands above its passage", () => {
    const { passage } = open();
    press("h");
    const field = document.querySelector<HTMLTextAreaElement>(".panel textarea");
    if (field) field.value = " ask about this ";
    document.querySelector<HTMLElement>("[data-act=save]")?.click();
    expect(added()).toEqual([{ kind: "note", passage: "a", note: "ask about this" }]);
    expect(passage("a").dataset["label"]).toBe("1 · ✎ ask about this");
    expect(document.querySelector("[role=status]")?.textContent).toBe("Note saved");
  });

  it("are there again where the app has them", () => {
    const { passage } = open({
      marked: ["a"],
      lost: ["a"],
      notes: { a: { sentences: [0], note: "" } },
    });
    expect(sentence()?.classList.contains("chosen")).toBe(true);
    expect(passage("a").dataset["label"]).toBe("1 · ⭐ Important · ⛰️ You were lost here");
  });
});

describe("the reader's keys", () => {
  it("move from passage to passage", () => {
    const { scroller } = open();
    const places = ["j", "ArrowRight", "j", "k", "ArrowLeft", "k"].map((key) => {
      press(key);
      pass(1000);
      return scroller.scrollTop;
    });
    expect(places).toEqual([420, 1260, 1260, 420, 0, 0]);
  });

  it("mark the passage, or say that the reader got lost in it", () => {
    const { items, passage } = open();
    press("m");
    expect(passage("a").classList.contains("marked")).toBe(true);
    press("l");
    expect(items().filter(({ kind }) => kind !== "view")).toEqual([
      { kind: "mark", passage: "a", at: SECOND },
      { kind: "lost", passage: "a", at: SECOND },
    ]);
    expect(document.querySelector("[role=status]")?.textContent).toContain("you got lost here");
    expect(passage("a").dataset["label"]).toBe("1 · ⭐ Important · ⛰️ You were lost here");
    press("l");
    expect(items().filter(({ kind }) => kind === "lost")).toHaveLength(1);
    expect(document.querySelector("[role=status]")?.textContent).toBe("Already noted");
  });

  it("turn to the next part at the end of this one", () => {
    const { items, scroller } = open({ part: 1, parts: 3 });
    press("k");
    scrollTo(scroller, 1260);
    pass(100);
    press("j");
    expect(items().filter(({ kind }) => kind === "part")).toEqual([
      { kind: "part", by: -1 },
      { kind: "part", by: 1 },
    ]);
  });

  it("are left alone in fields, and with Ctrl", () => {
    const { items } = open();
    const field = document.body.appendChild(document.createElement("textarea"));
    press("m", {}, field);
    press("m", { ctrlKey: true });
    expect(items()).toEqual([]);
  });
});
