// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import show, {
  type Choice,
  type Data,
  type Presses,
} from "../../../app/parts/frontend/companion.js";
import { COMPANION_PAGE } from "./builds.js";
import { find } from "./layout.js";

const FOCUS: Data = {
  ...{ session: "s", title: "Chapter 3", phase: "focus", turn: 0 },
  ...{ left_s: 60, over_s: 0, length_s: 300, round: 1, rounds: 4 },
  ...{ call: null, sound: false, notifications: false, quiet: false },
  acked: { stream: "", number: 0 },
};

let session = 0;
let told: string[];
let chosen: Choice[];
let sent: Presses[];
let rerun: (data: Partial<Data>) => void;
let close: () => void;

class FakeNotification {
  static permission = "granted";
  static requestPermission = () => Promise.resolve("granted");
  onclick: unknown = null;
  constructor(words: string) {
    told.push(words);
  }
}

function open(data: Partial<Data> = {}): void {
  const host = document.createElement("div");
  host.innerHTML = COMPANION_PAGE;
  document.body.replaceChildren(host);
  let now = { ...FOCUS, session: `s${session}`, ...data };
  const setTriggerValue = (_: string, value: Choice) => chosen.push(value);
  const setStateValue = (_: string, value: Presses) => sent.push(value);
  rerun = (changed) => {
    now = { ...now, ...changed };
    close = show({ parentElement: host, data: now, setTriggerValue, setStateValue });
  };
  rerun({});
}

const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
const press = (key: string, target: EventTarget = document.body) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", undefined); // the page's own timer then, which can be set
  vi.stubGlobal("Notification", FakeNotification);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  localStorage.clear();
  document.title = "Expressions";
  [told, chosen, sent] = [[], [], []];
  session += 1; // a call is remembered beyond a test, as beyond a reload
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

describe("the time", () => {
  it("goes on between two messages of the app, in the ring and in the tab's title", () => {
    open();
    pass(5000);
    expect(find(".time").textContent).toBe("0:55");
    expect(document.title).toBe("0:55 · Chapter 3");
  });

  it("sets a title once, though the browser gives it back without its spaces", async () => {
    const set = vi.spyOn(document, "title", "set");
    open({ title: `  Chapter  3\n${"x".repeat(100)}` });
    await vi.advanceTimersByTimeAsync(100);
    expect(document.title).toBe(`1:00 · Chapter 3 ${"x".repeat(50)}`);
    expect(set.mock.calls.length).toBeLessThan(5);
    set.mockRestore();
  });

  it("is not pushed about by a message that is a little late, and put right by a real one", () => {
    open();
    pass(5000);
    rerun({ left_s: 55.9 });
    expect(find(".time").textContent).toBe("0:55");
    rerun({ left_s: 40 });
    expect(find(".time").textContent).toBe("0:40");
  });

  it("stands still in a pause", () => {
    open({ phase: "paused" });
    pass(5000);
    expect(document.title).toBe("⏸ 1:00 · Chapter 3");
  });

  it("goes up when a break is due, and says so before the app does", () => {
    open({ left_s: 3 });
    pass(5000);
    expect(document.title).toBe("☕ Break time · Chapter 3");
    expect(find(".time").textContent).toBe("+0:02");
  });

  it("is in the title for one of two timers only, and gives the page's own back", async () => {
    open({ title: "First" });
    const other = document.createElement("div");
    other.innerHTML = COMPANION_PAGE;
    document.body.append(other);
    const silent = { setTriggerValue: () => undefined, setStateValue: () => undefined };
    const closeOther = show({ parentElement: other, data: { ...FOCUS, session: "b" }, ...silent });
    rerun({ left_s: 50 });
    document.title = "Expressions"; // as Streamlit does
    await vi.advanceTimersByTimeAsync(3000);
    expect(document.title).toBe("0:57 · Chapter 3");
    close();
    expect(document.title).toBe("0:57 · Chapter 3");
    closeOther();
    expect(document.title).toBe("Expressions");
  });

  it("gives back what the page was called last, for it may be another one by then", async () => {
    open();
    document.title = "About · Expressions"; // as Streamlit does, before it takes the timer away
    await Promise.resolve();
    expect(document.title).toBe("1:00 · Chapter 3");
    close();
    expect(document.title).toBe("About · Expressions");
  });

  it("leaves the page its own title at the end", () => {
    open();
    close();
    expect(document.title).toBe("Expressions");
  });
});

