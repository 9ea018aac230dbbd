import { describe, expect, it } from "vitest";

import {
  lineAt,
  NOTHING,
  readingBand,
  roomAroundBand,
  ShareRecorder,
  sharesOnScreen,
  visibleShares,
  type Seen,
  type Span,
  type View,
} from "../src/visibility.js";

const SCREEN = { top: 0, bottom: 1000 };
/** A view of 1000 pixels in the middle of a text that goes on far above and below. */
const MIDDLE: View = { top: 0, bottom: 1000, above: 5000, below: 5000 };
const FAR = { top: -5000, bottom: 6000 };

const spans = (...edges: [number, number][]): Map<string, Span> =>
  new Map(edges.map(([top, bottom], index) => [`p${index}`, { top, bottom }]));

describe("the reading band", () => {
  it("takes the view from a fifth of its height to 62 per cent", () => {
    expect(readingBand(MIDDLE, FAR)).toEqual({ top: 200, bottom: 620 });
    expect(roomAroundBand(500)).toEqual({ above: 100, below: expect.closeTo(190) as number });
  });

  it("moves with its view", () => {
    expect(readingBand({ ...MIDDLE, top: 300, bottom: 800 }, FAR)).toEqual({
      top: 400,
      bottom: 610,
    });
  });

  it("reaches out to the text's first line where that cannot be scrolled down", () => {
    const view = { top: 0, bottom: 1000, above: 0, below: 5000 };
    expect(readingBand(view, { top: 30, bottom: 6000 }).top).toBe(30);
    expect(readingBand(view, { top: 300, bottom: 6000 }).top).toBe(200);
  });

  it("reaches out to the text's last line where that cannot be scrolled up", () => {
    const view = { top: 0, bottom: 1000, above: 5000, below: 0 };
    expect(readingBand(view, { top: -5000, bottom: 980 }).bottom).toBe(980);
    expect(readingBand(view, { top: -5000, bottom: 500 }).bottom).toBe(620);
  });

  it("goes back to its place as the text is scrolled, and never jumps", () => {
    const at = (scrolled: number) =>
      readingBand(
        { top: 0, bottom: 1000, above: scrolled, below: 4000 - scrolled },
        { top: -scrolled, bottom: 5000 - scrolled },
      );
    expect([0, 50, 200, 201, 3000].map((scrolled) => at(scrolled).top)).toEqual([
      0, 50, 200, 200, 200,
    ]);
    for (let scrolled = 1; scrolled <= 4000; scrolled += 1) {
      expect(Math.abs(at(scrolled).top - at(scrolled - 1).top)).toBeLessThanOrEqual(1);
      expect(Math.abs(at(scrolled).bottom - at(scrolled - 1).bottom)).toBeLessThanOrEqual(1);
    }
  });

  it("has every line of a text in it at some place of the scroll bar", () => {
    for (const height of [100, 900, 1000, 1300, 7000]) {
      const furthest = Math.max(0, height - 1000);
      const seen = new Set<number>();
      for (let scrolled = 0; scrolled <= furthest; scrolled += 1) {
        const view = { top: 0, bottom: 1000, above: scrolled, below: furthest - scrolled };
        const text = { top: -scrolled, bottom: height - scrolled };
        const band = readingBand(view, text);
        for (let line = 0; line < height; line += 20)
          if (line - scrolled >= band.top && line - scrolled <= band.bottom) seen.add(line);
      }
      expect(seen.size).toBe(Math.ceil(height / 20));
    }
  });
});

