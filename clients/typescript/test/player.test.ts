// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import show, {
  type Chosen,
  type Data,
  type Item,
  type Report,
} from "../../../app/parts/frontend/player.js";
import { PLAYER_PAGE } from "./builds.js";
import { find } from "./layout.js";

const START = Date.parse("2026-11-26T12:00:00Z");
const LECTURE: Data = {
  mode: "watch",
  title: "Cells",
  duration: 600,
  spans: [
    { id: "p1", from: 0, to: 300, label: "Start" },
    { id: "p2", from: 300, to: 600, label: "Light reactions" },
  ],
  moments: [],
  paused: false,
  acked: { stream: "", number: 0 },
};

/** What a test's video does: happy-dom plays nothing. */
let tape: { place: number; duration: number; paused: boolean; seeking: boolean; ended: boolean };
let sent: Report[];
let files: Chosen[];
let rerun: (data: Partial<Data>) => void;
let close: () => void;

const video = () => find("video") as HTMLVideoElement;
const happen = (...names: string[]) => {
  for (const name of names) video().dispatchEvent(new Event(name));
};

function open(data: Partial<Data> = {}): void {
  const host = document.createElement("div");
  host.innerHTML = PLAYER_PAGE;
  document.body.replaceChildren(host);
  const element = host.querySelector("video");
  if (element === null) throw new Error("no video");
  tape = { place: 0, duration: 600, paused: true, seeking: false, ended: false };
  Object.defineProperties(element, {
    currentTime: {
      get: () => tape.place,
      set: (place: number) => {
        tape.place = place;
        happen("seeking", "seeked");
      },
    },
    src: { set: () => undefined },
    duration: { get: () => tape.duration },
    paused: { get: () => tape.paused },
    seeking: { get: () => tape.seeking },
    ended: { get: () => tape.ended },
    pause: { value: () => (tape.paused = true) },
  });
  let now = { ...LECTURE, ...data };
  const setStateValue = (name: string, value: Report | Chosen) => {
    if (name === "report") sent.push(value as Report);
    else files.push(value as Chosen);
  };
  rerun = (changed) => {
    now = { ...now, ...changed };
    close = show({ parentElement: host, data: now, setStateValue });
  };
  rerun({});
}

function choose(name = "cells.mp4"): void {
  const input = find("input") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [new File(["x"], name)], configurable: true });
  input.dispatchEvent(new Event("change"));
  happen("loadedmetadata");
}

/** Let it play on: the clock and the tape. */
function play(seconds: number, rate = 1): void {
  if (tape.paused) {
    tape.paused = false;
    happen("play");
  }
  for (let quarter = 0; quarter < seconds * 4; quarter += 1) {
    tape.place += rate / 4;
    vi.advanceTimersByTime(250);
    happen("timeupdate");
  }
}

function stop(): void {
  tape.paused = true;
  happen("pause");
}

/** All that was reported, each item once; times since the start. */
function items(): Item[] {
  vi.advanceTimersByTime(2000);
  return [...new Map(sent.flatMap(({ items }) => items.map((item) => [item.n, item]))).values()];
}

const stretches = () =>
  items().flatMap((item) =>
    item.kind === "play" && item.to > item.from ? [[item.from, item.to]] : [],
  );

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:here");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
  [sent, files] = [[], []];
  delete (globalThis as { expressionsLecture?: unknown }).expressionsLecture;
});