describe("a call", () => {
  it("comes once, whatever is loaded anew", () => {
    open({ left_s: 2, notifications: true });
    pass(10_000);
    expect(told).toEqual(["Time for a break."]);
    close();
    open({ phase: "due", left_s: 0, over_s: 9, notifications: true });
    pass(5000);
    expect(told).toHaveLength(1);
  });

  it("comes for the end of a break, for the next one, and for a question", () => {
    open({ phase: "break", left_s: 2, length_s: 60, notifications: true });
    pass(3000);
    rerun({ phase: "focus", turn: 1, left_s: 300, length_s: 300, over_s: 0 });
    rerun({ call: { id: "q1", words: "How clear is it?" } });
    rerun({ call: null, left_s: 0, phase: "due" });
    rerun({ phase: "focus", turn: 2, left_s: 300, call: { id: "q1", words: "How clear is it?" } });
    expect(told).toEqual(["The break is over.", "How clear is it?", "Time for a break."]);
  });

  it("does not come where it was not asked for", () => {
    open({ left_s: 1 });
    pass(5000);
    expect(told).toEqual([]);
  });
});

describe("keys and choices", () => {
  it("tell the app what is meant", () => {
    open();
    for (const key of ["p", "B", "s", "+", "x"]) press(key);
    const asked = sent.at(-1)?.items.map(({ press }) => press);
    expect(asked).toEqual(["pause", "break", "skip", "more"]);
  });

  it("are sent again until the app has them", () => {
    open();
    press("p");
    rerun({ acked: { stream: sent[0]?.stream ?? "", number: 1 } });
    press("s");
    rerun({ acked: { stream: "of another tab", number: 99 } });
    press("b");
    expect(sent.map(({ items }) => items.map(({ n }) => n))).toEqual([[1], [2], [2, 3]]);
  });

  it("leave who is typing alone", () => {
    open();
    const field = document.createElement("input");
    document.body.append(field);
    press("p", field);
    expect(sent).toEqual([]);
  });

  it("are no keys where only the title is shown", () => {
    open({ quiet: true });
    press("p");
    expect(sent).toEqual([]);
    expect(document.title).toBe("1:00 · Chapter 3");
  });

  it("hold until the app knows them, also when two come in one moment", async () => {
    open();
    find("[data-act=notifications]").click();
    await vi.advanceTimersByTimeAsync(0);
    rerun({});
    expect(find("[data-act=notifications]").getAttribute("aria-pressed")).toBe("true");
    rerun({ notifications: true });
    expect(chosen).toEqual([{ notifications: true }]);
  });
});

describe("the small window", () => {
  let inside: Window & { close: () => void };
  let asked: { width: number; height: number }[];

  beforeEach(() => {
    asked = [];
    const page = document.implementation.createHTMLDocument();
    const target = new EventTarget();
    inside = Object.assign(target, {
      document: page,
      close: () => target.dispatchEvent(new Event("pagehide")),
    }) as unknown as Window;
    vi.stubGlobal("documentPictureInPicture", {
      requestWindow: (size: { width: number; height: number }) => {
        asked.push(size);
        return Promise.resolve(inside);
      },
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const words = () => [...inside.document.body.children].map((each) => each.textContent);
  const openSmall = async () => {
    find("[data-act=window]").click();
    await vi.advanceTimersByTimeAsync(0);
  };

  it("is offered only where the browser has it", () => {
    open();
    expect(find("[data-act=window]").hidden).toBe(false);
    close();
    vi.stubGlobal("documentPictureInPicture", undefined);
    open();
    expect(find("[data-act=window]").hidden).toBe(true);
  });

  it("shows the same time as the page, and goes on with it", async () => {
    open();
    await openSmall();
    expect(asked).toHaveLength(1);
    expect(words()).toEqual(["Study", "1:00", "Pause"]);
    pass(5000);
    expect(words()).toEqual(["Study", find(".time").textContent, "Pause"]);
    expect(words()[1]).toBe("0:55");
  });

  it("offers in each phase what can be done, and does it", async () => {
    open();
    await openSmall();
    const button = inside.document.querySelector("button");
    const offered = (data: Partial<Data>) => {
      rerun(data);
      button?.click();
      return [button?.textContent, sent.at(-1)?.items.at(-1)?.press];
    };
    expect(offered({})).toEqual(["Pause", "pause"]);
    expect(offered({ phase: "paused" })).toEqual(["Resume", "pause"]);
    expect(offered({ phase: "due", left_s: 0 })).toEqual(["Take a break", "break"]);
    expect(offered({ phase: "break", left_s: 60 })).toEqual(["Back to work", "break"]);
  });

  it("closes by a second press, and with the session", async () => {
    open();
    await openSmall();
    await openSmall();
    expect(asked).toHaveLength(1);
    await openSmall();
    expect(asked).toHaveLength(2);
    const closed = vi.spyOn(inside, "close");
    close();
    expect(closed).toHaveBeenCalledOnce();
  });
});
