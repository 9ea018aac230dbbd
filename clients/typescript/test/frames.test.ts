// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiProblem } from "../src/errors.js";
import { grabFrom, runFrameLoop, type FrameLoopOptions } from "../src/frames.js";
import { Session } from "../src/session.js";
import { Transport } from "../src/transport.js";
import type { Frame } from "../src/types.js";

const problem = (status: number, code: string, retryAfterMs: number | null) =>
  new ApiProblem(status, code, "No.", [], null, retryAfterMs);

let end: AbortController;
let sent: number[];
let answer: (number: number) => Promise<Frame>;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  end = new AbortController();
  sent = [];
  answer = () => Promise.resolve({} as Frame);
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

class FakeSession extends Session {
  constructor() {
    super(new Transport({ baseUrl: "http://api", fetch: () => Promise.reject(new Error()) }), "s");
  }

  override sendFrame(): Promise<Frame> {
    sent.push(Date.now());
    return answer(sent.length);
  }
}

function start(options: FrameLoopOptions = {}, picture: Blob | null = new Blob(["jpeg"])) {
  let over = false;
  void runFrameLoop(new FakeSession(), () => Promise.resolve(picture), end.signal, options).then(
    () => (over = true),
  );
  return () => over;
}

describe("the camera's loop", () => {
  it("sends eight frames a second, or as many as asked", async () => {
    start();
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toEqual([0, 125, 250, 375, 500, 625, 750, 875]);
    end.abort();
    sent = [];
    end = new AbortController();
    start({ framesPerSecond: 2 });
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toHaveLength(2);
  });

  it("has one frame in flight, however long the answer takes", async () => {
    let arrived = 0;
    answer = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          arrived += 1;
          resolve({} as Frame);
        }, 400);
      });
    start();
    for (let step = 0; step < 40; step += 1) {
      await vi.advanceTimersByTimeAsync(50);
      expect(sent.length - arrived).toBeLessThanOrEqual(1);
    }
    expect(sent.length).toBeGreaterThanOrEqual(5);
  });

  it("waits as told when the API is busy, without a word", async () => {
    const onProblem = vi.fn();
    answer = (number) =>
      number === 1 ? Promise.reject(problem(503, "busy", 3000)) : Promise.resolve({} as Frame);
    start({ onProblem });
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent).toEqual([0, 3000]);
    expect(onProblem).not.toHaveBeenCalled();
  });

  it("tells of other problems and goes on after a second", async () => {
    const onProblem = vi.fn();
    const wrong = problem(500, "internal_error", null);
    answer = () => Promise.reject(wrong);
    start({ onProblem });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([0, 1000]);
    expect(onProblem).toHaveBeenCalledWith(wrong);
  });

  it.each([new TypeError("no answer"), problem(502, "unknown", null)])(
    "tells of a broken line when it lasts: %s",
    async (down) => {
      const onProblem = vi.fn();
      answer = () => Promise.reject(down);
      start({ onProblem });
      await vi.advanceTimersByTimeAsync(1499);
      expect(onProblem).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1001);
      expect(sent).toEqual([0, 100, 300, 700, 1500, 2500]);
      expect(onProblem).toHaveBeenCalledWith(down);
    },
  );

  it.each(["session_finished", "session_not_found"])("ends after %s", async (code) => {
    answer = () => Promise.reject(problem(409, code, null));
    const isOver = start();
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
  });

  it("ends with its signal, also in the middle of a wait", async () => {
    const isOver = start();
    await vi.advanceTimersByTimeAsync(60);
    end.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sends nothing while the camera gives no picture", async () => {
    start({}, null);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
  });
});

it("a video that has no picture yet gives none", async () => {
  const video = Object.assign(document.createElement("video"), { videoWidth: 0 });
  expect(await grabFrom(video)()).toBeNull();
});
