/** The camera's loop: one frame in flight, the rest skipped, so that answers are about now. */

import { ApiProblem } from "./errors.js";
import type { Session } from "./session.js";
import { BROKEN_OFF, pause } from "./transport.js";
import type { Frame } from "./types.js";

export interface FrameLoopOptions {
  /** Most frames a second; 8 unless set. Indicators do not gain from more. */
  framesPerSecond?: number;
  onFrame?: (frame: Frame) => void;
  /**
   * Called with what is refused for another reason than being busy, and with a line that broke, be
   * it in a proxy's words (502, 504), once that lasts for a second and a half: the next frame may go
   * to another server.
   */
  onProblem?: (error: unknown) => void;
}

const PAUSE_AFTER_PROBLEM_MS = 1000;
/** First wait after a broken line; it doubles up to the one above while none comes about. */
const RECONNECT_AFTER_MS = 100;

/**
 * Take pictures of a camera and send them until the signal ends it or the session is over.
 *
 * @param session Where they go.
 * @param grab Gives the newest picture as JPEG, or null if there is none.
 */
export async function runFrameLoop(
  session: Session,
  grab: () => Promise<Blob | null>,
  signal: AbortSignal,
  options: FrameLoopOptions = {},
): Promise<void> {
  let reconnect = RECONNECT_AFTER_MS;
  const interval = 1000 / (options.framesPerSecond ?? 8);
  while (!signal.aborted) {
    const started = performance.now();
    try {
      const capturedAt = new Date();
      const picture = await grab();
      if (picture !== null) {
        const frame = await session.sendFrame(picture, capturedAt, signal);
        reconnect = RECONNECT_AFTER_MS;
        options.onFrame?.(frame);
      }
      await pause(Math.max(0, interval - (performance.now() - started)), signal);
    } catch (error) {
      if (isOver(error, signal)) return;
      const told = error instanceof ApiProblem ? error.retryAfterMs : null;
      const broke = !(error instanceof ApiProblem) || BROKEN_OFF.has(error.status);
      const isShort = broke && reconnect < PAUSE_AFTER_PROBLEM_MS;
      if (told === null && !isShort) options.onProblem?.(error);
      const wait = told ?? (broke ? reconnect : PAUSE_AFTER_PROBLEM_MS);
      if (broke) reconnect = Math.min(2 * reconnect, PAUSE_AFTER_PROBLEM_MS);
      await pause(wait, signal).catch(() => undefined);
    }
  }
}

function isOver(error: unknown, signal: AbortSignal): boolean {
  const over = ["session_finished", "session_not_found"];
  return signal.aborted || (error instanceof ApiProblem && over.includes(error.code));
}

/** Return a function that gives the newest picture of a playing video as JPEG. */
export function grabFrom(video: HTMLVideoElement, width = 640): () => Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  return async () => {
    if (video.videoWidth === 0) return null;
    canvas.width = Math.min(width, video.videoWidth);
    canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  };
}