describe("the share that is seen", () => {
  it("is the overlap with the band over the smaller of both heights", () => {
    const shares = visibleShares(MIDDLE, SCREEN, spans([-5000, 250], [250, 450], [520, 720]));
    expect(shares.get("p0")).toBeCloseTo(50 / 420);
    expect(shares.get("p1")).toBe(1);
    expect(shares.get("p2")).toBeCloseTo(100 / 200);
  });

  it("is whole for a passage taller than the band that fills it", () => {
    expect([...visibleShares(MIDDLE, SCREEN, spans([-5000, 6000]))]).toEqual([["p0", 1]]);
  });

  it("leaves out what stands outside the band, though it is on the screen", () => {
    const shares = visibleShares(MIDDLE, SCREEN, spans([-5000, 200], [300, 400], [620, 6000]));
    expect([...shares.keys()]).toEqual(["p1"]);
  });

  it("leaves out what is scrolled off the screen together with its view", () => {
    const view = { ...MIDDLE, top: 700, bottom: 1700 }; // its band: 900 to 1320
    const shares = visibleShares(view, SCREEN, spans([-5000, 850], [850, 1050], [1050, 7000]));
    expect([...shares]).toEqual([["p1", 0.5]]);
  });

  it("counts a text that fits into the view as a whole", () => {
    const view = { top: 0, bottom: 1000, above: 0, below: 0 };
    expect([...visibleShares(view, SCREEN, spans([40, 140], [160, 950]))]).toEqual([
      ["p0", 1],
      ["p1", 1],
    ]);
  });

  it("knows no passage that is not laid out", () => {
    expect(visibleShares(MIDDLE, SCREEN, spans([0, 0])).size).toBe(0);
    expect(visibleShares(MIDDLE, SCREEN, new Map()).size).toBe(0);
  });
});

describe("what stands on the screen", () => {
  const passages = spans([-50, 150], [150, 900], [900, 1300], [1300, 1400]);

  it("is told of passages outside the band too, by their height", () => {
    expect([...sharesOnScreen(SCREEN, SCREEN, passages)]).toEqual([
      ["p0", 0.75],
      ["p1", 1],
      ["p2", 0.25],
    ]);
  });

  it("has a line at each height of a passage", () => {
    expect(lineAt(100, passages)).toEqual({ passage: "p0", at: 0.75 });
    expect(lineAt(150, passages)).toEqual({ passage: "p1", at: 0 });
    expect(lineAt(2000, passages)).toBeNull();
  });
});

describe("a recorder of stretches", () => {
  const seen = (share: number): Seen => ({ ...NOTHING, shares: new Map([["a", share]]) });

  it("ends a stretch where what is seen changes", () => {
    const recorder = new ShareRecorder();
    expect(recorder.look(seen(1), 1000)).toBeNull();
    expect(recorder.look(seen(1), 2000)).toBeNull();
    expect(recorder.look(seen(0.5), 3000)).toEqual({ start: 1000, end: 3000, ...seen(1) });
    expect(recorder.current).toEqual(seen(0.5));
  });

  it("takes a difference of half a per cent for none", () => {
    const recorder = new ShareRecorder();
    recorder.look(seen(0.5), 1000);
    expect(recorder.look(seen(0.504), 2000)).toBeNull();
    expect(recorder.look(seen(0.506), 3000)).toMatchObject({ start: 1000, end: 3000 });
  });

  it("tells nothing about time in which nothing was seen", () => {
    const recorder = new ShareRecorder();
    recorder.look(NOTHING, 1000);
    expect(recorder.cut(3000)).toBeNull();
    expect(recorder.look(seen(1), 4000)).toBeNull();
    expect(recorder.cut(5000)).toEqual({ start: 4000, end: 5000, ...seen(1) });
  });

  it("cuts a long stretch into pieces without a gap", () => {
    const recorder = new ShareRecorder();
    recorder.look(seen(1), 1000);
    expect(recorder.cut(3000)).toMatchObject({ start: 1000, end: 3000 });
    expect(recorder.cut(3000)).toBeNull();
    expect(recorder.cut(4000)).toMatchObject({ start: 3000, end: 4000 });
  });

  it("does not count the night that the machine slept through", () => {
    const recorder = new ShareRecorder();
    recorder.look(seen(1), 1000);
    recorder.look(seen(1), 2000);
    expect(recorder.look(seen(1), 30_000_000)).toMatchObject({ start: 1000, end: 2000 });
    expect(recorder.cut(30_001_000)).toMatchObject({ start: 30_000_000, end: 30_001_000 });
  });

  it("goes on from where a clock was put back to", () => {
    const recorder = new ShareRecorder();
    recorder.look(seen(1), 10_000);
    recorder.look(seen(1), 12_000);
    expect(recorder.look(seen(1), 5000)).toMatchObject({ start: 10_000, end: 12_000 });
    expect(recorder.cut(6000)).toMatchObject({ start: 5000, end: 6000 });
  });
});
