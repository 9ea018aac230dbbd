/** A study session: frames, passages and answers in; snapshots, timeline and events out. */

import { followEvents, type SessionEvent } from "./events.js";
import { Transport } from "./transport.js";
import type {
  AnswerIn,
  CardsAdded,
  Feedback,
  Finished,
  Frame,
  MarkerIn,
  Markers,
  PassageSeen,
  Played,
  Probe,
  SessionDetail,
  Snapshot,
  Timeline,
} from "./types.js";

const LIVE_MS = 5000;

export class Session {
  private readonly path: string;

  constructor(
    private readonly transport: Transport,
    readonly id: string,
  ) {
    this.path = `/api/v1/sessions/${encodeURIComponent(id)}`;
  }

  /**
   * Send one frame of the camera. Keep one in flight; `FrameLoop` does. One that is not answered
   * within five seconds is given up for a fresh one.
   */
  sendFrame(jpeg: Blob, capturedAt = new Date(), signal?: AbortSignal): Promise<Frame> {
    const late = AbortSignal.timeout(LIVE_MS);
    return this.transport.json("POST", `${this.path}/frames`, {
      body: jpeg,
      headers: {
        "Content-Type": jpeg.type || "image/jpeg",
        "X-Frame-Id": crypto.randomUUID(),
        "X-Captured-At": capturedAt.toISOString(),
      },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      once: true,
    });
  }

  /** Say what was on the screen. */
  reportPassages(seen: PassageSeen[]): Promise<{ taken: number }> {
    return this.transport.json("POST", `${this.path}/passages`, { json: seen });
  }

  /** Say how the session's video was played: a move ends a stretch and begins another. */
  reportPlayback(played: Played[]): Promise<{ taken: number }> {
    return this.transport.json("POST", `${this.path}/playback`, { json: played });
  }

  /** Say that the learner is lost in a passage of the text or part of the video, now or before. */
  lost(passageId: string, at: Date = new Date()): Promise<{ taken: number }> {
    const json = { passage_id: passageId, at: at.toISOString() };
    return this.transport.json("POST", `${this.path}/lost`, { json });
  }

  /** The question to put to the learner now; mostly there is none. */
  probe(): Promise<Probe | null> {
    return this.transport.json("GET", `${this.path}/probe`);
  }

  /** Send the learner's answers; a value of null skips the question. */
  answer(...answers: AnswerIn[]): Promise<{ taken: number }> {
    return this.transport.json("POST", `${this.path}/answers`, { json: answers });
  }

  /** Say what becomes of the break that is suggested. */
  answerBreak(answer: "take" | "snooze" | "dismiss"): Promise<Snapshot> {
    return this.transport.json("POST", `${this.path}/break`, { json: { answer } });
  }

  /** Mark moments, or exclude ranges from the statistics; all are taken, or none. */
  addMarkers(...markers: MarkerIn[]): Promise<Markers> {
    // With a time it may be sent again: what says the same twice is kept once.
    const now = new Date().toISOString();
    const json = markers.map((marker) => ({ ...marker, at: marker.at ?? now }));
    return this.transport.json("POST", `${this.path}/markers`, { json });
  }

  /** Mark the moments of a CSV of times: time, words, or time, until, words. */
  importMarkers(lines: string): Promise<Markers> {
    const headers = { "Content-Type": "text/csv" };
    return this.transport.json("POST", `${this.path}/markers/csv`, { body: lines, headers });
  }

  /** The markers of the session, in the order of time. */
  markers(): Promise<Markers> {
    return this.transport.json("GET", `${this.path}/markers`);
  }

  /** End the excluded range that goes on; without one nothing changes. */
  endExcluded(): Promise<Markers> {
    return this.transport.json("POST", `${this.path}/markers/end`);
  }

  /** Take a marker away; what an excluded range left out counts again. */
  async deleteMarker(markerId: string): Promise<void> {
    const path = `${this.path}/markers/${encodeURIComponent(markerId)}`;
    await this.transport.send("DELETE", path);
  }

  details(): Promise<SessionDetail> {
    return this.transport.json("GET", this.path);
  }

  /** The session over time; pass `next_since` of the last answer to go on. */
  timeline(query: { bucket?: string; since?: string } = {}): Promise<Timeline> {
    return this.transport.json("GET", `${this.path}/timeline`, { query });
  }

  /** Break advice and passages to reread, each with its evidence. */
  feedback(): Promise<Feedback> {
    return this.transport.json("GET", `${this.path}/feedback`);
  }

  /** Make review cards of the text; without names of those that were hard, skimmed or marked. */
  makeCards(passageIds?: string[]): Promise<CardsAdded> {
    return this.transport.json("POST", `${this.path}/cards`, {
      json: { passage_ids: passageIds ?? null },
    });
  }

  pause(): Promise<Snapshot> {
    return this.transport.json("POST", `${this.path}/pause`);
  }

  resume(): Promise<Snapshot> {
    return this.transport.json("POST", `${this.path}/resume`);
  }

  /**
   * End the session and sum it up; with retention "none" it is forgotten now. Asked again, the API
   * answers the same.
   */
  finish(): Promise<Finished> {
    return this.transport.json("POST", `${this.path}/finish`);
  }

  /** The session as a file. */
  async export(format: "csv" | "json"): Promise<Blob> {
    const response = await this.transport.send("GET", `${this.path}/export`, { query: { format } });
    return response.blob();
  }

  /** Erase the session. */
  async delete(): Promise<void> {
    await this.transport.send("DELETE", this.path);
  }

  /** What happens, until the session ends; a broken line is taken up again. */
  events(signal?: AbortSignal, after?: string): AsyncGenerator<SessionEvent> {
    return followEvents(this.transport, `${this.path}/events`, signal, after);
  }
}