afterEach(() => {
  close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("a file is chosen and its name and length told, and no more", () => {
  open({ mode: "choose", spans: [], duration: 0 });
  choose("week 3.mp4");
  expect(files).toEqual([{ name: "week 3.mp4", duration: 600 }]);
  play(10);
  expect(sent).toEqual([]);
});

it("what is played is told without a gap, and what stands still too", () => {
  open();
  choose();
  play(5);
  stop();
  vi.advanceTimersByTime(3000);
  const all = items().filter((item) => item.kind === "play");
  expect(all[0]).toMatchObject({ start: START / 1000, from: 0 });
  for (const [at, item] of all.entries()) {
    const before = all[at - 1];
    if (before === undefined) continue;
    expect([item.start, item.from]).toEqual([before.end, before.to]);
  }
  expect(all.at(-1)).toMatchObject({ from: 5, to: 5 });
});

it("a move ends the stretch where it was left and begins one where it went", () => {
  open();
  choose();
  play(4);
  video().currentTime = 100;
  play(4);
  find("[data-act=back]").click();
  play(2);
  const joined = stretches().reduce<number[][]>((all, [from = 0, to = 0]) => {
    const last = all.at(-1);
    if (last?.[1] === from) last[1] = to;
    else all.push([from, to]);
    return all;
  }, []);
  expect(joined).toEqual([
    [0, 4],
    [100, 104],
    [94, 96],
  ]);
});

it("a video that is paused and moved in one moment loses nothing", () => {
  open();
  choose();
  play(1.5);
  tape.paused = tape.seeking = true;
  tape.place = 45;
  happen("pause", "seeking");
  tape.seeking = false;
  happen("seeked");
  expect(stretches()).toEqual([[0, 1.5]]);
});

it("a press of I'm lost names the part, and comes after what was played before it", () => {
  open();
  choose();
  video().currentTime = 298;
  play(4);
  document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key: "l", bubbles: true, composed: true }),
  );
  expect(find("[role=status]").textContent).toBe("⛰️ Noted: you were lost at 5:02.");
  const all = items();
  const lost = all.findIndex(({ kind }) => kind === "lost");
  expect(all[lost]).toMatchObject({ kind: "lost", passage: "p2", at: START / 1000 + 4 });
  expect(all[lost - 1]).toMatchObject({ kind: "play", end: START / 1000 + 4, to: 302 });
});

it("what the app has is not sent again", () => {
  open();
  choose();
  play(4);
  const first = sent.at(-1);
  if (first === undefined) throw new Error("nothing was sent");
  rerun({ acked: { stream: first.stream, number: first.items.at(-1)?.n ?? 0 } });
  play(2);
  expect(sent.at(-1)?.items.every(({ n }) => n > (first.items.at(-1)?.n ?? 0))).toBe(true);
});

it("a session that pauses pauses the video, and it cannot go on by itself", () => {
  open();
  choose();
  play(4);
  rerun({ paused: true });
  expect(tape.paused).toBe(true);
  const told = items().length;
  play(4);
  expect(tape.paused).toBe(true);
  expect(find("[role=status]").textContent).toBe("The session is paused. Resume it first.");
  expect(items()).toHaveLength(told);
});

it("the file stays through a break, at the place where it was", () => {
  open();
  choose();
  play(8);
  close();
  open();
  happen("loadedmetadata");
  expect(tape.place).toBe(8);
});

it("a recording without a length in its head is measured", () => {
  open({ mode: "choose", spans: [], duration: 0 });
  const input = find("input") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [new File(["x"], "a.webm")] });
  input.dispatchEvent(new Event("change"));
  tape.duration = Infinity;
  happen("loadedmetadata");
  expect(files).toEqual([]);
  tape.duration = tape.place = 75;
  happen("durationchange");
  expect(files).toEqual([{ name: "a.webm", duration: 75 }]);
  expect(tape.place).toBe(0);
});

it("afterwards a moment is gone to, at once or when the file is chosen", () => {
  open({ mode: "look", moments: [{ at: 302, label: "5:02 · Light reactions" }] });
  find(".moments button").click();
  expect(find("[role=status]").textContent).toBe("Choose “Cells” again to see 5:02.");
  choose();
  expect(tape.place).toBe(302);
  video().currentTime = 0;
  find(".moments button").click();
  expect(tape.place).toBe(302);
  play(4);
  expect(sent).toEqual([]);
});

it("a file that cannot be played, and another video, are said", () => {
  open();
  choose();
  happen("error");
  expect(find("[role=status]").textContent).toContain("cannot play this file");
  tape.duration = 90;
  choose();
  expect(find("[role=status]").textContent).toBe("This is another video: “Cells” is 10:00 long.");
});
